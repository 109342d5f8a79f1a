"""Sets a depot up. Three phases: LOOK (reads only; each check notes defects, mends to be made and reasons to stop),
then stop or MEND (the noted mends, in order), then PREPARE (the depot's own tools: packages, tables, stock, labels).

Whatever reads the disk in a check sees the repository as it was found: nothing is written before every check has run."""

import ast
import codecs
import csv
import datetime
import hashlib
import json
import locale
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import tomllib
import traceback
import zipfile
import zoneinfo
from pathlib import Path

ROOT = Path(__file__).resolve().parent
os.chdir(ROOT)
BASE, LOCAL, STOCKDB, JOBSDB = "conf/settings.env", "conf/local.env", "var/stock.db", "var/jobs.db"
CACHE, LABELS_OUT, LOCK, ORDER, PINS = "var/cache/rates.json", "var/gen/labels.json", "var/run/sweep.lock", "migrations/ORDER", "requirements.txt"

defects, mends, stops, texts = [], [], [], {}


def defect(kind, where, seen):
    if not any((d["kind"], d["where"]) == (kind, str(where)) for d in defects):
        defects.append({"kind": kind, "where": str(where), "seen": seen[:300]})


def stop(where, why):
    stops.append((str(where), why))


def mend(action, *args):
    mends.append((action, args))


def load_toml(path):
    return tomllib.loads(Path(path).read_text("utf-8")) if Path(path).exists() else {}


SITE, TARGET, PROJECT = load_toml("conf/site.toml"), load_toml("conf/target.toml"), load_toml("project.toml")
NEW = not os.path.lexists("var")  # a depot without a var/ is new, not broken
PACKAGE = next(p.parent.name for p in sorted(ROOT.glob("*/__init__.py")) if b"ENTRIES" in p.read_bytes())


# ---------------------------------------------------------------- texts: encoding and line ends

UMLAUTS = set("äöüÄÖÜßéèêáàâçñøåæÆØÅ")


def decoded_line(raw):
    """A line and whether it had to be guessed at."""
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError:
        tried = []
        for rank, code in enumerate(("cp1252", "latin-1", "cp850", "mac_roman")):
            try:
                line = raw.decode(code)
            except UnicodeDecodeError:
                continue
            high = [c for c in line if ord(c) > 127]
            tried.append((-sum(c in UMLAUTS for c in high), rank, line))
        return min(tried)[2], True
    if re.search("[ÃÂ][^\x00-\x7f]", line):  # UTF-8 that was taken for Latin-1 and made UTF-8 again
        for code in ("cp1252", "latin-1"):
            try:
                return line.encode(code).decode("utf-8"), True
            except UnicodeError:
                pass
    return line, False


def text_of(path, strict_ends=False):
    """The text of a file that has to be UTF-8, as it has to be; where it is not, the defect and the mend are noted."""
    path = str(path)
    if path in texts:
        return texts[path]
    raw = Path(path).read_bytes()
    guessed, data = False, raw
    for bom, code in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(bom):
            guessed, data = True, raw[len(bom) :].decode(code, "replace").encode()
            break
    lines = [decoded_line(line) for line in data.split(b"\n")]
    guessed = guessed or any(g for _, g in lines)
    text = "\n".join(line for line, _ in lines)
    if guessed:
        bad = next((i for i, (_, g) in enumerate(lines, 1) if g), 1)
        defect("encoding", path, f"not plain UTF-8, first in line {bad}: {raw.split(bytes([10]))[bad - 1][:60]!r}")
    if strict_ends and "\r" in text:
        defect("line-ends", path, f"{text.count(chr(13))} carriage returns; what reads it splits at line feeds only")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.encode() != raw:
        mend(Path(path).write_bytes, text.encode())
    texts[path] = text
    return text


def rows_of(path):
    return list(csv.DictReader(text_of(path).splitlines()))


# ---------------------------------------------------------------- settings


def read_env(path):
    found = {}
    if Path(path).exists():
        for line in text_of(path, strict_ends=True).split("\n"):
            name, sign, value = line.partition("=")
            if sign and not line.startswith("#"):
                found[name.strip()] = value
    return found


base, local = read_env(BASE), read_env(LOCAL)
put = {}  # what goes into conf/local.env


def get(name):
    return put.get(name) or local.get(name, base.get(name)) or ""


def place(name):
    return LOCAL if name in local else BASE


def write_local():
    lines = texts.get(LOCAL, "").split("\n")
    if lines[-1:] == [""]:
        lines.pop()
    for name, value in put.items():
        at = [i for i, line in enumerate(lines) if line.partition("=")[0].strip() == name and not line.startswith("#")]
        if at:
            lines[at[-1]] = f"{name}={value}"
        else:
            lines.append(f"{name}={value}")
    Path(LOCAL).write_text("\n".join(lines) + "\n", "utf-8")


def wrong(kind, name, value, seen):
    """A wrong setting: where nothing sets it, it is a variable that nobody wrote down."""
    if name not in local and name not in base:
        kind, seen = "undocumented-variable", f"{PACKAGE} reads {name}, neither {BASE} nor {LOCAL} sets it"
    defect(kind, place(name), seen)
    put[name] = str(value)


