"""What the checks share: the depot, and what was found in it."""

import re
import tomllib


class Depot:
    def __init__(self, root):
        self.root = root
        self.project = tomllib.loads((root / "project.toml").read_text("utf-8"))
        self.name = self.project["project"]["name"]
        self.site = tomllib.loads((root / "conf/site.toml").read_text("utf-8"))
        self.target = {}
        self.settings = read(root / "conf/settings.env") | read(root / "conf/local.env")
        self.found, self.mends, self.stops = [], [], []

    def defect(self, kind, where, seen, mend=None):
        self.found.append((kind, where, str(seen)[:200]))
        if mend:
            self.mends.append(mend)

    def stop(self, where, why):
        self.stops.append((where, why))

    def set(self, name, value):
        """A setting in conf/local.env."""
        self.settings[name] = value
        local = self.root / "conf/local.env"
        values = read(local) | {name: value}
        local.write_text("".join(f"{key}={each}\n" for key, each in values.items()), "utf-8")

    def code(self):
        return "\n".join(path.read_text("utf-8") for path in sorted((self.root / self.name).glob("*.py")))


def read(path):
    if not path.exists():
        return {}
    found = re.findall(r"^(\w+)=(.*?)\r?$", path.read_text("utf-8"), re.M)
    return dict(found)
