"""Throws away what may be broken, takes the newest packages that go together, and tells what it met."""

import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile

project = tomllib.load(open("project.toml", "rb"))
site = tomllib.load(open("conf/site.toml", "rb"))
name = project["project"]["name"]
settings = dict(re.findall(r"^(\w+)=(.*)$", open("conf/settings.env").read(), re.M))
local, defects = {}, []


def defect(kind, where, seen=""):
    defects.append({"kind": kind, "where": where, "seen": str(seen)})


need = re.search(r'def do_sign.*?path\("(\w+)"\)', open(f"{name}/steps.py").read(), re.S)[1]
if need not in settings:
    local[need] = f"conf/keys/{site['site']}.key"
    defect("undocumented-variable", "conf/settings.env", need)


def free(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


if not free(int(settings["PORT"])):
    defect("port", "conf/settings.env", settings["PORT"])
    local["PORT"] = next(p for p in range(site["ports"]["first"], site["ports"]["last"] + 1) if p not in site["ports"]["reserved"] and free(p))


def number(version):
    return [int(part) for part in version.split(".")]


def fits(version, spec):
    tests = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "==": lambda a, b: a == b}
    return all(tests[sign](number(version), number(bound)) for sign, bound in re.findall(r"(>=|==|<)([\d.]+)", spec))


known = {}
for path in glob.glob("wheelhouse/*.whl"):
    package, version = os.path.basename(path).split("-")[:2]
    try:
        text = zipfile.ZipFile(path).read(f"{package}-{version}.dist-info/METADATA").decode()
    except zipfile.BadZipFile:
        defect("broken-wheel", path)
        continue
    python = re.search("Requires-Python: (.*)", text)[1]
    if fits("3.11.2", python):
        known.setdefault(package, {})[version] = re.findall(r"Requires-Dist: ([\w-]+) \((.*)\)", text)


def solve(pins, needs):
    if not needs:
        return pins
    (package, spec), *rest = needs
    if package in pins:
        return solve(pins, rest) if fits(pins[package], spec) else None
    for version in sorted(known.get(package, {}), key=number, reverse=True):
        if fits(version, spec):
            found = solve(pins | {package: version}, rest + known[package][version])
            if found:
                return found
    return None


needs = [(re.match(r"[\w-]+", each)[0], each) for each in project["project"]["needs"]]
before = dict(re.findall(r"^([\w-]+)==([\d.]+)$", open("requirements.txt").read(), re.M))
if not all(package in before for package in solve({}, needs)):
    defect("missing-requirement", "requirements.txt")
elif any(not fits(before[p], spec) for p, spec in needs):
    defect("pin-conflict", "requirements.txt")
open("requirements.txt", "w").write("".join(f"{p}=={v}\n" for p, v in solve({}, needs).items()))

names = [os.path.basename(path) for path in glob.glob("migrations/*.sql")]
names.sort(key=lambda each: int(each.split("-")[0]))
if open("migrations/ORDER").read().split() != names:
    defect("migration-order", "migrations/ORDER")
open("migrations/ORDER", "w").write("\n".join(names) + "\n")
for path, kind in (("var/run/sweep.lock", "stale-lock"), ("var/cache/rates.json", "half-written-cache"), ("var/stock.db", "old-schema")):
    if os.path.exists(path):
        if kind == "stale-lock":
            defect(kind, path)
        os.remove(path)
if not os.path.exists("var/gen/labels.json"):
    defect("missing-generated", "var/gen/labels.json")
hook = settings["HOOK"]
text = open(hook, newline="").read()
if "\r" in text:
    defect("line-ends", hook)
    text = text.replace("\r", "")
first = text.split("\n")[0]
if first not in ("#!/bin/sh", "#!/usr/bin/env python3"):
    defect("shebang", hook, first)
    text = ("#!/bin/sh" if hook.endswith(".sh") else "#!/usr/bin/env python3") + text[len(first):]
open(hook, "w", newline="").write(text)
if not os.stat(hook).st_mode & 0o100:
    defect("permission", hook)
    os.chmod(hook, 0o755)
open("conf/local.env", "w").write("".join(f"{key}={value}\n" for key, value in local.items()))
open("diagnosis.json", "w").write(json.dumps({"defects": defects}))
for words in (["tools/install.py"], ["-m", name, "migrate"], ["-m", name, "seed"], ["tools/labels.py"]):
    subprocess.run([sys.executable, *words], check=False)
