"""Rolling agreement: the judge against people on the newest work, since its calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grader.agreement.check import CheckOutcome
from grader.agreement.labels import labels_of, levels_by
from grader.ratings.table import Rating, Ratings

if TYPE_CHECKING:
    from grader.agreement.thresholds import Thresholds

WINDOW = 50
"""Newest items that are looked at."""
LEAST = 30
"""Items below which nothing is said."""
FALLEN = "The judge's agreement with people has fallen since its calibration. {}"
"""Why a gate is closed."""


@dataclass(frozen=True, kw_only=True)
class Rolling:
    """Agreement on the newest items of one criterion. `falling`: the judge is surely below the gate's lower limit."""

    criterion: str
    n: int
    qwk: float | None
    falling: bool
    sentence: str


def rolling(ratings: Ratings, judge: str, limits: Thresholds, *, criteria: Sequence[str] = ()) -> tuple[Rolling, ...]:
    """For each criterion of `ratings`, or each of `criteria`, the judge (a rater's name) against people on the newest
    `WINDOW` items that both rated.

    It falls when the upper bound of its quadratic weighted kappa is below the gate's lower limit: the rule by which
    check C rejects. Fewer than `LEAST` items say nothing.
    """
    return tuple(_one(ratings, criterion, judge, limits) for criterion in criteria or ratings.criteria)


def _one(ratings: Ratings, criterion: str, judge: str, limits: Thresholds) -> Rolling:
    rows = [row for row in ratings.rows if row.criterion == criterion]
    newest = _newest(rows, judge)
    window = replace(ratings, rows=tuple(row for row in rows if row.item in newest))
    if len(newest) < LEAST:
        sentence = f"{len(newest)} items were rated by people and the judge; nothing is said below {LEAST}."
        return Rolling(criterion=criterion, n=len(newest), qwk=None, falling=False, sentence=sentence)
    from grader.agreement.checks import judge_check
    from grader.agreement.measured import Case, measure

    labels = labels_of(window, criterion, judge=judge)
    found = measure(Case(labels=labels, judge=levels_by(window, criterion, judge), thresholds=limits))
    check = judge_check(found)
    return Rolling(
        criterion=criterion,
        n=len(newest),
        qwk=found.comparison.qwk.value,
        falling=check.outcome is CheckOutcome.REJECT,
        sentence=f"On the newest {len(newest)} items: {check.sentence}",
    )


def _newest(rows: Sequence[Rating], judge: str) -> set[str]:
    """The items that the judge and a person rated, the newest by the time of a person's rating."""
    judged = {row.item for row in rows if row.rater == judge}
    start = datetime.min.replace(tzinfo=UTC)
    when: dict[str, datetime] = {}
    for row in rows:
        if row.rater != judge and row.kind == "human" and row.item in judged:
            when[row.item] = max(when.get(row.item, start), row.rated_at or start)
    return set(sorted(when, key=lambda item: (when[item], item))[-WINDOW:])
