"""Ratings as data: the CSV file of ratings, read whole or refused with every fault and its line.

Columns: item, criterion, rater, level, and where wanted rated_at, candidate, kind, role, note, before. Others are
ignored.
This module does not import numpy, so that a file can be checked cheaply.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from grader import csv_files
from grader.errors import UsageError, visible

Kind = Literal["human", "authored", "model", "development"]
Role = Literal["rater", "adjudicator", "judge"]
KINDS: tuple[Kind, ...] = ("human", "authored", "model", "development")
ROLES: tuple[Role, ...] = ("rater", "adjudicator", "judge")
REQUIRED = ("item", "criterion", "rater", "level")
OPTIONAL = ("rated_at", "candidate", "kind", "role", "note", "before")


@dataclass(frozen=True, kw_only=True)
class Rating:
    """One level that one rater gave to one item for one criterion."""

    item: str
    criterion: str
    rater: str
    level: int
    rated_at: datetime | None = None
    """Always with a time zone; a date without one is taken as UTC."""
    candidate: str = ""
    """Whose work the item is: items of one candidate are resampled together. Empty: the item stands for itself."""
    kind: Kind = "human"
    """`authored`: the level the item was written to; `model`: a model's; `development`: used to shape the prompt."""
    role: Role = "rater"
    note: str = ""
    """What the rater wrote beside the level."""
    before: str = ""
    """What they said first, where they said otherwise later; for people to read, and counted nowhere."""
    line: int = 0
    """Line in the file, from 1; 0 where the rating was not read from a file."""


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """All ratings of a file, in its order, and the full list of levels of each criterion, used or not."""

    rows: tuple[Rating, ...]
    levels: Mapping[str, tuple[int, ...]] = field(repr=False)

    @property
    def criteria(self) -> tuple[str, ...]:
        """Criteria in the order in which they first appear."""
        return tuple(dict.fromkeys(row.criterion for row in self.rows))

    @property
    def raters(self) -> tuple[str, ...]:
        """Raters in the order in which they first appear."""
        return tuple(dict.fromkeys(row.rater for row in self.rows))


def read_ratings(
    path: str | Path, *, levels: Sequence[int] | Mapping[str, Sequence[int]] = (1, 2, 3, 4, 5), none_yet: bool = False
) -> Ratings:
    """The ratings in the CSV file at `path` (see `csv_files.read`). `none_yet`: a header alone is no fault.

    `levels` is the full list of levels, consecutive integers, for every criterion or by criterion; with a mapping,
    a criterion that it does not name is a fault. Raises UsageError with all faults (the first 20) and their lines.
    """
    table = csv_files.read(Path(path), REQUIRED, OPTIONAL)
    faults: list[str] = []
    rows = list(_rows(table, levels, faults))
    faults += _conflicts(rows)
    if not faults and not rows and not none_yet:
        faults.append("the file has a header and no ratings")
    if faults:
        raise UsageError(csv_files.report(path, faults, "the ratings"))
    by_criterion = {row.criterion: tuple(_levels_of(row.criterion, levels) or ()) for row in rows}
    return Ratings(rows=tuple(_with_candidates(rows)), levels=by_criterion)


def _rows(
    table: csv_files.Table, levels: Sequence[int] | Mapping[str, Sequence[int]], faults: list[str]
) -> Iterator[Rating]:
    faults += table.faults
    for row in table.rows:
        found: list[str] = []
        rating = _rating(row.cells, row.line, levels, found)
        faults += [f"line {row.line}: {fault}" for fault in found]
        if rating is not None:
            yield rating


def _rating(
    cells: Mapping[str, str], line: int, levels: Sequence[int] | Mapping[str, Sequence[int]], faults: list[str]
) -> Rating | None:
    faults += [f"{name} is blank" for name in REQUIRED if not cells[name]]
    kind = next((k for k in KINDS if k == (cells.get("kind", "").casefold() or "human")), None)
    role = next((r for r in ROLES if r == (cells.get("role", "").casefold() or "rater")), None)
    if kind is None:
        faults.append(f"kind {visible(cells['kind'])!r} is none of {', '.join(KINDS)}")
    if role is None:
        faults.append(f"role {visible(cells['role'])!r} is none of {', '.join(ROLES)}")
    level = _level(cells["level"], cells["criterion"], levels, faults)
    rated_at = _date(cells.get("rated_at", ""), faults)
    if faults or level is None or kind is None or role is None:
        return None
    item, criterion, rater = cells["item"], cells["criterion"], cells["rater"]
    candidate = cells.get("candidate", "")
    return Rating(item=item, criterion=criterion, rater=rater, level=level, rated_at=rated_at,
                  candidate=candidate, kind=kind, role=role, note=cells.get("note", ""),
                  before=cells.get("before", ""), line=line)  # fmt: skip


def _levels_of(criterion: str, levels: Sequence[int] | Mapping[str, Sequence[int]]) -> Sequence[int] | None:
    return levels.get(criterion) if isinstance(levels, Mapping) else levels


def _level(
    text: str, criterion: str, levels: Sequence[int] | Mapping[str, Sequence[int]], faults: list[str]
) -> int | None:
    allowed = _levels_of(criterion, levels)
    if allowed is None:
        near = get_close_matches(criterion, list(levels) if isinstance(levels, Mapping) else [], n=1)
        hint = f"; did you mean {visible(near[0])!r}?" if near else ""
        faults.append(f"criterion {visible(criterion)!r} is not in the rubric{hint}")
    elif not text:
        pass
    elif not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        faults.append(f"level {visible(text)!r} is not an integer")
    elif int(text) not in allowed:
        faults.append(f"level {int(text)} is not between {min(allowed)} and {max(allowed)}")
    else:
        return int(text)
    return None


def _date(text: str, faults: list[str]) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        faults.append(f"rated_at {visible(text)!r} is not a date such as 2025-03-31 or 2025-03-31T14:05:00+02:00")
        return None


def _conflicts(rows: list[Rating]) -> list[str]:
    """Faults that need more than one line to see."""
    faults: list[str] = []
    seen: dict[tuple[str, str, str], int] = {}
    candidates: dict[str, Rating] = {}
    spellings: dict[tuple[str, str], str] = {}
    for row in rows:
        before = seen.setdefault((row.item, row.criterion, row.rater), row.line)
        if before != row.line:
            named = f"{visible(row.rater)!r} has rated item {visible(row.item)!r} for {visible(row.criterion)!r}"
            faults.append(f"line {row.line}: {named} on line {before} already")
        other = candidates.setdefault(row.item, row) if row.candidate else row
        if other.candidate != row.candidate:
            named = f"{visible(row.candidate)!r} here and {visible(other.candidate)!r} on line {other.line}"
            faults.append(f"line {row.line}: item {visible(row.item)!r} is by {named}")
        for column, name in (("rater", row.rater), ("criterion", row.criterion)):
            first = spellings.setdefault((column, unicodedata.normalize("NFKC", name).casefold()), name)
            if first != name:
                named = f"{visible(name)!r} and {visible(first)!r}"
                faults.append(f"line {row.line}: {column} {named} differ only in how they are typed")
    return faults


def _with_candidates(rows: list[Rating]) -> Iterator[Rating]:
    """Each row with its item's candidate, which one row may name for all; the item itself where none does."""
    named = {row.item: row.candidate for row in rows if row.candidate}
    return (replace(row, candidate=named.get(row.item, row.item)) for row in rows)
