"""Migrations and stock.db."""

import re
import sqlite3

ORDER = "migrations/ORDER"


def check(depot):
    folder = depot.root / "migrations"
    heads = {path.name: path.read_text("utf-8") for path in folder.glob("*.sql")}
    after = {name: re.findall(r"^-- after: (\S+)", text, re.M) for name, text in heads.items()}
    was = {old: name for name, text in heads.items() for old in re.findall(r"^-- was: (\S+)", text, re.M)}
    raw = (folder / "ORDER").read_bytes().decode()
    listed = [line.strip("\r") for line in raw.split("\n") if line.strip()]
    order = sorted_by(after, listed)

    def write():
        (folder / "ORDER").write_text("".join(f"{name}\n" for name in order), "utf-8")

    if "\r" in raw:
        depot.defect("line-ends", ORDER, "carriage returns", write)
    if listed != order:
        depot.defect("migration-order", ORDER, f"{listed} against {order}", write)
    path = depot.root / "var/stock.db"
    if path.exists():
        database(depot, path, order, heads, was)


def sorted_by(after, listed):
    """The listed order as far as it holds, what is missing where it can come first."""
    rank = {name: at for at, name in enumerate(listed)}
    left = sorted(after, key=lambda name: (rank.get(name, -1), [int(part) for part in re.findall(r"\d+", name)]))
    made = []
    while left:
        ready = [name for name in left if set(after[name]) <= set(made)]
        if not ready:
            raise SystemExit("cannot: migrations")
        made.append(ready[0])
        left.remove(ready[0])
    return made


def effects(db):
    """Tables, columns and indices that there are."""
    found = set()
    for (kind, name) in db.execute("SELECT type, name FROM sqlite_master"):
        found.add(name)
        if kind == "table":
            found |= {f"{name}.{row[1]}" for row in db.execute(f"PRAGMA table_info({name})")}
    return found


def effect(text):
    """What there is once a migration has been applied."""
    for pattern, form in (
        (r"ALTER TABLE (\w+) ADD COLUMN (\w+)", "{0}.{1}"), (r"ALTER TABLE (\w+) RENAME COLUMN \w+ TO (\w+)", "{0}.{1}"),
        (r"CREATE (?:UNIQUE )?INDEX (\w+)", "{0}"), (r"CREATE TABLE (\w+)", "{0}"),
    ):  # fmt: skip
        match = re.search(pattern, text)
        if match:
            return form.format(*match.groups())
    return None


def database(depot, path, order, heads, was):
    where = "var/stock.db"
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        applied = {name for (name,) in db.execute("SELECT name FROM applied")}
        there = effects(db)
    finally:
        db.close()
    if applied - set(order) - set(was):
        depot.mends.append(path.unlink)
        return
    old = {name: was[name] for name in applied if name in was}
    known = {old.get(name, name) for name in applied}
    really = {name for name in order if effect(heads[name]) in there}
    if old:
        depot.defect("old-schema", where, f"recorded as {sorted(old)}")
    if known != really:
        depot.defect("half-applied-migration", where, f"recorded {sorted(known - really)}, made {sorted(really - known)}")
    if old or known != really:
        depot.mends.append(path.unlink)


def record(path, order, really):
    db = sqlite3.connect(path)
    with db:
        db.execute("DELETE FROM applied")
        db.executemany("INSERT INTO applied VALUES (?)", [(name,) for name in order if name in really])
    db.close()
