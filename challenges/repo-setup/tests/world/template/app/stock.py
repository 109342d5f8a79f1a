"""What lies where: var/stock.db. `migrate` brings its tables up to date, `seed` fills them."""

import contextlib
import csv
import sqlite3

from PKG.config import ROOT, settings

LOG = "CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)"


@contextlib.contextmanager
def opened():
    (ROOT / "var").mkdir(exist_ok=True)
    db = sqlite3.connect(ROOT / "var" / "stock.db", isolation_level=None)
    yield db
    db.close()


def migrate():
    """Applies what migrations/ORDER lists, one after the other, unless `applied` knows its name."""
    names = (ROOT / "migrations" / "ORDER").read_bytes().decode().split("\n")
    with opened() as db:
        db.execute(LOG)
        applied = {name for (name,) in db.execute("SELECT name FROM applied")}
        for name in names:
            if name and name not in applied:
                db.executescript((ROOT / "migrations" / name).read_text("utf-8"))
                db.execute("INSERT INTO applied VALUES (?)", (name,))


def seed():
    """Takes STOCK into the tables. SEED is append (each row anew) or upsert (a row for each code)."""
    rows = list(csv.DictReader((ROOT / settings().need("STOCK")).read_text("utf-8").splitlines()))
    with opened() as db:
        db.execute("BEGIN")
        for row in rows:
            if settings().need("SEED") == "upsert":
                db.execute("DELETE FROM items WHERE code = ?", (row["code"],))
            db.execute("INSERT INTO items (code, units, bin) VALUES (?, ?, ?)", (row["code"], row["units"], row["bin"]))
            db.execute("INSERT OR IGNORE INTO bins VALUES (?, ?)", (row["bin"], row["aisle"]))
        db.execute("COMMIT")


def place(code):
    with opened() as db:
        units = db.execute("SELECT SUM(units) FROM items WHERE code = ?", (code,)).fetchone()[0]
        asked = "SELECT bin, aisle FROM items JOIN bins USING (bin) WHERE code = ? LIMIT 1"
        row = db.execute(asked, (code,)).fetchone()
    if row is None:
        raise LookupError(f"no {code} in stock")
    return f"{units} in {row[0]}, aisle {row[1]}"
