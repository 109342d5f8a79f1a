"""Settings: conf/settings.env, over it conf/local.env, over it the environment (PREFIX_NAME)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Settings(dict):
    def need(self, name):
        if not self.get(name):
            raise LookupError(f"no setting {name}")
        return self[name]

    def number(self, name):
        return int(self.need(name))

    def path(self, name):
        return ROOT / self.need(name)


def read(path):
    found = {}
    if path.exists():
        for line in path.read_text("utf-8").split("\n"):
            name, sign, value = line.partition("=")
            if sign and not line.startswith("#"):
                found[name.strip()] = value
    return found


def settings():
    made = Settings(read(ROOT / "conf" / "settings.env"))
    made.update(read(ROOT / "conf" / "local.env"))
    made.update({name[len("PREFIX_") :]: value for name, value in os.environ.items() if name.startswith("PREFIX_")})
    return made
