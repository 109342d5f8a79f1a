"""Labels by people: which items still need one, how a new one is written down, and files from elsewhere taken in.

A rater never sees another's level, what an item was written to, or the judge's.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from grader.calibration.items import Item, folder_of, load_items
from grader.calibration.labels import DEVELOPMENT, RATINGS, notes, read_file
from grader.errors import UsageError, visible

if TYPE_CHECKING:
    from grader.agreement import Rating
    from grader.challenge import Challenge

COLUMNS = ("item", "criterion", "rater", "level", "rated_at", "kind", "role", "candidate", "note")
_RATER = re.compile(r"[^\W_][\w .@-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One rater's work: the file that it goes to, and the items without a level of theirs, in their own order."""

    path: Path
    rater: str
    waiting: tuple[Item, ...]
    done: int
    """Items that the rater has rated already."""


def sheet(challenge: Challenge, rater: str, *, criterion: str = "", development: bool = False) -> Sheet:
    """What `rater` has still to rate. The order is shuffled by the rater's name: two raters tire on different items.

    Raises UsageError for a name that cannot be one, ChallengeError and UsageError for files that cannot be read.
    """
    if not _RATER.fullmatch(rater):
        raise UsageError(f"{visible(rater, 60)!r} is no name for a rater: letters, digits, spaces, and . _ @ - only.")
    path = path_of(challenge, development=development)
    items = [i for i in load_items(challenge) if i.development == development and criterion in {"", i.criterion}]
    rated = {row["item"] for row in rows_of(path) if row["rater"] == rater}
    waiting = [item for item in items if item.id not in rated]
    Random(f"order of {rater}").shuffle(waiting)  # noqa: S311 - an order, not a secret
    waiting.sort(key=lambda item: item.criterion)
    return Sheet(path=path, rater=rater, waiting=tuple(waiting), done=len(items) - len(waiting))


def path_of(challenge: Challenge, *, development: bool = False) -> Path:
    """The pack's file of ratings; labels that shaped the prompt or the anchors have one of their own."""
    return folder_of(challenge) / (DEVELOPMENT if development else RATINGS)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file of ratings as they are; none where there is no file."""
    if not path.is_file():
        return []
    text = path.read_bytes().decode("utf-8-sig", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = sorted({"item", "criterion", "rater", "level"} - set(reader.fieldnames or ()))
    if missing:
        raise UsageError(f"{path}:1: the column {missing[0]!r} is missing from the header.")
    return [{key: value or "" for key, value in row.items() if key is not None} for row in reader]


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
    _write(path, [row])


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    new = not path.is_file()
    columns = list(COLUMNS) if new else _header(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    ends = new or path.read_bytes()[-1:] in {b"\n", b""}
    with path.open("a", newline="", encoding="utf-8") as file:
        if not ends:
            file.write("\n")
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows([{key: _harmless(value) for key, value in row.items()} for row in rows])
        file.flush()
        os.fsync(file.fileno())


def _header(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [name.strip() for name in next(csv.reader(file))]


def _harmless(cell: str) -> str:
    """A spreadsheet runs cells that begin with these characters."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell


def take_in(challenge: Challenge, source: Path, *, development: bool = False) -> tuple[int, int]:
    """Adds the ratings in `source` to the pack's. Returns how many were added, and how many were there already.

    Nothing is added when anything is wrong. Raises UsageError, with each fault's line.
    """
    items = load_items(challenge)
    new = read_file(challenge, items, source)
    path = path_of(challenge, development=development)
    there = {(row["item"], row["rater"]): row["level"] for row in rows_of(path)}
    faults = [
        f"  line {row.line}: {visible(row.rater, 60)} has already rated {row.item} {there[row.item, row.rater]}"
        for row in new.rows
        if there.get((row.item, row.rater), str(row.level)) != str(row.level)
    ]
    if faults:
        raise UsageError("\n".join([f"{source}: {len(faults)} ratings contradict {path}", *faults[:20]]))
    fresh = [row for row in new.rows if (row.item, row.rater) not in there]
    said = notes(source)
    _write(path, [_row(row, said.get((row.item, row.rater), ""), development=development) for row in fresh])
    return len(fresh), len(new.rows) - len(fresh)


def _row(row: Rating, note: str, *, development: bool) -> dict[str, str]:
    return {
        "item": row.item,
        "criterion": row.criterion,
        "rater": row.rater,
        "level": str(row.level),
        "rated_at": row.rated_at.isoformat() if row.rated_at else "",
        "kind": "development" if development else row.kind,
        "role": row.role,
        "candidate": row.candidate,
        "note": note,
    }


def export(challenge: Challenge, *, development: bool = False) -> str:
    """The pack's ratings as CSV, all columns, in the order in which they were given."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows_of(path_of(challenge, development=development)))
    return out.getvalue()