def used_names():
    """The settings that program and tools read: {name: the functions that read it}."""
    used = {}
    for path in [*Path(PACKAGE).glob("*.py"), *Path("tools").glob("*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        for outer in ast.walk(tree):
            if isinstance(outer, (ast.FunctionDef, ast.Module)):
                for node in ast.walk(outer):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                        by_settings = isinstance(node.func.value, ast.Call) and getattr(node.func.value.func, "id", getattr(node.func.value.func, "attr", "")) == "settings"
                        if by_settings and node.func.attr in ("need", "path", "number") and isinstance(node.args[0], ast.Constant):
                            used.setdefault(node.args[0].value, set()).add(getattr(outer, "name", ""))
    return used


def same_but_case(path):
    """The path that is there, where names differ in case only."""
    at = Path(".")
    for part in Path(path).parts:
        here = [p.name for p in at.iterdir()] if at.is_dir() else []
        alike = [part] if part in here else [n for n in here if n.lower() == part.lower()]
        if len(alike) != 1:
            return None
        at = at / alike[0]
    return str(at)


COLUMNS = {"LABELS": {"code", "label"}, "STOCK": {"code", "units", "bin", "aisle"}, "RATES": {"code", "cents"}}


def header(path):
    return set(Path(path).read_bytes().split(b"\n")[0].decode("utf-8", "replace").lstrip("\ufeff").strip().split(","))


def codes(path):
    return {line.split(b",")[0] for line in Path(path).read_bytes().splitlines()[1:] if line}


def look_paths():
    for name in ("STOCK", "RATES", "LABELS"):
        value = get(name)
        if not value or not Path(value).is_file():
            other = value and same_but_case(value)
            if other and Path(other).is_file():
                wrong("name-case", name, other, f"{name}={value}; the file is {other}")
                continue
        fits = [str(p) for p in sorted(Path("seed").glob("*.csv")) if COLUMNS[name] <= header(p)]
        known = set().union(*(codes(get(n)) for n in ("STOCK", "RATES") if get(n) and Path(get(n)).is_file()), set())
        covers = {p: len(codes(p) & known) for p in fits}
        best = [p for p in fits if covers[p] == max(covers.values())]
        there = bool(value) and Path(value).is_file() and COLUMNS[name] <= header(value)
        if there and (value not in covers or covers[value] == max(covers.values()) or name != "LABELS"):
            continue
        if len(best) == 1 and (there or not value or not Path(value).exists() or not COLUMNS[name] <= header(value)):
            wrong("wrong-default", name, best[0], f"{name}={value}: not there, or not with {sorted(COLUMNS[name])} for our codes")
        else:
            stop(value or BASE, f"{name} is not there, and {len(best)} files could stand for it")


def look_values():
    lease = SITE["lease_minutes"] * 60
    try:
        right = int(get("LEASE")) == lease
    except ValueError:
        right = False
    if not right:
        wrong("wrong-default", "LEASE", lease, f"LEASE={get('LEASE')}; the keeper says {SITE['lease_minutes']} minutes, LEASE is in seconds")
    if get("SEED") != "upsert":
        wrong("seed-not-idempotent", "SEED", "upsert", f"SEED={get('SEED')}: each set-up would enter every row anew")
    ahead = datetime.timedelta(hours=SITE["hours_ahead_of_utc"])
    try:
        fixed = re.fullmatch(r"UTC([+-]\d+)?", get("ZONE"))
        when = datetime.datetime(2026, 3, 1, 12)
        offset = -datetime.timedelta(hours=int(fixed[1] or 0)) if fixed else zoneinfo.ZoneInfo(get("ZONE")).utcoffset(when)
    except Exception:
        offset = None
    if offset != ahead:
        hours = SITE["hours_ahead_of_utc"]
        if hours == int(hours):
            zone = f"UTC{-int(hours):+d}" if hours else "UTC"
        else:
            zone = next(z for z in sorted(zoneinfo.available_timezones()) if zoneinfo.ZoneInfo(z).utcoffset(when) == ahead)
        wrong("zone", "ZONE", zone, f"ZONE={get('ZONE')} is {offset} ahead; the keeper says {hours} hours (POSIX: UTC-3 is three ahead)")


def look_locale():
    letters = "".join(text_of(get(n)) for n in ("LABELS", "STOCK", "RATES") if Path(get(n)).is_file()) + "äöüÄÖÜß"

    def prints(name):
        try:
            locale.setlocale(locale.LC_ALL, name)
            code = locale.nl_langinfo(locale.CODESET)
            return letters.encode(code, "replace").decode(code) == letters
        except (locale.Error, LookupError, ValueError):
            return False
        finally:
            locale.setlocale(locale.LC_ALL, "C")

    if not get("LOCALE") or not prints(get("LOCALE")):
        good = [n for n in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "de_DE.UTF-8") if prints(n)]
        if good:
            wrong("locale", "LOCALE", good[0], f"LOCALE={get('LOCALE')}: not here, or turns letters into question marks")
        else:
            stop(BASE, "no locale here prints our letters")


def look_key():
    path = f"conf/keys/{SITE['site']}.key"
    used = used_names()
    known = {"PORT", "LOCALE", "ZONE", "LEASE", "SEED", "WHEELS", "HOOK", "LABELS", "STOCK", "RATES"}
    others = sorted(set(used) - known)
    names = [n for n in others if "do_sign" in used[n]] or [n for n in others if "key" in get(n).lower() or not get(n)]
    if not Path(path).is_file():
        path = same_but_case(path)
        if not path:
            return stop(f"conf/keys/{SITE['site']}.key", "no key of this site, and only its keeper has one")
    for name in names:
        value = get(name)
        if not value or os.path.normpath(ROOT / value) != str(ROOT / path):
            kind = "name-case" if value and not Path(value).exists() and value.lower() == path.lower() else "wrong-default"
            wrong(kind, name, path, f"{name}={value}; keys are named for their site, this is {SITE['site']}")
    for name in others:
        if name not in names and not get(name):
            stop(BASE, f"nothing here says what {name} is")
    mode = stat.S_IMODE(Path(path).stat().st_mode)
    if mode & 0o077 or not mode & 0o400:
        defect("permission", path, f"mode {mode:o}: others can read it, the program refuses it")
        mend(os.chmod, path, 0o600)


# ---------------------------------------------------------------- port


def own_listener(port):
    """Whether what listens there was started from this very folder."""
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        part = line.split()
        if part[3] == "0A" and int(part[1].split(":")[1], 16) == port:
            inodes.add(f"socket:[{part[9]}]")
    for fd in Path("/proc").glob("[0-9]*/fd/*") if inodes else []:
        try:
            if os.readlink(fd) in inodes and os.readlink(fd.parents[1] / "cwd") == str(ROOT):
                return True
        except OSError:
            pass
    return False


def free(port):
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
            one.listen()
        except (OSError, OverflowError):
            return False
    return True


def look_port():
    ports, change = SITE["ports"], TARGET.get("ports")
    before = [p for p in range(ports["first"], ports["last"] + 1) if p not in ports.get("reserved", [])]
    now = before
    if change is not None:
        reserved = set(ports.get("reserved", [])) - set(change.get("released", []))
        now = [p for p in range(ports["first"], ports["last"] + 1, change.get("step", 1)) if p not in reserved]
    try:
        port = int(get("PORT"))
        is_free = free(port) or own_listener(port)
    except ValueError:
        port, is_free = get("PORT"), False
    if port in now and is_free:
        return
    choice = [p for p in (now if change is None else now[::-1]) if free(p)]
    if not choice:
        return stop(BASE, "no port of ours is free")
    if port in before and is_free:  # only the change wants another one: no defect
        put["PORT"] = str(choice[0])
    else:
        wrong("port", "PORT", choice[0], f"PORT={port}: " + ("held by somebody else" if port in before else "not one of ours in conf/site.toml"))


# ---------------------------------------------------------------- packages


def version(text):
    parts = [int(p) for p in re.findall(r"\d+", text)]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def fits(have, spec):
    for part in filter(None, spec.replace(" ", "").strip("()").split(",")):
        op, want = re.match(r"(~=|>=|<=|==|!=|<|>)(.+)", part).groups()
        a, b = version(have), version(want)
        if op == "~=":
            head = tuple(int(p) for p in re.findall(r"\d+", want))[:-1]
            if not (a >= b and (a + (0,) * 9)[: len(head)] == head):
                return False
        elif want.endswith(".*"):
            head = tuple(int(p) for p in re.findall(r"\d+", want))
            if ((a + (0,) * 9)[: len(head)] == head) != (op == "=="):
                return False
        elif not {">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, "<": a < b, ">": a > b}[op]:
            return False
    return True


def need(text):
    name, spec = re.match(r"\s*([A-Za-z0-9_.-]+)\s*(?:\[[^]]*\])?\s*(.*)", text.split(";")[0]).groups()
    return name, spec.strip().strip("()")


def sums_of(folder):
    return {line.split()[1].lstrip("*"): line.split()[0] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines() if len(line.split()) == 2}


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def metadata(path):
    """(what it needs, whether this Python will do)"""
    with zipfile.ZipFile(path) as wheel:
        if wheel.testzip():
            raise zipfile.BadZipFile(path)
        text = wheel.read(next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))).decode()
    python = re.search(r"^Requires-Python:\s*(.+)", text, re.M)
    needs = [need(n) for n in re.findall(r"^Requires-Dist:\s*(.+)", text, re.M) if "extra ==" not in n]
    return needs, not python or fits("%d.%d.%d" % sys.version_info[:3], python[1])


