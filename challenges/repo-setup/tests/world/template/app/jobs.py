"""Jobs in var/jobs.db. The file is made when it is first needed."""

import contextlib
import json
import sqlite3

from PKG.config import ROOT

TABLE = """CREATE TABLE IF NOT EXISTS jobs
(id INTEGER PRIMARY KEY, step TEXT, text TEXT, state TEXT DEFAULT 'open', result TEXT)"""


@contextlib.contextmanager
def opened():
    (ROOT / "var").mkdir(exist_ok=True)
    db = sqlite3.connect(ROOT / "var" / "jobs.db")
    db.row_factory = sqlite3.Row
    with db:
        db.execute(TABLE)
        yield db
    db.close()


def submit(step, text):
    with opened() as db:
        return db.execute("INSERT INTO jobs (step, text) VALUES (?, ?)", (step, text)).lastrowid


def rows(state=None):
    with opened() as db:
        found = [dict(row) for row in db.execute("SELECT * FROM jobs ORDER BY id")]
    return [row for row in found if state in (None, row["state"])]


def close(job, state, result):
    with opened() as db:
        db.execute("UPDATE jobs SET state = ?, result = ? WHERE id = ?", (state, result, job))


def take_spool():
    """Jobs that came in while the desk was closed, in the order of their names."""
    for path in sorted((ROOT / "var" / "spool").glob("*.json")):
        one = json.loads(path.read_text("utf-8"))
        submit(one["step"], one["text"])
        path.rename(path.with_suffix(".taken"))
