"""Diagnose the depot, stop if it has to stop, mend, prepare."""

import ast
import csv
import hashlib
import itertools
import json
import locale
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
os.chdir(ROOT)
defects = []


def found(kind, where, seen):
    if not any(d["kind"] == kind and d["where"] == str(where) for d in defects):
        defects.append({"kind": kind, "where": str(where), "seen": seen})


def write_diagnosis():
    Path("diagnosis.json").write_text(json.dumps({"defects": defects}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def cannot(where):
    write_diagnosis()
    print(f"cannot: {where}", file=sys.stderr)
    sys.exit(3)


def toml(path):
    return tomllib.loads(Path(path).read_text("utf-8")) if Path(path).exists() else {}


def env_file(path):
    result = {}
    if Path(path).exists():
        for line in Path(path).read_text("utf-8").splitlines():
            name, sign, value = line.partition("=")
            if sign and not line.startswith("#"):
                result[name.strip()] = value.strip()
    return result


site, target, project = toml("conf/site.toml"), toml("conf/target.toml"), toml("project.toml")
SETTINGS = "conf/settings.env"
new = not Path("var").exists()
package = next(p.parent.name for p in ROOT.glob("*/steps.py"))


# ---- what makes us stop
def lock_state():
    lock = Path("var/run/sweep.lock")
    if not lock.exists():
        return
    try:
        held = json.loads(lock.read_text())
        stat = Path(f"/proc/{held['pid']}/stat").read_text()
        running = int(stat.rpartition(")")[2].split()[19]) == held["started"]
    except (OSError, ValueError, KeyError, TypeError):
        running = False
    if running:
        cannot("var/run/sweep.lock")
    found("stale-lock", lock, lock.read_text()[:80] + ": no such process")


def migration_info():
    info = {}
    for path in Path("migrations").glob("*.sql"):
        text = path.read_bytes().decode("utf-8", "replace")
        was = re.search(r"^-- was: (\S+)", text, re.M)
        info[path.name] = (was[1] if was else None, re.findall(r"^-- after: (\S+)", text, re.M), text)
    return info


lock_state()
migrations = migration_info()
applied = []
if Path("var/stock.db").exists():
    try:
        db = sqlite3.connect("var/stock.db")
        applied = [n for (n,) in db.execute("SELECT name FROM applied")]
        db.close()
    except sqlite3.DatabaseError as e:
        if "no such table" not in str(e):
            cannot("var/stock.db")
known = set(migrations) | {was for was, _, _ in migrations.values()}
if set(applied) - known:
    cannot("var/stock.db")
key = Path("conf/keys", site["site"] + ".key")
if not key.exists():
    cannot(key)

# ---- line ends
for name in (SETTINGS, "conf/local.env", "migrations/ORDER", "requirements.txt"):
    if Path(name).exists() and b"\r" in Path(name).read_bytes():
        found("line-ends", name, "CRLF")
        Path(name).write_bytes(Path(name).read_bytes().replace(b"\r\n", b"\n"))

base, local = env_file(SETTINGS), env_file("conf/local.env")
setting = {**base, **local}
original_local = dict(local)


def put(name, value):
    setting[name] = local[name] = str(value)


# ---- settings
def right_case(path):
    p = Path(path)
    if p.exists():
        return None
    for other in p.parent.glob("*") if p.parent.exists() else []:
        if other.name.lower() == p.name.lower():
            return other
    return None


for name in ("HOOK", "LABELS", "STOCK", "RATES", "WHEELS"):
    other = right_case(setting.get(name, ""))
    if other:
        found("name-case", SETTINGS, f"{name} is {setting[name]}, the file is {other}")
        put(name, other)
for name in ("HOOK", "LABELS", "STOCK", "RATES"):
    if not Path(setting[name]).exists():
        cannot(setting[name])

program = "\n".join(p.read_text("utf-8") for p in Path(package).glob("*.py"))
for name in re.findall(r'settings\(\)\.(?:need|path|number)\("(\w+)"\)', program):
    if name not in setting:
        found("undocumented-variable", SETTINGS, f"the program wants {name}, nothing sets it")
        put(name, key)
for name, value in list(setting.items()):
    if value.startswith("conf/keys/") and value != str(key):
        found("wrong-default", SETTINGS, f"{name} is {value}")
        put(name, key)
if key.stat().st_mode & 0o077:
    found("permission", key, "others can read it")
    key.chmod(0o600)

lease = site["lease_minutes"] * 60
if setting["LEASE"] != str(lease):
    found("wrong-default", SETTINGS, f"LEASE is {setting['LEASE']}, the keeper says {site['lease_minutes']} minutes")
    put("LEASE", lease)
hours = site["hours_ahead_of_utc"]
zone = f"UTC{-hours:+d}" if hours else "UTC"
if setting["ZONE"] != zone:
    found("zone", SETTINGS, f"ZONE is {setting['ZONE']}, the depot is {hours} hours ahead")
    put("ZONE", zone)
if setting["SEED"] != "upsert":
    found("seed-not-idempotent", SETTINGS, f"SEED is {setting['SEED']}")
    put("SEED", "upsert")
try:
    locale.setlocale(locale.LC_ALL, setting["LOCALE"])
    good = locale.nl_langinfo(locale.CODESET).upper() == "UTF-8"
except locale.Error:
    good = False
if not good:
    found("locale", SETTINGS, f"LOCALE is {setting['LOCALE']}")
    put("LOCALE", "C.UTF-8")


def free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


ports = site["ports"]
old_ours = [p for p in range(ports["first"], ports["last"] + 1) if p not in ports["reserved"]]
ours = old_ours
if "ports" in target:
    reserved = set(ports["reserved"]) - set(target["ports"].get("released", []))
    ours = [p for p in range(ports["first"], ports["last"] + 1, target["ports"].get("step", 1)) if p not in reserved]
port = int(setting["PORT"])
if port not in ours or not free(port):
    if port not in old_ours or not free(port):
        found("port", SETTINGS, f"{port} is not ours or not free")
    choice = [p for p in (reversed(ours) if "ports" in target else ours) if free(p)]
    if not choice:
        cannot("conf/site.toml")
    put("PORT", choice[0])

# ---- packages
folder = Path(setting["WHEELS"])
if "mirror" in target:
    def whole(snapshot):
        try:
            for line in (snapshot / "SHA256SUMS").read_text().splitlines():
                digest, name = line.split()
                if hashlib.sha256((snapshot / name).read_bytes()).hexdigest() != digest:
                    return False
        except OSError:
            return False
        return True

    good = [s for s in sorted(Path(target["mirror"]["folder"]).iterdir()) if s.is_dir() and whole(s)]
    if not good:
        cannot(target["mirror"]["folder"])
    folder = good[-1]
    put("WHEELS", folder)


def version(text):
    return tuple(int(part) for part in text.split("."))


def fits(have, spec):
    for part in spec.replace(" ", "").split(","):
        op, want = re.match(r"(>=|<=|==|!=|<|>)(.+)", part).groups()
        # 3 and 3.0 are the same
        a, b = version(have) + (0,) * 3, version(want) + (0,) * 3
        a, b = a[:3], b[:3]
        if not {">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, "<": a < b, ">": a > b}[op]:
            return False
    return True


sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
wheels, broken = {}, []
for path in sorted(folder.glob("*.whl")):
    if hashlib.sha256(path.read_bytes()).hexdigest() != sums.get(path.name):
        broken.append(path)
        found("broken-wheel", path, "is not what SHA256SUMS says")
        continue
    name, ver = path.name.split("-")[:2]
    with zipfile.ZipFile(path) as z:
        meta = z.read(next(n for n in z.namelist() if n.endswith("METADATA"))).decode()
    python = re.search(r"^Requires-Python: (.+)", meta, re.M)
    needs = re.findall(r"^Requires-Dist: ([\w-]+) ?\(?([^)\n]*)\)?", meta, re.M)
    wheels[name, ver] = (needs, not python or fits("%d.%d" % sys.version_info[:2], python[1]))

pins = {}
for line in Path("requirements.txt").read_text("utf-8").splitlines():
    if "==" in line and not line.startswith("#"):
        name, _, ver = line.partition("==")
        pins[name.strip()] = ver.strip()
wanted = [re.match(r"([\w-]+)(.*)", n).groups() for n in project["project"]["needs"]]


def trouble(chosen):
    for name, spec in wanted:
        if name not in chosen:
            return "missing", f"{name} is needed and not pinned"
        if not fits(chosen[name], spec):
            return "conflict", f"{name} {chosen[name]} is not {spec}"
    for name, ver in chosen.items():
        if (name, ver) not in wheels:
            return "wheel", f"{name} {ver} is not there"
        needs, python = wheels[name, ver]
        if not python:
            return "conflict", f"{name} {ver} wants another Python"
        for other, spec in needs:
            if other not in chosen:
                return "missing", f"{name} needs {other}"
            if spec and not fits(chosen[other], spec):
                return "conflict", f"{name} {ver} needs {other} {spec}"
    return None


problem = trouble(pins)
if problem:
    kind, seen = problem
    if kind == "missing":
        found("missing-requirement", "requirements.txt", seen)
    elif kind == "conflict":
        found("pin-conflict", "requirements.txt", seen)
    advice = {}
    for row in csv.DictReader(Path("wheelhouse/ADVISORIES.csv").read_text("utf-8").splitlines()):
        if row["state"] == "open":
            advice[row["package"], row["version"]] = advice.get((row["package"], row["version"]), 0) + int(row["eur"])
    eur = target.get("review", {}).get("eur", project["policy"]["review_eur"])
    urgent = target.get("review", {}).get("urgent", [])
    names = sorted({n for n, _ in wheels} | set(pins))
    best = None
    for choice in itertools.product(*[[None] + [v for n, v in wheels if n == name] for name in names]):
        chosen = {n: v for n, v in zip(names, choice) if v}
        if trouble(chosen):
            continue
        cost = sum(advice.get(item, 0) for item in chosen.items())
        cost += sum(eur for n in names if pins.get(n) != chosen.get(n) and n not in urgent)
        if best is None or cost < best[0]:
            best = (cost, chosen)
    if best is None:
        cannot(broken[0] if broken else "requirements.txt")
    chosen = best[1]
    order = [n for n in pins if n in chosen] + [n for n in chosen if n not in pins]
    Path("requirements.txt").write_text("".join(f"{n}=={chosen[n]}\n" for n in order))

# ---- Procfile
init = Path(package, "__init__.py").read_text("utf-8")
entries = next(
    ast.literal_eval(node.value) for node in ast.parse(init).body
    if isinstance(node, ast.Assign) and node.targets[0].id == "ENTRIES"
)
lines = Path("Procfile").read_text("utf-8").splitlines()
have = dict(line.split(": ", 1) for line in lines if ": " in line)
for name, entry in entries.items():
    if have.get(name, "").strip() != entry:
        found("wrong-entry", "Procfile", f"{name} is {have.get(name)}, has to be {entry}")
        lines = [line for line in lines if line.split(":")[0] != name] + [f"{name}: {entry}"]
        Path("Procfile").write_text("\n".join(lines) + "\n", "utf-8")

# ---- hook
hook = Path(setting["HOOK"])
data = hook.read_bytes()
if b"\r\n" in data:
    found("line-ends", hook, "CRLF")
    data = data.replace(b"\r\n", b"\n")
first, _, rest = data.partition(b"\n")
words = first.decode("utf-8", "replace").removeprefix("#!").split(" ")
interpreter = shutil.which(words[-1]) if words[0] == "/usr/bin/env" else words[0]
if not first.startswith(b"#!") or not interpreter or not os.access(interpreter, os.X_OK):
    found("shebang", hook, first.decode("utf-8", "replace"))
    line = b"#!/usr/bin/env python3\n" if hook.suffix == ".py" else b"#!/bin/sh\n"
    data = line + (rest if first.startswith(b"#!") else data)
if data != hook.read_bytes():
    hook.write_bytes(data)
if not hook.stat().st_mode & 0o100:
    found("permission", hook, "may not be executed")
    hook.chmod(0o755)

# ---- seeds that are not UTF-8
labels_bytes = Path(setting["LABELS"]).read_bytes()
for name in ("LABELS", "STOCK", "RATES"):
    path = Path(setting[name])
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        found("encoding", path, "not UTF-8, taken for Latin-1")
        path.write_text(data.decode("cp1252"), "utf-8")
    else:
        if text.startswith("\ufeff"):
            found("encoding", path, "a byte order mark")
            path.write_text(text[1:], "utf-8")

# ---- migrations
order = Path("migrations/ORDER").read_text("utf-8").split("\n")
order = [n for n in order if n]
for i, n in enumerate(order):
    if n not in migrations:
        other = right_case(f"migrations/{n}")
        if not other:
            cannot(f"migrations/{n}")
        found("name-case", "migrations/ORDER", f"{n} is {other.name}")
        order[i] = other.name
sorted_order, rest = [], list(order)
while rest:
    for n in rest:
        if all(a in sorted_order or a not in order for a in migrations[n][1]):
            sorted_order.append(n)
            rest.remove(n)
            break
    else:
        cannot("migrations/ORDER")
if sorted_order != order:
    found("migration-order", "migrations/ORDER", " ".join(order))
if sorted_order != [n for n in Path("migrations/ORDER").read_text("utf-8").split("\n") if n]:
    Path("migrations/ORDER").write_text("\n".join(sorted_order) + "\n", "utf-8")

if Path("var/stock.db").exists():
    db = sqlite3.connect("var/stock.db", isolation_level=None)
    for name, (was, _, _) in migrations.items():
        if was in applied:
            found("old-schema", "var/stock.db", f"applied knows {was}, now {name}")
            db.execute("UPDATE applied SET name = ? WHERE name = ?", (name, was))
            applied[applied.index(was)] = name
    db.execute("CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)")
    for name in sorted_order:
        if name in applied:
            continue
        try:
            db.execute("BEGIN")
            for statement in migrations[name][2].split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute("ROLLBACK")
            break
        except sqlite3.OperationalError as e:
            db.execute("ROLLBACK")
            if re.search("already exists|duplicate column|no such column", str(e)):
                found("half-applied-migration", "var/stock.db", f"{name}: {e}")
                db.execute("INSERT INTO applied VALUES (?)", (name,))
    db.close()

# ---- var
if not new:
    lock = Path("var/run/sweep.lock")
    lock.unlink(missing_ok=True)
    for path in sorted(Path("var/spool").glob("*.json")):
        try:
            one = json.loads(path.read_text("utf-8"))
            one["step"], one["text"]
        except (ValueError, KeyError, TypeError):
            found("poison-record", path, "cannot be read")
            Path("var/spool/bad").mkdir(exist_ok=True)
            path.rename(Path("var/spool/bad", path.name))
    cache = Path("var/cache/rates.json")
    if cache.exists():
        text = cache.read_text("utf-8", "replace")
        rates_csv = {r["code"]: r["cents"] for r in csv.DictReader(Path(setting["RATES"]).read_text("utf-8").splitlines())}
        try:
            held = json.loads(text)
            bad = held["rows"] != len(held["rates"])
        except (ValueError, KeyError):
            bad = True
        if bad:
            found("half-written-cache", cache, "ends with " + text[-20:])
            m = re.search(r'"by_hand": \[(.*?)\]', text)
            by_hand = re.findall(r'"(\w+)"', m[1]) if m else []
            prices = dict(re.findall(r'"(\w+)": "?(\d+)', text))
            kept = {code: int(prices[code]) for code in by_hand if code in prices}
            rates = {**rates_csv, **kept}
            cache.write_text(json.dumps({"rows": len(rates), "by_hand": list(kept), "rates": rates}), "utf-8")
    labels = Path("var/gen/labels.json")
    if not labels.exists():
        found("missing-generated", labels, "not there")
    else:
        try:
            stale = json.loads(labels.read_text("utf-8"))["of"] != hashlib.sha256(labels_bytes).hexdigest()
        except (ValueError, KeyError):
            stale = True
        if stale:
            found("stale-generated", labels, "made from another " + setting["LABELS"])

archive, store = Path("var/archive"), Path(site["archive"])
if not store.exists():
    cannot(store)
if archive.resolve() != store.resolve():
    if not new:
        found("broken-link", archive, os.readlink(archive) if archive.is_symlink() else "no link")
    archive.parent.mkdir(exist_ok=True)
    if archive.is_dir() and not archive.is_symlink():
        for path in archive.iterdir():
            shutil.move(path, store / path.name)
        archive.rmdir()
    archive.unlink(missing_ok=True)
    archive.symlink_to(os.path.join("..", site["archive"]))

if local != original_local:
    Path("conf/local.env").write_text("".join(f"{n}={v}\n" for n, v in local.items()), "utf-8")
write_diagnosis()
for command in (["tools/install.py"], ["-m", package, "migrate"], ["-m", package, "seed"], ["tools/labels.py"]):
    subprocess.run([sys.executable, *command], check=True)
