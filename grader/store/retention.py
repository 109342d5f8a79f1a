"""Removing: what is older than it may be kept, and everything about one person.

Rows go from the database and their results from the disk: grade, pages, evidence, and what a batch's pages say. A
folder is touched only when its grade.json names a run that is removed. What stays is an event that says how much was
removed, by whom and why, and names nobody.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, exists, select, text
from sqlalchemy.engine import Connection, RowMapping

from grader import files
from grader.store.engine import outside_transaction, reading, writing
from grader.store.store import Store, now, user
from grader.store.tables import events, grades, ratings, runs

BATCH_LIST = "candidates.csv"
_COHORT = ("index.html", "index.csv", "index.json", "sorted", "pairs")


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What is to go, or has gone."""

    runs: tuple[RowMapping, ...]
    folders: tuple[Path, ...]
    """Results on this machine's disk."""
    batches: tuple[Path, ...]
    """Output folders of batches whose pages go too: they speak of those who are removed."""

    @property
    def sources(self) -> tuple[str, ...]:
        """What was graded: the operator's own files, which are left alone."""
        return tuple(dict.fromkeys(run["source"] for run in self.runs if run["source"]))


def older_than(store: Store, before: str) -> Removal:
    """Runs that were started before a moment, as the store writes it."""
    return _removal(store, runs.c.started_at < before)


def of_person(store: Store, candidate: str) -> Removal:
    """Runs of a candidate, by name or blind id; a second submission's `-2` counts as the same person."""
    blind = (runs.c.blind == candidate) | runs.c.blind.startswith(f"{candidate}-", autoescape=True)
    return _removal(store, (runs.c.candidate == candidate) | ((runs.c.blind != "") & blind))


def _removal(store: Store, which: object) -> Removal:
    query = select(runs.c.run, runs.c.folder, runs.c.source, runs.c.blind, runs.c.submission_digest).where(which)  # type: ignore[arg-type]
    with reading(store.engine) as connection:
        found = tuple(connection.execute(query.order_by(runs.c.run)).mappings().all())
    gone = {run["run"] for run in found}
    folders = tuple(dict.fromkeys(Path(run["folder"]) for run in found if run["folder"]))
    ours = tuple(folder for folder in folders if _run_in(folder) in gone)
    batches = tuple(dict.fromkeys(folder.parent for folder in ours if (folder.parent / BATCH_LIST).is_file()))
    return Removal(runs=found, folders=ours, batches=batches)


def _run_in(folder: Path) -> str:
    try:
        return str(json.loads((folder / "grade.json").read_text(encoding="utf-8"))["provenance"]["run"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def remove(store: Store, removal: Removal, *, why: str, who: str = "") -> None:
    """Removes it all: the disk first, so that what fails can be found again. Raises InfrastructureError."""
    for folder in removal.folders:
        _remove_result(folder)
    for batch in removal.batches:
        _clear_batch(batch, {folder.name for folder in removal.folders if folder.parent == batch})
    gone = [run["run"] for run in removal.runs]
    with writing(store.engine) as connection:
        for start in range(0, len(gone), 500):
            _delete(connection, gone[start : start + 500])
        _delete_orphans(connection)
        row = {"what": "removed", "about": "", "data": json.dumps({"runs": len(gone), "folders": len(removal.folders)})}
        connection.execute(events.insert().values(**row, who=who or user(), why=why, at=now()))
    if store.engine.dialect.name == "sqlite":
        with outside_transaction(store.engine) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")  # else the log still holds what was removed


def _delete(connection: Connection, gone: Sequence[str]) -> None:
    connection.execute(delete(events).where(events.c.about.in_(gone)))
    connection.execute(delete(runs).where(runs.c.run.in_(gone)))  # judgements go with them


def _delete_orphans(connection: Connection) -> None:
    """Grades and ratings of submissions that no run is left of. Two people may have sent the same files."""
    for table in (grades, ratings):
        same = [runs.c[name] == table.c[name] for name in ("submission_digest", "challenge_digest")]
        connection.execute(delete(table).where(~exists(select(text("1")).select_from(runs).where(*same))))


def _remove_result(folder: Path) -> None:
    """Removes a result's folder with all in it. grade.json goes last: while it is there, this can be done again."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name == "grade.json"):
        _remove(path)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _clear_batch(out: Path, names: set[str]) -> None:
    """Takes the results `names` out of a batch's list of candidates, and removes the pages, which speak of all."""
    for name in _COHORT:
        _remove(out / name)
    for link in (out / "blind").glob("*") if (out / "blind").is_dir() else ():
        if link.is_symlink() and Path(os.readlink(link)).name in names:
            link.unlink()
    rows = list(csv.reader(io.StringIO((out / BATCH_LIST).read_text(encoding="utf-8"))))
    at = rows[0].index("name")
    text_out = io.StringIO()
    csv.writer(text_out, lineterminator="\n").writerows(row for row in rows if row[at] not in names)
    files.write(out / BATCH_LIST, text_out.getvalue())
    os.chmod(out / BATCH_LIST, 0o600)
