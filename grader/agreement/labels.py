"""What people said of one criterion, apart from what may not speak for people. No numpy here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from grader.ratings.table import Rating, Ratings


@dataclass(frozen=True, kw_only=True)
class Labels:
    """People's levels for one criterion.

    Raises ValueError when `levels` are not at least two consecutive integers, or a level is none of them.
    """

    criterion: str
    levels: tuple[int, ...]
    """The rubric's full list, used or not, ascending."""
    people: Mapping[str, Mapping[str, int]] = field(repr=False)
    """Rater → item → level. The adjudicator is not one of them."""
    adjudicated: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Item → the adjudicator's level, for the items that have one."""
    candidates: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Item → candidate; an item that is missing here stands for itself."""
    rated_at: Mapping[tuple[str, str], datetime] = field(default_factory=dict, repr=False)
    """(rater, item) → when the level was given, where known."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Kind → number of ratings that do not count as people's."""

    def __post_init__(self) -> None:
        low = self.levels[0] if self.levels else 0
        if len(self.levels) < 2 or self.levels != tuple(range(low, low + len(self.levels))):
            raise ValueError(f"levels must be consecutive integers, at least two of them, not {self.levels}")
        given = {level for levels in (*self.people.values(), self.adjudicated) for level in levels.values()}
        if not given <= set(self.levels):
            raise ValueError(f"levels {sorted(given - set(self.levels))} are none of {self.levels}")


def labels_of(ratings: Ratings, criterion: str, *, judge: str = "", adjudicator: str = "") -> Labels:
    """The labels for `criterion` in `ratings`: without the judge's, other judges', authored and model ratings.

    An item with a rating of kind `development` shaped the prompt and is left out whole. Several adjudicated levels
    of an item are combined like several people's: the median, rounded half up.
    """
    rows = [row for row in ratings.rows if row.criterion == criterion]
    shaped = {row.item for row in rows if row.kind == "development"}
    people: dict[str, dict[str, int]] = {}
    final: dict[str, list[int]] = {}
    left_out: Counter[str] = Counter()
    dates: dict[tuple[str, str], datetime] = {}
    for row in rows:
        if row.rater == judge and judge:
            continue
        why = _why_not_a_person(row, shaped)
        if why:
            left_out[why] += 1
        elif row.role == "adjudicator" or (row.rater == adjudicator and adjudicator):
            final.setdefault(row.item, []).append(row.level)
        else:
            people.setdefault(row.rater, {})[row.item] = row.level
            if row.rated_at is not None:
                dates[row.rater, row.item] = row.rated_at
    return Labels(
        criterion=criterion,
        levels=ratings.levels[criterion],
        people=people,
        adjudicated={item: median_half_up(levels) for item, levels in final.items()},
        candidates={row.item: row.candidate for row in rows if row.candidate},
        rated_at=dates,
        left_out=dict(left_out),
    )


def only_items(labels: Labels, items: Collection[str]) -> Labels:
    """`labels` of some items only; people who rated none of them are not in it."""

    def kept(levels: Mapping[str, int]) -> dict[str, int]:
        return {item: level for item, level in levels.items() if item in items}

    people = {person: own for person, levels in labels.people.items() if (own := kept(levels))}
    return replace(labels, people=people, adjudicated=kept(labels.adjudicated))


def levels_by(ratings: Ratings, criterion: str, rater: str) -> dict[str, tuple[int, ...]]:
    """Item → the levels that `rater` gave for `criterion`, as a judge's repeats (here always one)."""
    return {row.item: (row.level,) for row in ratings.rows if row.criterion == criterion and row.rater == rater}


def median_half_up(levels: list[int]) -> int:
    """The median of `levels`, rounded half up: 3 and 4 give 4. Raises IndexError for none."""
    ordered = sorted(levels)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2] + 1) // 2


def _why_not_a_person(row: Rating, shaped: set[str]) -> str:
    if row.item in shaped:
        return "development"
    if row.kind != "human":
        return row.kind
    return "model" if row.role == "judge" else ""