def look_wheels_folder():
    """The folder of wheels; under the change the newest whole snapshot."""
    if "mirror" in TARGET:
        mirror = Path(TARGET["mirror"]["folder"])
        days = [p for p in mirror.iterdir() if p.is_dir() and re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", p.name)] if mirror.is_dir() else []
        for folder in sorted(days, key=lambda p: [int(n) for n in p.name.split("-")], reverse=True):
            try:
                sums = sums_of(folder)
                if sums and all(digest(folder / name) == want for name, want in sums.items()):
                    if get("WHEELS") != folder.as_posix():
                        put["WHEELS"] = folder.as_posix()
                    return folder
            except OSError:
                pass
        return stop(mirror, "no snapshot is whole")
    value = get("WHEELS")
    if not value or not Path(value).is_dir():
        other = value and same_but_case(value)
        if other:
            wrong("name-case", "WHEELS", other, f"WHEELS={value}; the folder is {other}")
        elif Path("wheelhouse").is_dir():
            wrong("wrong-default", "WHEELS", "wheelhouse", f"WHEELS={value} is not there")
        else:
            return stop(value or BASE, "no wheels")
    folder = Path(get("WHEELS"))
    if not (folder / "SHA256SUMS").exists():
        return stop(folder / "SHA256SUMS", "only whoever built the wheels can say what they are")
    return folder


def look_packages():
    folder = look_wheels_folder()
    if folder is None:
        return
    sums, wheels, broken = sums_of(folder), {}, {}
    for path in sorted(folder.glob("*.whl")):
        key = tuple(path.name.split("-")[:2])
        try:
            if digest(path) != sums.get(path.name):
                raise ValueError("not what SHA256SUMS says" if path.name in sums else "not in SHA256SUMS")
            wheels[key] = metadata(path)
        except (ValueError, zipfile.BadZipFile, StopIteration, OSError) as problem:
            broken[key] = path
            if path.name in sums:
                defect("broken-wheel", path.as_posix(), f"{problem}; {path.stat().st_size} bytes")
    wanted = [need(n) for n in PROJECT["project"]["needs"]]
    names = sorted({n for n, _ in wheels} | {n for n, _ in broken})
    imported = set(re.findall(r"^\s*(?:import|from)\s+(\w+)", "\n".join(p.read_text("utf-8") for p in Path(PACKAGE).glob("*.py")), re.M))
    wanted += [(n, "") for n in names if n in imported and n not in dict(wanted)]

    lines, pins, ugly = (text_of(PINS, strict_ends=True).split("\n") if Path(PINS).exists() else []), {}, None
    for i, line in enumerate(lines):
        if line and not line.startswith("#"):
            name, sign, ver = (part.strip() for part in line.partition("=="))
            if name not in names and name.lower() in [n.lower() for n in names]:
                right = next(n for n in names if n.lower() == name.lower())
                defect("name-case", PINS, f"{name} is {right} in {folder}")
                name = right
            if name in pins or not sign or f"{name}=={ver}" != line and name == line.partition("==")[0].strip():
                ugly = ugly or f"line {i + 1} is no single pin: {line!r}"
            if sign and name not in pins:
                pins[name] = ver

    def trouble(chosen, about):
        """Why a set will not do, or None. about: {(name, version): (needs, python)}"""
        for name, spec in wanted:
            if name not in chosen:
                return "missing-requirement", f"{name} is needed (project.toml or the program) and has no pin"
            if not fits(chosen[name], spec):
                return "pin-conflict", f"{name}=={chosen[name]}, project.toml says {spec}"
        for name, ver in chosen.items():
            if (name, ver) not in about:
                if about is anywhere:
                    continue
                return "not here", f"{name} {ver}"
            needs, python = about[name, ver]
            if not python:
                return "pin-conflict", f"{name} {ver} does not work with this Python"
            for other, spec in needs:
                if other not in chosen:
                    return "missing-requirement", f"{name} {ver} needs {other}, which has no pin"
                if not fits(chosen[other], spec):
                    return "pin-conflict", f"{name} {ver} needs {other} {spec}, pinned is {chosen[other]}"
        return None

    # A defect is what is wrong with the pins as such; that a snapshot lacks a version is the change's doing.
    anywhere = dict(wheels)
    for path in [*Path(".").glob("mirror/*/*.whl"), *broken.values()]:
        try:
            anywhere.setdefault(tuple(path.name.split("-")[:2]), metadata(path))
        except (zipfile.BadZipFile, StopIteration, OSError, ValueError):
            pass
    said = trouble(pins, anywhere)
    lacks = [f"{n}-{v}" for n, v in pins.items() if (n, v) not in wheels]
    if said:
        defect(said[0], PINS, said[1])
    elif lacks and "mirror" not in TARGET and not any((n, v) in broken for n, v in pins.items()):
        defect("pin-conflict", PINS, f"{folder} has no {', '.join(lacks)}")
    elif ugly:
        defect("pin-conflict", PINS, ugly)
    if not said and not lacks and not trouble(pins, wheels):
        if ugly or any(d["kind"] == "name-case" and d["where"] == PINS for d in defects):
            mend(write_pins, lines, pins)
        return

    costs = {}
    advice = next((p for p in (folder / "ADVISORIES.csv", Path("wheelhouse/ADVISORIES.csv")) if p.exists()), None)
    for row in csv.DictReader(advice.read_text("utf-8").splitlines()) if advice else []:
        if row["state"].strip() == "open":
            costs[row["package"], row["version"]] = costs.get((row["package"], row["version"]), 0) + int(row["eur"])
    review = TARGET.get("review", {})
    eur, urgent = review.get("eur", PROJECT.get("policy", {}).get("review_eur", 0)), review.get("urgent", [])
    every = sorted(set(names) | set(pins))
    best = [None]

    def extend(i, chosen, cost):
        if best[0] and cost > best[0][0][0]:
            return
        if i == len(every):
            if not trouble(chosen, wheels):
                changes = sum(pins.get(n) != chosen.get(n) for n in every)
                rank = (cost, changes, sorted(chosen.items()))
                if best[0] is None or rank < best[0][0]:
                    best[0] = (rank, dict(chosen))
            return
        name = every[i]
        spec = dict(wanted).get(name)
        for ver in [v for n, v in wheels if n == name and (spec is None or fits(v, spec))] + [None]:
            if ver is None and spec is not None:
                continue
            price = 0 if pins.get(name) == ver or name in urgent else eur
            extend(i + 1, {**chosen, name: ver} if ver else chosen, cost + price + (costs.get((name, ver), 0) if ver else 0))

    extend(0, {}, 0)
    if best[0]:
        mend(write_pins, lines, best[0][1])
    else:
        bad = [broken[n, v] for n, v in pins.items() if (n, v) in broken] or list(broken.values())
        stop(bad[0].as_posix() if bad and not said else PINS, "no set of wheels that are here goes together")


def write_pins(lines, chosen):
    out, left = [], dict(chosen)
    for line in lines:
        name = line.partition("==")[0].strip()
        if not line or line.startswith("#"):
            out.append(line)
        else:
            name = next((n for n in chosen if n.lower() == name.lower()), name)
            if name in left:
                out.append(f"{name}=={left.pop(name)}")
    while out and not out[-1]:
        out.pop()
    out += [f"{n}=={v}" for n, v in left.items()]
    Path(PINS).write_text("\n".join(out) + "\n", "utf-8")


# ---------------------------------------------------------------- Procfile and hook


def look_procfile():
    tree = ast.parse(Path(PACKAGE, "__init__.py").read_text("utf-8"))
    entries = next(ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == "ENTRIES")
    lines = text_of("Procfile").splitlines() if Path("Procfile").exists() else []
    have = dict(line.split(": ", 1) for line in lines if ": " in line)
    bad = {n: e for n, e in entries.items() if have.get(n, "").strip() != e}
    if bad:
        defect("wrong-entry", "Procfile", "; ".join(f"{n} is {have.get(n)!r}, {PACKAGE}.ENTRIES says {e}" for n, e in bad.items()))
        out, done = [], set()
        for line in lines:
            name = line.split(":")[0].strip()
            if name in bad:
                if name not in done:
                    out.append(f"{name}: {bad[name]}")
                done.add(name)
            else:
                out.append(line)
        out += [f"{n}: {e}" for n, e in bad.items() if n not in done]
        mend(Path("Procfile").write_text, "\n".join(out) + "\n", "utf-8")


def look_hook():
    value = get("HOOK")
    if not value or not Path(value).is_file():
        other = value and same_but_case(value)
        if other and Path(other).is_file():
            wrong("name-case", "HOOK", other, f"HOOK={value}; the file is {other}")
        else:
            ready = [p for p in sorted(Path("hooks").glob("*")) if p.is_file() and p.stat().st_mode & stat.S_IXUSR]
            if len(ready) != 1:
                return stop(value or BASE, f"no hook, and {len(ready)} could stand for it")
            wrong("wrong-default", "HOOK", ready[0].as_posix(), f"HOOK={value} is not there; the only hook that may be executed is {ready[0]}")
    path = Path(get("HOOK"))
    raw = data = path.read_bytes()
    if data.startswith(codecs.BOM_UTF8):
        defect("encoding", path.as_posix(), "a byte order mark before #!")
        data = data[3:]
    if b"\r\n" in data or b"\r" in data and b"\n" not in data:
        defect("line-ends", path.as_posix(), "carriage returns: the first line names a program that ends in one")
        data = data.replace(b"\r\n", b"\n") if b"\n" in data else data.replace(b"\r", b"\n")
    first, _, rest = data.partition(b"\n")
    line = first.decode("utf-8", "replace")
    words = line.removeprefix("#!").split(" ")
    program = shutil.which(words[-1]) if words[0] == "/usr/bin/env" else words[0]
    runs = line.startswith("#!") and bool(program) and program.startswith("/") and os.access(program, os.X_OK) and os.path.isfile(program)
    python_text = path.suffix == ".py"
    if runs and path.suffix in (".py", ".sh") and ("python" in Path(program).name) != python_text:
        runs = False
    if not runs:
        named = next((Path(w).name for w in reversed(line.removeprefix("#!").split()) if not w.startswith("-")), "") if line.startswith("#!") else ""
        tries = ["python3"] if python_text or "python" in named else [named] if named and path.suffix != ".sh" else [named, "bash", "sh"]
        if path.suffix == ".sh" and "sh" not in named:
            tries = ["bash", "sh"]
        if not tries[0] and not path.suffix:
            try:
                compile(data, "hook", "exec")
                tries = ["python3"]
            except (SyntaxError, ValueError):
                tries = ["bash", "sh"]
        good = [n for n in tries if n and shutil.which(n)]
        defect("shebang", path.as_posix(), f"first line {line!r}: no such program here, or not one for {path.suffix or 'it'}")
        if not good:
            return stop(path.as_posix(), f"nothing here runs it: {tries}")
        data = f"#!/usr/bin/env {good[0]}\n".encode() + (rest if line.startswith("#!") else data)
    if data != raw:
        mend(path.write_bytes, data)
    if not path.stat().st_mode & stat.S_IXUSR:
        defect("permission", path.as_posix(), f"mode {stat.S_IMODE(path.stat().st_mode):o}, has to be executable")
        mend(os.chmod, path, stat.S_IMODE(path.stat().st_mode) | 0o111)


# ---------------------------------------------------------------- migrations and the tables


def look_migrations():
    """{name: (was, after, SQL)} in the right order."""
    info = {}
    for path in sorted(Path("migrations").glob("*.sql")):
        sql = text_of(path)
        was = re.search(r"^--\s*was:\s*(\S+)", sql, re.M)
        after = [w for line in re.findall(r"^--\s*after:\s*(.+)", sql, re.M) for w in re.split(r"[,\s]+", line.strip()) if w]
        info[path.name] = (was[1] if was else None, after, sql)
    old = {was: name for name, (was, _, _) in info.items() if was}
    text = text_of(ORDER, strict_ends=True) if Path(ORDER).exists() else ""
    names, why = [], "" if text else "not there"
    for raw in filter(None, text.split("\n")):
        name = raw.strip()
        if name not in info:
            alike = [n for n in info if n.lower() == name.lower()]
            if name in old:
                why, name = why or f"{name} is now {old[name]}", old[name]
            elif alike:
                defect("name-case", ORDER, f"{name}; the file is {alike[0]}")
                name = alike[0]
            elif name:
                stop(f"migrations/{name}", f"{ORDER} lists it, nobody has it")
                continue
        if name in names or raw != raw.strip():
            why = why or f"{raw!r} twice or with blanks"
        if name and name not in names:
            names.append(name)
    after = {n: [old.get(a, a) for a in info[n][1]] for n in info}
    for name in names:  # what a listed one comes after has to be listed
        for other in after[name]:
            if other not in info:
                stop(f"migrations/{other}", f"{name} comes after it, nobody has it")
                return {}
            if other not in names:
                why = why or f"{other} is missing, {name} comes after it"
                names.append(other)
    listed = list(names)

    def sort(these):
        done, left = [], list(these)
        while left:
            ready = [n for n in left if all(a in done or a not in these for a in after[n])]
            if not ready:
                return None
            done.append(ready[0])
            left.remove(ready[0])
        return done

    ordered = sort(names)
    if ordered is None:
        stop(ORDER, "the migrations come after one another in a circle")
        return {}
    if not enough(ordered, info):  # nor may one be missing that the tables need
        everything = sort(names + [n for n in info if n not in names])
        if everything and enough(everything, info):
            why, ordered = why or "does not list all that the tables need", everything
        else:
            stop(ORDER, "the migrations do not make the tables that the program asks for")
    if ordered != listed:
        late = next((n for i, n in enumerate(listed) if any(a in listed[i:] for a in after[n])), None)
        why = why or f"{late} stands before {' '.join(after[late]) if late else '?'}, which it comes after"
    if why:
        defect("migration-order", ORDER, why)
    if why or "\n".join(ordered) != text.strip("\n"):
        mend(Path(ORDER).write_text, "\n".join(ordered) + "\n", "utf-8")
    return {n: info[n] for n in ordered}


def statements(sql):
    out, part = [], ""
    for piece in re.split(r"(?<=;)", sql):
        part += piece
        if sqlite3.complete_statement(part):
            out.append(part.strip())
            part = ""
    if re.sub(r"--.*", "", part).strip():
        out.append(part.strip())
    return [s for s in out if re.sub(r"--.*", "", s).strip(" ;\n\t\r")]


def schema(db):
    """{(kind, name): its columns or SQL}, without the log and sqlite's own."""
    out = {}
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if name == "applied" or name.startswith("sqlite_"):
            continue
        if kind == "table":
            out[kind, name.lower()] = frozenset(r[1].lower() for r in db.execute(f'PRAGMA table_info("{name}")'))
        elif kind == "index":
            out[kind, name.lower()] = tuple(str(r[2]).lower() for r in db.execute(f'PRAGMA index_info("{name}")'))
        else:
            out[kind, name.lower()] = " ".join((sql or "").lower().split())
    return out


def enough(names, info):
    db = sqlite3.connect(":memory:")
    try:
        for name in names:
            db.executescript(info[name][2])
        made = schema(db)
        return {"code", "units", "bin"} <= made.get(("table", "items"), set()) and {"bin", "aisle"} <= made.get(("table", "bins"), set())
    except sqlite3.Error:
        return False


def copied(path):
    """A copy to look at: opening the original could already write to it."""
    folder = Path(tempfile.mkdtemp(prefix="depot-setup-"))
    for tail in ("", "-journal", "-wal"):
        if Path(path + tail).exists():
            shutil.copyfile(path + tail, folder / (Path(path).name + tail))
    return folder / Path(path).name


def states(sequence, info):
    """The statements of a sequence and the schema after each."""
    db, steps = sqlite3.connect(":memory:", isolation_level=None), [(None, None, {})]
    for name in sequence:
        for statement in statements(info[name][2]):
            try:
                db.execute(statement)
            except sqlite3.Error:
                return None
            steps.append((name, statement, schema(db)))
    return steps


def look_stock(info):
    if not Path(STOCKDB).exists() or not info:
        return
    copy = copied(STOCKDB)
    try:
        db = sqlite3.connect(copy, isolation_level=None)
        if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check")
        tables = {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        applied = [n for (n,) in db.execute("SELECT name FROM applied")] if "applied" in tables else []
        now = schema(db)
        filled = {t for t in tables if db.execute(f'SELECT EXISTS (SELECT 1 FROM "{t}")').fetchone()[0]}
        db.close()
    except sqlite3.DatabaseError as problem:
        return stop(STOCKDB, f"no tables that can be read: {problem}")
    finally:
        shutil.rmtree(copy.parent, ignore_errors=True)
    old = {was: name for name, (was, _, _) in info.items() if was}
    on_disk = {p.name for p in Path("migrations").glob("*.sql")}
    unknown = [n for n in applied if n not in info and n not in old and n not in on_disk]
    if unknown:
        return stop(STOCKDB, f"migrations that nobody here knows were applied: {unknown}")
    logged = {old.get(n, n) for n in applied} & set(info)
    renamed = [n for n in applied if n in old and n not in info]
    order = list(info)
    first = [n for n in order if n in logged]
    rest = [n for n in order if n not in logged]
    tries = [first + rest, order] + [first + [m] + [n for n in rest if n != m] for m in rest]
    for sequence in tries:
        steps = states(sequence, info)
        if steps is None:
            continue
        ours = {key for _, _, s in steps for key in s}
        mine = {k: v for k, v in now.items() if k in ours}
        edge = max([i for i, (n, _, _) in enumerate(steps) if n in logged], default=0)
        same = [i for i, (_, _, s) in enumerate(steps) if s == mine]
        if not same:
            continue
        at = edge if edge in same else min(same, key=lambda i: (i < edge, abs(i - edge)))
        while at not in (edge,) and at + 1 in same and (m := re.match(r"\s*INSERT INTO\s+\"?(\w+)", steps[at + 1][1], re.I)) and m[1] in filled:
            at += 1  # rows were already taken over
        if at != edge:
            between = sorted({n for n, _, _ in steps[min(at, edge) + 1 : max(at, edge) + 1]})
            defect("half-applied-migration", STOCKDB, f"{between}: the tables and the list of applied migrations do not agree")
        if renamed:
            defect("old-schema", STOCKDB, f"applied has names from before 3.1: {renamed}")
        elif at == edge and at < len(steps) - 1 and (logged or now):
            defect("old-schema", STOCKDB, f"the tables are older than {steps[at + 1][0]}")
        if at != edge or renamed or at < len(steps) - 1:
            mend(mend_stock, renamed, [s for _, s, _ in steps[at + 1 :]], order)
        return
    stop(STOCKDB, f"tables as no migration leaves them: {sorted(now)}")


def mend_stock(renamed, todo, order):
    db = sqlite3.connect(STOCKDB, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)")
        for name in renamed:
            db.execute("DELETE FROM applied WHERE name = ?", (name,))
        for statement in todo:
            db.execute(statement)
        for name in order:
            db.execute("INSERT OR IGNORE INTO applied VALUES (?)", (name,))
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    finally:
        db.close()


def look_jobs():
    if not Path(JOBSDB).exists():
        return
    copy = copied(JOBSDB)
    try:
        db = sqlite3.connect(copy)
        if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check")
        have = [r[1] for r in db.execute("PRAGMA table_info(jobs)")]
        db.close()
    except sqlite3.DatabaseError as problem:
        return stop(JOBSDB, f"no jobs that can be read: {problem}")
    finally:
        shutil.rmtree(copy.parent, ignore_errors=True)
    lacks = [c for c in ("id", "step", "text", "state", "result") if have and c not in have]
    if not lacks:
        return
    defect("old-schema", JOBSDB, f"jobs has {have}, the program also reads {lacks}")
    if set(lacks) - {"state", "result"}:
        return stop(JOBSDB, f"nothing says where {lacks} should come from")
    mend(mend_jobs, lacks)


def mend_jobs(lacks):
    db = sqlite3.connect(JOBSDB)
    with db:
        if "result" in lacks:
            db.execute("ALTER TABLE jobs ADD COLUMN result TEXT")
        if "state" in lacks:
            db.execute("ALTER TABLE jobs ADD COLUMN state TEXT DEFAULT 'open'")
            db.execute("UPDATE jobs SET state = 'done' WHERE result IS NOT NULL")
    db.close()


# ---------------------------------------------------------------- what lies in var/


def look_lock():
    lock = Path(LOCK)
    if not os.path.lexists(lock):
        return
    try:
        held = json.loads(lock.read_text("utf-8"))
        pid, began = int(held["pid"]), int(held["started"])
    except (ValueError, KeyError, TypeError, OSError):
        # A sweep that is just starting writes the file after making it: is one of this folder running?
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
                if b"sweep" in words and PACKAGE.encode() in words and os.readlink(process / "cwd") == str(ROOT):
                    return stop(LOCK, f"a sweep runs: {process.name}")
            except OSError:
                pass
        seen = f"says nothing ({lock.stat().st_size} bytes), and no sweep runs here"
    else:
        try:
            since = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        except (OSError, IndexError):
            since = None
        if since == began:
            return stop(LOCK, f"a sweep runs: {pid}")
        seen = f"process {pid} " + ("is not there" if since is None else f"began at {since}, not {began}: another one")
    defect("stale-lock", LOCK, seen)
    mend(lock.unlink)


def look_spool():
    for path in sorted(Path("var/spool").glob("*.json")):
        try:
            one = json.loads(path.read_text("utf-8"))
            sqlite3.connect(":memory:").execute("SELECT ?, ?", (one["step"], one["text"])).fetchone()
        except Exception as problem:
            defect("poison-record", path.as_posix(), f"{type(problem).__name__}: {problem}; the records after it are never taken")
            mend(set_aside, path)


def set_aside(path):
    bad = Path("var/spool/bad")
    bad.mkdir(exist_ok=True)
    to, n = bad / path.name, 1
    while os.path.lexists(to):
        n += 1
        to = bad / f"{path.stem}-{n}{path.suffix}"
    path.rename(to)


def look_cache():
    path = Path(CACHE)
    if not path.exists() or not Path(get("RATES")).is_file():
        return
    rates = {row["code"]: row["cents"] for row in rows_of(get("RATES"))}
    text = path.read_bytes().decode("utf-8", "replace")
    kind = "half-written-cache"
    try:
        held = json.loads(text)
        by_hand, prices = list(held["by_hand"]), dict(held["rates"])
        complete = held["rows"] == len(prices) and all(c in prices for c in by_hand)
        seen = f"rows says {held['rows']}, there are {len(prices)}"
    except (ValueError, KeyError, TypeError):
        complete, seen = False, f"{len(text)} characters, ends with {text[-24:]!r}"
        listed = re.search(r'"by_hand"\s*:\s*(\[[^\]]*\])', text)
        started = text.partition('"rates"')[2]
        prices = {c: json.loads(p) for c, p in re.findall(r'"([^"]+)"\s*:\s*("\d+"|\d+)\s*(?=[,}])', started)}
        try:
            by_hand = json.loads(listed[1]) if listed else None
        except ValueError:
            by_hand = None
        if by_hand is None and re.search(r'"rates"\s*:\s*\{[^{}]*\}', text):
            by_hand = [c for c, p in prices.items() if str(p) != str(rates.get(c))]  # all prices are there: those that differ
    if complete:
        off = [c for c in rates if c not in by_hand and str(prices.get(c)) != str(rates[c])]
        if not off:
            return
        kind, seen = "stale-generated", f"{off} are not what {get('RATES')} says, and were not set by hand"
    defect(kind, CACHE, seen)
    lost = ["which ones"] if by_hand is None else [c for c in by_hand if c not in prices]
    if lost:
        return stop(CACHE, f"prices set by hand are cut off: {lost}; only people can know them")
    kept = {c: prices[c] for c in by_hand}
    mend(write_cache, {**rates, **kept}, by_hand)


def write_cache(rates, by_hand):
    path = Path(CACHE)
    shutil.copyfile(path, path.with_name("rates.json.found"))
    new = path.with_name("rates.json.new")
    new.write_text(json.dumps({"rows": len(rates), "by_hand": by_hand, "rates": rates}), "utf-8")
    new.replace(path)


def look_labels():
    path, source = Path(LABELS_OUT), get("LABELS")
    if NEW or not Path(source).is_file():
        return
    if not path.exists():
        return defect("missing-generated", LABELS_OUT, "not there, though var/ is")
    raw = Path(source).read_bytes()
    made = {r["code"]: r["label"] for r in csv.DictReader(raw.decode("utf-8", "replace").splitlines()) if {"code", "label"} <= set(r)}
    try:
        held = json.loads(path.read_text("utf-8"))
        seen = "" if held["of"] == hashlib.sha256(raw).hexdigest() else f"made from another {source} (of {held['of'][:12]}…)"
        if not seen and held["labels"] != made:
            seen = f"not what {source} gives"
    except (ValueError, KeyError, TypeError) as problem:
        seen = f"cannot be read: {problem}"
    if seen:
        defect("stale-generated", LABELS_OUT, seen)


def look_archive():
    link, store = Path("var/archive"), Path(SITE["archive"])
    if not store.is_dir():
        other = same_but_case(SITE["archive"])
        if other and Path(other).is_dir():
            store = Path(other)
        elif NEW:
            mend(lambda: store.mkdir(parents=True, exist_ok=True))
        else:
            return stop("var/archive", f"{store} is not there, nor are the texts that were in it")
    if os.path.lexists(link) and link.resolve() == store.resolve():
        return
    if not NEW:
        what = f"leads to {os.readlink(link)}" if link.is_symlink() else "a folder" if link.is_dir() else "a file" if link.exists() else "not there"
        defect("broken-link", "var/archive", f"{what}; the keeper says {store}")
    move = []
    if link.is_dir() and not link.is_symlink():
        move = list(link.iterdir())
        for path in move:
            if (store / path.name).exists() and (path.is_dir() or (store / path.name).read_bytes() != path.read_bytes()):
                return stop("var/archive", f"{path.name} is there twice, with different texts")
    elif link.is_file() and not link.is_symlink() and link.read_bytes().strip() not in (b"", ("../" + SITE["archive"]).encode()) and link.stat().st_size > 200:
        return stop("var/archive", "a file that is no link's text")
    mend(make_link, link, store, move)


def make_link(link, store, move):
    link.parent.mkdir(exist_ok=True)
    for path in move:
        if (store / path.name).exists():
            path.unlink()
        else:
            shutil.move(path, store / path.name)
    if link.is_dir() and not link.is_symlink():
        link.rmdir()
    elif os.path.lexists(link):
        link.unlink()
    link.symlink_to(os.path.relpath(store, link.parent))


def look_permissions():
    """Owner's rights, by the bits: as root one may do everything and would not notice."""
    dirs = [p for p in [Path("var"), *Path("var").glob("*"), Path(SITE["archive"])] if p.is_dir() and not p.is_symlink()]
    files = [Path(p) for p in (JOBSDB, STOCKDB, CACHE, LABELS_OUT, ORDER, PINS, "Procfile") if Path(p).is_file()]
    files += [p for n in ("LABELS", "STOCK", "RATES") if (p := Path(get(n))).is_file()]
    files += [*Path("migrations").glob("*.sql"), *Path("var/spool").glob("*.json")]
    for path in dirs + files:
        mode = stat.S_IMODE(path.stat().st_mode)
        want = 0o700 if path.is_dir() else 0o600 if path.parts[0] == "var" else 0o400
        if mode & want != want:
            defect("permission", path.as_posix(), f"mode {mode:o}")
            mends.insert(0, (os.chmod, (path, mode | want)))


# ---------------------------------------------------------------- all of it


def run(*words):
    env = {n: v for n, v in os.environ.items() if not n.startswith(PACKAGE.upper() + "_")}
    done = subprocess.run([sys.executable, *words], env={**env, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True)
    if done.returncode:
        print(f"{' '.join(words)}: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode == 0


def main():
    migrations = {}

    def tables():
        migrations.update(look_migrations())
        look_stock(migrations)

    checks = [look_lock, look_paths, look_values, look_key, look_port, look_locale, look_packages, look_procfile, look_hook, tables,
              look_jobs, look_spool, look_cache, look_labels, look_archive, look_permissions]  # fmt: skip
    for check in checks:
        try:
            check()
        except Exception:  # one check that fails must not keep the others from being made
            traceback.print_exc()
    for name in ("LABELS", "STOCK", "RATES"):
        if Path(get(name)).is_file() and "\ufffd" in text_of(get(name)):
            defect("encoding", get(name), "replacement characters: the letters are gone")
            stop(get(name), "letters are gone")
    Path("diagnosis.json").write_text(json.dumps({"defects": defects}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if stops:
        for where, why in stops:
            print(f"{where}: {why}", file=sys.stderr)
        print(f"cannot: {stops[0][0]}", file=sys.stderr)
        return 3
    for action, args in mends:
        action(*args)
    if put:
        write_local()
    good = [run("tools/install.py"), run("-m", PACKAGE, "migrate"), run("-m", PACKAGE, "seed"), run("tools/labels.py")]
    return 0 if all(good) else 1


sys.exit(main())
