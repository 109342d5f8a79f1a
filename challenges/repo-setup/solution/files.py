"""Files that the app reads: seeds, labels, cache, hook, lock, link, spool, Procfile."""

import ast
import hashlib
import json
import os
import re
import shutil
import stat


def check(depot):
    for one in (sources, labels, cache, hook, lock, link, spool, entry):
        one(depot)


def sources(depot):
    """The tables: there, by their name, readable, UTF-8."""
    for name in ("LABELS", "STOCK", "RATES"):
        path = depot.root / depot.settings[name]
        if not path.exists():
            near = [each for each in path.parent.iterdir() if each.name.lower() == path.name.lower()]
            if not near:
                depot.stop(depot.settings[name], f"{name} is not there")
                continue
            found = near[0].relative_to(depot.root).as_posix()
            depot.defect("name-case", found, f"{name}={depot.settings[name]}", lambda name=name, found=found: depot.set(name, found))
            depot.settings[name] = found
            path = near[0]
        where = path.relative_to(depot.root).as_posix()
        if not path.stat().st_mode & stat.S_IRUSR:
            path_mode = stat.S_IMODE(path.stat().st_mode)
            depot.defect("permission", where, oct(path_mode), lambda path=path: path.chmod(0o644))
            continue
        raw = path.read_bytes()
        text = decoded(raw)
        if text.encode() != raw:
            depot.defect("encoding", where, raw[:20], lambda path=path, text=text: path.write_bytes(text.encode()))


def decoded(raw):
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def labels_are_current(depot):
    made, source = depot.root / "var/gen/labels.json", depot.root / depot.settings["LABELS"]
    try:
        found = json.loads(made.read_text("utf-8"))
        return found["of"] == hashlib.sha256(source.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError):
        return False


def labels(depot):
    made = depot.root / "var/gen/labels.json"
    if not made.exists():
        if (depot.root / "var").exists():
            depot.defect("missing-generated", "var/gen/labels.json", "not there")
    elif (depot.root / depot.settings["LABELS"]).exists() and not labels_are_current(depot):
        depot.defect("stale-generated", "var/gen/labels.json", "made from another file")


def cache(depot):
    """What was set by hand is kept, also out of a file that ends too early."""
    path = depot.root / "var/cache/rates.json"
    if not path.exists():
        return
    text = path.read_text("utf-8")
    try:
        made = json.loads(text)
        if made["rows"] == len(made["rates"]):
            return
    except ValueError:
        hand = re.search(r'"by_hand": (\[.*?\])', text)
        rates = {code: int(cents) for code, cents in re.findall(r'"(\w+)": (\d+)(?=[,}])', text.partition('"rates"')[2])}
        made = {"by_hand": json.loads(hand[1]) if hand else [], "rates": rates}

    def mend():
        kept = {code: made["rates"][code] for code in made["by_hand"] if code in made["rates"]}
        source = (depot.root / depot.settings["RATES"]).read_text("utf-8").splitlines()
        rates = {row.split(",")[0]: int(row.split(",")[1]) for row in source[1:]}
        rates = kept | {code: cents for code, cents in rates.items() if code not in kept}
        path.write_text(json.dumps({"rows": len(rates), "by_hand": made["by_hand"], "rates": rates}), "utf-8")

    depot.defect("half-written-cache", "var/cache/rates.json", text[-40:], mend)


def hook(depot):
    where = depot.settings["HOOK"]
    path = depot.root / where
    raw = path.read_bytes()
    if not path.stat().st_mode & stat.S_IXUSR:
        depot.defect("permission", where, oct(path.stat().st_mode & 0o777), lambda: path.chmod(0o755))
    if b"\r" in raw:
        depot.defect("line-ends", where, "carriage returns", lambda: path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n")))
    first = raw.split(b"\n")[0].decode().strip("\r").removeprefix("#!").split(" ")
    program = shutil.which(first[-1]) if first[0] == "/usr/bin/env" else first[0]
    if not program or not os.access(program, os.X_OK):
        right = b"#!/bin/sh" if where.endswith(".sh") else b"#!/usr/bin/env python3"
        depot.defect("shebang", where, " ".join(first), lambda: path.write_bytes(right + b"\n" + path.read_bytes().partition(b"\n")[2]))


def lock(depot):
    where = "var/run/sweep.lock"
    path = depot.root / where
    if not path.exists():
        return
    try:
        held = json.loads(path.read_text("utf-8"))
        with open(f"/proc/{held['pid']}/stat") as file:
            alive = int(file.read().rpartition(")")[2].split()[19]) == held["started"]
    except (OSError, ValueError, KeyError):
        alive = False
    if alive:
        depot.stop(where, "somebody sweeps just now")
    else:
        depot.defect("stale-lock", where, path.read_text("utf-8"), path.unlink)


def link(depot):
    path, target = depot.root / "var/archive", depot.root / depot.site["archive"]

    def mend():
        path.parent.mkdir(exist_ok=True)
        target.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.symlink_to(f"../{depot.site['archive']}")

    if path.is_symlink() and os.readlink(path) == f"../{depot.site['archive']}":
        return
    if path.is_symlink():
        depot.defect("broken-link", "var/archive", os.readlink(path), mend)
    else:
        depot.mends.append(mend)


def spool(depot):
    for path in sorted((depot.root / "var/spool").glob("*.json")):
        raw = path.read_bytes()
        try:
            one = json.loads(raw)
            one["step"].strip(), one["text"].strip()
        except (ValueError, KeyError, TypeError, AttributeError):

            def mend(path=path):
                (path.parent / "bad").mkdir(exist_ok=True)
                path.rename(path.parent / "bad" / path.name)

            depot.defect("poison-record", path.relative_to(depot.root).as_posix(), raw[:60], mend)


def entry(depot):
    """The Procfile against what the package says are its entries."""
    tree = ast.parse((depot.root / depot.name / "__init__.py").read_text("utf-8"))
    wanted = next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "ENTRIES")
    path = depot.root / "Procfile"
    lines = dict(line.split(": ", 1) for line in path.read_text("utf-8").splitlines() if ": " in line)
    if any(lines.get(name, "").strip() != value for name, value in wanted.items()):
        depot.defect("wrong-entry", "Procfile", lines, lambda: path.write_text("".join(f"{name}: {value}\n" for name, value in (lines | wanted).items()), "utf-8"))
