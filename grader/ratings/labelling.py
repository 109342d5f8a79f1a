"""Labels by people: which items still need one, how a new one is written down, and files from elsewhere taken in.

A rater never sees another's level, what an item was written to, or the judge's.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from grader import csv_files, files
from grader.errors import UsageError, visible
from grader.ratings.items import Item, folder_of, load_items
from grader.ratings.labels import DEVELOPMENT, RATINGS, read_file
from grader.ratings.table import REQUIRED

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.ratings.table import Rating

COLUMNS = ("item", "criterion", "rater", "level", "rated_at", "kind", "role", "candidate", "note", "before")
"""`before`: what the rater said first, oldest first, where they said otherwise later: `4 (2026-11-30T10:02:11Z)`."""
_RATER = re.compile(r"[^\W_][\w .@-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One rater's work: the file that it goes to, and the items without a level of theirs, in their own order."""

    path: Path
    rater: str
    waiting: tuple[Item, ...]
    given: tuple[Item, ...] = ()
    """Items that the rater has rated already, in the order in which that was done."""

    @property
    def done(self) -> int:
        return len(self.given)


def sheet(challenge: Pack, rater: str, *, criterion: str = "", development: bool = False) -> Sheet:
    """What `rater` has still to rate. The order is shuffled by the rater's name: two raters tire on different items.

    Raises UsageError for a name that cannot be one, ChallengeError and UsageError for files that cannot be read.
    """
    if not _RATER.fullmatch(rater):
        raise UsageError(f"{visible(rater, 60)!r} is no name for a rater: letters, digits, spaces, and . _ @ - only.")
    path = path_of(challenge, development=development)
    items = [i for i in load_items(challenge) if i.development == development and criterion in {"", i.criterion}]
    known = {(item.id, item.criterion): item for item in items}
    rated = [(row["item"], row["criterion"]) for row in rows_of(path) if row["rater"] == rater]
    waiting = [item for at, item in known.items() if at not in rated]
    Random(f"order of {rater}").shuffle(waiting)  # noqa: S311 - an order, not a secret
    waiting.sort(key=lambda item: item.criterion)
    given = tuple(known[at] for at in rated if at in known)
    return Sheet(path=path, rater=rater, waiting=tuple(waiting), given=given)


def path_of(challenge: Pack, *, development: bool = False) -> Path:
    """The pack's file of ratings; labels that shaped the prompt or the anchors have one of their own."""
    return folder_of(challenge) / (DEVELOPMENT if development else RATINGS)


def rows_of(path: Path) -> list[Mapping[str, str]]:
    """The rows of a file of ratings as they are; none where there is no file. Raises UsageError."""
    return [row.cells for row in _table(path).rows] if path.is_file() else []


def _table(path: Path) -> csv_files.Table:
    table = csv_files.read(path, REQUIRED, COLUMNS)
    if table.faults:
        raise UsageError(csv_files.report(path, table.faults, "the ratings"))
    return table


def append(path: Path, item: Item, rater: str, level: int, *, note: str = "", development: bool = False) -> None:
    """Writes one rating at the end of `path`, at once and to the disk, so that nothing is lost by an interruption."""
    row = {
        "item": item.id,
        "criterion": item.criterion,
        "rater": rater,
        "level": str(level),
        "rated_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": "development" if development else "human",
        "note": " ".join(note.split()),
    }
    with _alone(path):
        _write(path, [row])


def said_of(path: Path, item: Item, rater: str) -> Mapping[str, str]:
    """The row of the file of ratings in which `rater` rated `item`; empty where there is none. Raises UsageError."""
    return next((row for row in rows_of(path) if _is_of(row, item, rater)), {})


