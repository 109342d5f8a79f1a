"""Removing: what is older than it may be kept, and everything about one person.

Rows go from the database and their results from the disk: grade, pages, evidence, and what a batch's pages say. A
folder is touched only when its grade.json names a run that is removed. What people wrote about the submission goes with
its last run: assessments, adjudications, decisions, letters, and the events of the case. What stays is an event that
says how much was removed, by whom and why, and names nobody.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.engine import Connection, RowMapping

from grader import own_files
from grader.errors import UsageError
from grader.store import blind_ids, hire, people
from grader.store.apart_tables import anchor_seeds, authored_items, live_rounds
from grader.store.candidates import COLUMNS, read_list, write_list
from grader.store.candidates import LIST as BATCH_LIST
from grader.store.case_tables import case_events, case_heads, cases
from grader.store.case_tables import people as reviewers
from grader.store.engine import outside_transaction, reading, writing
from grader.store.store import Store, now, user
from grader.store.tables import events, grades, ratings, runs

_EVIDENCE = own_files.SNAPSHOT.partition("/")[0]
_MANIFEST = "hand-ins.csv"
"""Names all whose hand-ins were graded there; `grade invite collect` of 0.1 left it."""
_COHORT = ("index.html", "index.csv", "index.json", "sorted", "pairs")


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What is to go, or has gone."""

    runs: tuple[RowMapping, ...]
    folders: tuple[Path, ...]
    """Results on this machine's disk."""
    batches: tuple[Path, ...]
    """Output folders of batches whose pages go too: they speak of those who are removed."""
    listed: tuple[tuple[Path, str], ...] = ()
    """Rows of lists of candidates that are the person's: the list, and the name of the result's folder."""
    shared: tuple[str, ...] = ()
    """Groups that the person belongs to: what is removed is the others' too."""
    hired: tuple[str, ...] = ()
    """Candidates, as they are written, whose stages and outcomes go."""
    near: tuple[str, ...] = ()
    """Names that may have been meant, and are not touched."""

    @property
    def nothing(self) -> bool:
        return not (self.runs or self.folders or self.listed or self.hired)

    @property
    def left(self) -> tuple[Path, ...]:
        """What lies in the folders of results and no grading wrote: it stays, whoever put it there."""
        return tuple(path for folder in self.folders for path in _parted(folder)[1])

    @property
    def sources(self) -> tuple[str, ...]:
        """What was graded: the operator's own files, which are left alone."""
        return tuple(dict.fromkeys(run["source"] for run in self.runs if run["source"]))


def older_than(store: Store, before: str) -> Removal:
    """Runs that were started before a moment, as the store writes it."""
    return _removal(store, runs.c.started_at < before)


def known_by(store: Store) -> set[tuple[str, str]]:
    """Everybody whom the store or a batch's list of candidates knows: (name, blind id); either may be empty."""
    with reading(store.engine) as connection:
        kept = blind_ids.known_by(connection)
    return kept | {(row["candidate"], row["id"]) for out in _outs(store) for row in _list_in(out)}


def of_person(store: Store, wanted: str, how: people.Meaning = "either") -> Removal:
    """Runs of a person, by name (see `people`) or blind id, alone or in a group; a second submission's `-2` counts as
    the same person. Results that only a batch's list of candidates knows of go too. What `grade hire` keeps has names
    alone: where the word is to be taken as a blind id, it is left alone and named as near."""
    names = store.candidates()
    hers = people.matching(wanted, names) if how != "blind" else ()
    blind = func.upper(runs.c.blind)
    by_id = (blind == wanted.upper()) | blind.startswith(f"{wanted.upper()}-", autoescape=True)
    by_name = runs.c.candidate.in_(hers)
    removal = _removal(store, by_name if how == "name" else by_name | ((runs.c.blind != "") & by_id))
    listed = [(out, row) for out in _outs(store) for row in _list_in(out)
              if people.is_meant(wanted, how, name=row["candidate"], blind=row["id"])]  # fmt: skip
    hired = hire.of_person(store.engine, wanted)
    folders = dict.fromkeys(
        [*removal.folders, *(out / row["name"] for out, row in listed if _run_in(out / row["name"]))]
    )
    shared = [name for name in hers if len(people.members(name)) > 1]
    listed_names = {row["candidate"] for out in _outs(store) for row in _list_in(out)}
    return replace(
        removal,
        folders=tuple(folders),
        batches=tuple(dict.fromkeys([*removal.batches, *(out for out, _ in listed)])),
        listed=tuple((out / BATCH_LIST, row["name"]) for out, row in listed),
        shared=tuple(shared),
        hired=hired if how != "blind" else (),
        near=(*(hired if how == "blind" else ()), *people.near(wanted, [*names, *sorted(listed_names)])),
    )


