"""Who is who: candidates get ids that say nothing about them, and the list that does is a file of its own.

`candidates.csv` in the output folder is readable by its owner only. Ids are random, not derived, so that nobody can
compute them from a name; they stay the same for as long as the list does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.batch.entries import BatchEntry
from grader.errors import InfrastructureError, UsageError
from grader.network import without_secrets
from grader.store.candidates import LIST, new_id, read_list, write_list

LINKS = "blind"
"""Folder of links `<id>` → result, so that a page can point to a report without a name."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """An entry and its blind id. A candidate's second submission has the same id with `-2` behind it."""

    id: str
    entry: BatchEntry


def assign(entries: Sequence[BatchEntry], before: Iterable[Known] = ()) -> tuple[Known, ...]:
    """Each entry with its id: the one it had `before`, else one that its candidate has, else a new one."""
    before = tuple(before)
    kept = {(known.entry.name, known.entry.candidate): known.id for known in before}
    # Where no name was known, the folder's was taken for one, as long as lists were made so.
    nameless = {(one.entry.name, one.entry.source): one.id for one in before if one.entry.candidate == one.entry.name}
    people = {known.entry.candidate: known.id.split("-")[0] for known in before}
    taken = set(kept.values())
    result = []
    for entry in entries:
        found = kept.get((entry.name, entry.candidate)) or nameless.get((entry.name, entry.source))
        if found is None:
            person = people.setdefault(entry.candidate, "") or new_id({name.split("-")[0] for name in taken})
            people[entry.candidate] = person
            found = next(name for name in _numbered(person) if name not in taken)
        taken.add(found)
        result.append(Known(id=found, entry=entry))
    return tuple(result)


def _numbered(person: str) -> Iterable[str]:
    yield person
    yield from (f"{person}-{number}" for number in range(2, 1_000_000))


def load(out: Path) -> tuple[Known, ...]:
    """The list in `out`; empty where there is none. Raises UsageError for one that cannot be read."""
    path = out / LIST
    if not path.is_file():
        return ()
    try:
        return tuple(_known(row) for row in read_list(path))
    except (UsageError, ValueError) as problem:
        raise UsageError(f"{path} cannot be read: {problem}. Without it blind ids are lost; restore it.") from problem


def save(out: Path, known: Iterable[Known]) -> None:
    """Writes the list, for its owner only. Raises InfrastructureError."""
    rows = []
    for one in known:
        entry = one.entry
        late = "" if entry.late is None else "yes" if entry.late else "no"
        minutes = "" if entry.minutes is None else f"{entry.minutes:g}"
        times = [moment.isoformat() if moment else "" for moment in (entry.started, entry.submitted)]
        rows.append((one.id, entry.name, entry.candidate, without_secrets(entry.source), *times, minutes, late))
    write_list(out / LIST, rows)


def _known(row: Mapping[str, str]) -> Known:
    started, submitted = (datetime.fromisoformat(row[key]) if row[key] else None for key in ("started", "submitted"))
    entry = BatchEntry(
        name=row["name"],
        source=row["source"],
        candidate=row["candidate"],
        started=started,
        submitted=submitted,
        minutes=float(row["minutes"]) if row["minutes"] else None,
        late=row["late"] == "yes" if row["late"] else None,
    )
    return Known(id=row["id"], entry=entry)


def link(out: Path, known: Iterable[Known]) -> None:
    """Makes `blind/<id>` lead to each result, and removes links that lead nowhere. Raises InfrastructureError."""
    folder = out / LINKS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        wanted = {one.id: os.path.join("..", one.entry.name) for one in known}
        for path in folder.iterdir():
            if path.is_symlink() and wanted.get(path.name) != os.readlink(path):
                path.unlink()
        for name, target in wanted.items():
            if not (folder / name).is_symlink():
                os.symlink(target, folder / name)
    except OSError as problem:
        raise InfrastructureError(f"{folder} cannot be written: {problem.strerror or problem}.") from problem