def change(path: Path, item: Item, rater: str, level: int, *, note: str = "") -> None:
    """Puts another level in the place of the one that `rater` gave. What was said first is kept beside it, with when
    and why, in `before`. Raises UsageError where they gave none."""
    with _alone(path):
        table = _table(path)
        rows = [dict(row.cells) for row in table.rows]
        row = next((row for row in rows if _is_of(row, item, rater)), None)
        if row is None:
            raise UsageError(f"{path}: {visible(rater, 60)} has not rated {item.id} for {item.criterion}.")
        why = ": ".join(part for part in (row.get("rated_at"), row.get("note")) if part)
        first = f"{row['level']} ({why})" if why else row["level"]
        row["before"] = "; ".join(part for part in (row.get("before"), first) if part)
        row |= {"level": str(level), "note": " ".join(note.split())}
        row["rated_at"] = datetime.now(UTC).isoformat(timespec="seconds")
        columns = tuple(dict.fromkeys([*(name for name in table.columns if name), *COLUMNS]))
        files.write(path, _as_text(columns, rows, header=True, separator=table.separator), durable=True)


def _is_of(row: Mapping[str, str], item: Item, rater: str) -> bool:
    return (row["item"], row["criterion"], row["rater"]) == (item.id, item.criterion, rater)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time: a file that is written anew must not lose what another person at the same pack adds meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Adds `rows`: at the end of the file, or, where that has no column for something in them or is not UTF-8, by
    writing it anew with all that it held."""
    table = _table(path) if path.is_file() else None
    used = {name for row in rows for name, value in row.items() if value}
    if table is None or not table.utf8 or used - set(table.columns):
        columns = tuple(dict.fromkeys([*(name for name in table.columns if name), *COLUMNS])) if table else COLUMNS
        before = [row.cells for row in table.rows] if table else []
        files.write(path, _as_text(columns, [*before, *rows], header=True), durable=True)
        return
    ends = path.read_bytes()[-1:] in {b"\n", b"\r"}
    with path.open("a", newline="", encoding="utf-8") as file:
        file.write(("" if ends else "\n") + _as_text(table.columns, rows, separator=table.separator))
        file.flush()
        os.fsync(file.fileno())


def _as_text(
    columns: Sequence[str], rows: Sequence[Mapping[str, str]], *, header: bool = False, separator: str = ","
) -> str:
    lines = [columns] if header else []
    lines += [[row.get(name, "") for name in columns] for row in rows]
    return "".join(csv_files.line(cells, separator=separator) for cells in lines)


def take_in(challenge: Pack, source: Path, *, development: bool = False) -> tuple[int, int]:
    """Adds the ratings in `source` to the pack's. Returns how many were added, and how many were there already.

    Nothing is added when anything is wrong. Raises UsageError, with each fault's line.
    """
    items = load_items(challenge)
    new = read_file(challenge, items, source)
    path = path_of(challenge, development=development)
    there = {(row["item"], row["criterion"], row["rater"]): row["level"] for row in rows_of(path)}
    faults = [
        f"  line {row.line}: {visible(row.rater, 60)} has already rated {row.item} {there[_key(row)]}"
        for row in new.rows
        if there.get(_key(row), str(row.level)) != str(row.level)
    ]
    typed = {_folded(rater): rater for *_, rater in there}
    faults += [
        f"  line {row.line}: {visible(row.rater, 60)!r} is written {visible(typed[_folded(row.rater)], 60)!r} there"
        for row in new.rows
        if typed.get(_folded(row.rater), row.rater) != row.rater
    ]
    if faults:
        raise UsageError("\n".join([f"{source}: {len(faults)} ratings contradict {path}", *faults[:20]]))
    fresh = [row for row in new.rows if _key(row) not in there]
    if fresh:
        with _alone(path):
            _write(path, [_row(row, development=development) for row in fresh])
    return len(fresh), len(new.rows) - len(fresh)


def _key(row: Rating) -> tuple[str, str, str]:
    return row.item, row.criterion, row.rater


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _row(row: Rating, *, development: bool) -> dict[str, str]:
    return {
        "item": row.item,
        "criterion": row.criterion,
        "rater": row.rater,
        "level": str(row.level),
        "rated_at": row.rated_at.isoformat() if row.rated_at else "",
        "kind": "development" if development else row.kind,
        "role": row.role,
        "candidate": row.candidate,
        "note": " ".join(row.note.split()),
        "before": " ".join(row.before.split()),
    }


def export(challenge: Pack, *, development: bool = False) -> str:
    """The pack's ratings as CSV, all columns, in the order in which they were given."""
    return _as_text(COLUMNS, rows_of(path_of(challenge, development=development)), header=True)