def _outs(store: Store) -> list[Path]:
    """Output folders of batches on this machine's disk."""
    with reading(store.engine) as connection:
        found = connection.execute(select(runs.c.batch).distinct().where(runs.c.batch != "")).scalars().all()
    return [Path(out) for out in sorted(found) if (Path(out) / BATCH_LIST).is_file()]


def _list_in(out: Path) -> list[Mapping[str, str]]:
    with contextlib.suppress(UsageError):
        return read_list(out / BATCH_LIST)
    return []


def _removal(store: Store, which: object) -> Removal:
    query = select(
        runs.c.run, runs.c.folder, runs.c.source, runs.c.blind, runs.c.submission_digest, runs.c.candidate
    ).where(which)  # type: ignore[arg-type]
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
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def remove(store: Store, removal: Removal, *, why: str, who: str = "") -> None:
    """Removes it all: the disk first, so that what fails can be found again. Raises InfrastructureError."""
    for folder in removal.folders:
        _remove_result(folder)
    for batch in removal.batches:
        listed = {name for path, name in removal.listed if path.parent == batch}
        _clear_batch(batch, listed | {folder.name for folder in removal.folders if folder.parent == batch})
    gone = [run["run"] for run in removal.runs]
    with writing(store.engine) as connection:
        for start in range(0, len(gone), 500):
            _delete(connection, gone[start : start + 500])
        _delete_orphans(connection)
        hire.remove(connection, removal.hired)
        _unlink(connection, {run[name] for run in removal.runs for name in ("candidate", "blind")})
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
    _delete_cases(connection)


def _delete_cases(connection: Connection) -> None:
    """What people wrote about submissions that no run is left of, and what happened in those cases."""
    names = ("submission_digest", "challenge_digest", "candidate")
    same = [runs.c[name] == cases.c[name] for name in names]
    gone = select(cases.c.id).where(~exists(select(text("1")).select_from(runs).where(*same)))
    gone = gone.where(cases.c.id.not_in(select(authored_items.c.case)))  # nobody sent these
    gone = gone.where(cases.c.id.not_in(select(live_rounds.c.case)))  # no run was ever of these
    connection.execute(delete(case_events).where(case_events.c.chain.in_(gone)))
    connection.execute(delete(case_heads).where(case_heads.c.chain.in_(gone)))
    made = gone.where(cases.c.id.in_(select(anchor_seeds.c.case)))  # what was made of an anchor goes before it
    for which in (made, gone):
        connection.execute(delete(cases).where(cases.c.id.in_(which)))  # all that belongs to them goes too


def _unlink(connection: Connection, gone: Collection[str]) -> None:
    """No reviewer stays linked to a candidate who is gone: the link is that candidate's name."""
    left = {name for name, _ in blind_ids.known_by(connection)}  # one of them may be called as the other's blind id
    names = [name for name in gone if name and not people.matching(name, left)]
    for row in connection.execute(select(reviewers.c.id, reviewers.c.candidates)).all() if names else ():
        links = json.loads(row.candidates)
        kept = [link for link in links if not any(people.is_of(link, name) or link == name for name in names)]
        if kept != links:
            values = {"candidates": json.dumps(kept)}
            connection.execute(update(reviewers).where(reviewers.c.id == row.id).values(values))


def _remove_result(folder: Path) -> None:
    """Removes what a grading writes into a folder, and the folder where nothing else is in it. grade.json goes last:
    while it is there, this can be done again."""
    for name in own_files.beside(folder.name):
        _remove(folder.parent / name)  # what people wrote about it, where no store was named
    ours, _ = _parted(folder)
    for path in sorted(ours, key=lambda path: path.name == own_files.GRADE):
        _remove(path)
    for empty in (folder / _EVIDENCE, folder):
        with contextlib.suppress(OSError):
            empty.rmdir()


def _parted(folder: Path) -> tuple[list[Path], list[Path]]:
    """What in a result's folder a grading wrote, and what else lies there."""
    ours: list[Path] = []
    others: list[Path] = []
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            whole = path.name == _EVIDENCE and path.is_dir() and not path.is_symlink()
            for one in sorted(path.iterdir()) if whole else [path]:
                name = one.relative_to(folder).as_posix()
                plain = one.is_symlink() or not one.is_dir()
                (ours if plain and own_files.of_result("", [name]) else others).append(one)
    return ours, others


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
    _remove(out / _MANIFEST)
    kept = [row for row in read_list(out / BATCH_LIST) if row["name"] not in names]
    write_list(out / BATCH_LIST, ([row[name] for name in COLUMNS] for row in kept))
