"""The cheapest set of pins that goes together, and wheels that are what they should be."""

import csv
import hashlib
import itertools
import platform
import re
import zipfile


def number(version):
    return tuple(int(part) for part in version.split("."))


def fits(version, spec):
    """Whether a version is in a span; all metadata and project.toml say `>=` and `<`."""
    tests = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b}
    return all(tests[sign](number(version), number(bound)) for sign, bound in re.findall(r"(>=|<)\s*([\d.]+)", spec))


def whole(folder):
    """The wheels of a folder that are what SHA256SUMS says, and the names of those that are not."""
    good, bad = [], []
    for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split()
        path = folder / name
        same = path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
        (good if same else bad).append(name)
    return good, bad


def wheels(depot):
    """The folder to install from: wheelhouse, or the newest whole snapshot of the mirror."""
    if "mirror" not in depot.target:
        return "wheelhouse"
    folder = depot.target["mirror"]["folder"]
    for path in sorted((depot.root / folder).iterdir(), reverse=True):
        if (path / "SHA256SUMS").exists() and not whole(path)[1]:
            return f"{folder}/{path.name}"
    return None


def metadata(path):
    name, version = path.name.split("-")[:2]
    with zipfile.ZipFile(path) as file:
        text = file.read(next(each for each in file.namelist() if each.endswith("METADATA"))).decode()
    return name, version, re.findall(r"^Requires-Dist: ([\w-]+) \((.*)\)$", text, re.M), re.search(r"^Requires-Python: (.*)$", text, re.M)


def read(depot):
    """Name → version → what it needs, of wheels that this Python can use."""
    known = {}
    folder = depot.root / depot.wheels
    for file in whole(folder)[0]:
        name, version, needs, python = metadata(folder / file)
        if not python or fits(platform.python_version(), python[1]):
            known.setdefault(name, {})[version] = needs
    return known


def closure(known, wanted):
    """All sets of pins for `wanted` (name, spec) and what they need in turn."""

    def grow(pins, open_needs):
        if not open_needs:
            yield dict(pins)
            return
        (name, spec), *rest = open_needs
        if name in pins:
            if fits(pins[name], spec):
                yield from grow(pins, rest)
            return
        for version, needs in known.get(name, {}).items():
            if fits(version, spec):
                yield from grow(pins | {name: version}, [*rest, *needs])

    return list(grow({}, list(wanted)))


def pins_of(depot):
    text = (depot.root / "requirements.txt").read_text("utf-8")
    return dict(re.findall(r"^([\w-]+)==([\d.]+)\r?$", text, re.M))


def cost(depot, pins, before):
    review = depot.target.get("review", {}).get("eur", depot.project["policy"]["review_eur"])
    urgent = depot.target.get("review", {}).get("urgent", ())
    changed = {name for name in {*pins, *before} if pins.get(name) != before.get(name)} - set(urgent)
    with open(depot.root / "wheelhouse/ADVISORIES.csv", encoding="utf-8") as file:
        open_rows = [row for row in csv.DictReader(file) if row["state"] == "open"]
    return review * len(changed) + sum(int(row["eur"]) for row in open_rows if pins.get(row["package"]) == row["version"])


def check(depot):
    depot.wheels = wheels(depot)
    if depot.wheels is None:
        depot.stop("mirror", "no snapshot is whole")
        return
    path = depot.root / "requirements.txt"
    raw = path.read_bytes()
    known, before = read(depot), pins_of(depot)
    wanted = [(re.match(r"[\w-]+", each)[0], each) for each in depot.project["project"]["needs"]]
    sets = closure(known, wanted)
    if not sets:
        depot.stop("requirements.txt", "no set of versions goes together")
        return
    best = max(sets, key=lambda pins: [number(pins[name]) for name in sorted(pins)])
    if b"\r" in raw:
        depot.defect("line-ends", "requirements.txt", "carriage returns")
    if depot.wheels == "wheelhouse":
        for name in whole(depot.root / "wheelhouse")[1]:
            depot.defect("broken-wheel", f"wheelhouse/{name}", "not what SHA256SUMS says")
    needed = set().union(*sets)
    if needed - set(before):
        depot.defect("missing-requirement", "requirements.txt", ", ".join(needed - set(before)))
    elif conflict(depot, before, wanted):
        depot.defect("pin-conflict", "requirements.txt", conflict(depot, before, wanted))
    depot.mends.append(lambda: path.write_text("".join(f"{name}=={version}\n" for name, version in best.items()), "utf-8"))
    if depot.settings.get("WHEELS") != depot.wheels:
        depot.mends.append(lambda: depot.set("WHEELS", depot.wheels))


def conflict(depot, before, wanted):
    """What does not go together among the pins as they are, by all metadata that can be read."""
    needs = list(wanted)
    for path in depot.root.glob("wheelhouse/*.whl" if depot.wheels == "wheelhouse" else "mirror/*/*.whl"):
        try:
            name, version, asked, python = metadata(path)
        except (zipfile.BadZipFile, KeyError, StopIteration):
            continue
        if before.get(name) == version:
            needs += asked
            if python and not fits(platform.python_version(), python[1]):
                return f"{name}=={version} wants Python {python[1]}"
    return ", ".join(f"{name}=={before[name]} against {spec}" for name, spec in needs if name in before and not fits(before[name], spec))
