"""The ratings that stand behind a calibration, and digests of them: people's alone, development labels apart."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.canonical import key_of
from grader.errors import UsageError, visible
from grader.ratings.items import Item, folder_of, load_items
from grader.ratings.table import Rating, Ratings, read_ratings

if TYPE_CHECKING:
    from grader.challenge import Pack

RATINGS = "ratings.csv"
DEVELOPMENT = "development.csv"
"""Labels that shaped the prompt or the anchors. Kept in a file of their own and never read for the gate."""


def ratings_path(challenge: Pack) -> Path:
    return folder_of(challenge) / RATINGS


def read(challenge: Pack, items: Sequence[Item], path: Path | None = None) -> Ratings | None:
    """The pack's ratings, or those in `path`; None where the pack has none yet: no file, or its header alone, as packs
    ship it. Raises as `read_file`."""
    if path is not None:
        return read_file(challenge, items, path)
    if not ratings_path(challenge).is_file():
        return None
    found = read_file(challenge, items, ratings_path(challenge), none_yet=True)
    return found if found.rows else None


def read_file(challenge: Pack, items: Sequence[Item], used: Path, *, none_yet: bool = False) -> Ratings:
    """The ratings in the file `used`. `none_yet`: there may be a header alone.

    Raises UsageError, with lines, for ratings of items, criteria or levels that the pack does not have.
    """
    levels = {criterion.id: tuple(criterion.levels) for criterion in challenge.rubric.criteria}
    ratings = read_ratings(used, levels=levels, none_yet=none_yet)
    known = {(item.id, item.criterion): item for item in items}
    faults = [f"  line {row.line}: {problem}" for row in ratings.rows if (problem := _problem(row, known))]
    if faults:
        raise UsageError("\n".join([f"{used}: {len(faults)} ratings are not of this pack's items", *faults[:20]]))
    return replace(ratings, rows=tuple(_with_candidate(row, known[row.item, row.criterion]) for row in ratings.rows))


def _problem(row: Rating, known: Collection[tuple[str, str]]) -> str:
    if (row.item, row.criterion) in known:
        return ""
    criteria = [criterion for item, criterion in known if item == row.item]
    if not criteria:
        return f"items.yaml has no item {visible(row.item, 60)!r}"
    word = "criterion" if len(criteria) == 1 else "criteria"
    return f"the item {row.item} is for the {word} {', '.join(criteria)}, not {visible(row.criterion, 60)}"


def _with_candidate(row: Rating, item: Item) -> Rating:
    kind = "development" if item.development else row.kind
    return replace(row, candidate=row.candidate or item.candidate, kind=kind)


def digests(items: Sequence[Item], ratings: Ratings | None) -> dict[str, str]:
    """Criterion → digest of its items and their ratings: whatever changes there makes a calibration stale."""
    rows = ratings.rows if ratings is not None else ()
    found: dict[str, str] = {}
    for criterion in dict.fromkeys(item.criterion for item in items):
        own = sorted((item for item in items if item.criterion == criterion), key=lambda item: item.id)
        rated = sorted(
            (row.item, row.rater, row.level, row.kind, row.role) for row in rows if row.criterion == criterion
        )
        found[criterion] = key_of({"items": [[i.id, i.development, _content(i)] for i in own], "ratings": rated})[:16]
    return found


def _content(item: Item) -> list[list[str]]:
    return [[path, hashlib.sha256(content).hexdigest()] for path, content in sorted(item.content.items())]


def labels_now(challenge: Pack) -> dict[str, str]:
    """The digests for the pack as it is; empty where it has no items file (a pack may ship the calibration alone)."""
    if not (folder_of(challenge) / "items.yaml").is_file():
        return {}
    items = load_items(challenge)
    return digests(items, read(challenge, items))


def notes(challenge: Pack, criterion: str) -> Mapping[tuple[str, str], str]:
    """(item, rater) → what the rater wrote beside the level for `criterion`, where anything."""
    found = read(challenge, load_items(challenge))
    rows = found.rows if found else ()
    return {(row.item, row.rater): row.note for row in rows if row.note and row.criterion == criterion}
