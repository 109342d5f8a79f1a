"""Rolling agreement: the judge against people on the newest gradings, since its calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grader.agreement import Case, Thresholds, labels_of, levels_by, measure
from grader.agreement.check import CheckOutcome
from grader.agreement.checks import judge_check
from grader.ratings.table import Rating, Ratings

if TYPE_CHECKING:
    from grader.judge.closed import ClosedGates
    from grader.judge.record import Calibration

WINDOW = 50
"""Newest items that are looked at."""
LEAST = 30
"""Items below which nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Rolling:
    """Agreement on the newest items of one criterion. `falling`: the judge is surely below the gate's lower limit."""

    criterion: str
    n: int
    qwk: float | None
    falling: bool
    sentence: str


def rolling(ratings: Ratings, judge: str, limits: Thresholds) -> tuple[Rolling, ...]:
    """For each criterion, the judge (a rater's name) against people on the newest `WINDOW` items that both rated.

    It falls when the upper bound of its quadratic weighted kappa is below the gate's lower limit: the rule by which
    check C rejects. Fewer than `LEAST` items say nothing.
    """
    return tuple(_one(ratings, criterion, judge, limits) for criterion in ratings.criteria)


def _one(ratings: Ratings, criterion: str, judge: str, limits: Thresholds) -> Rolling:
    rows = [row for row in ratings.rows if row.criterion == criterion]
    newest = _newest(rows, judge)
    window = replace(ratings, rows=tuple(row for row in rows if row.item in newest))
    if len(newest) < LEAST:
        sentence = f"{len(newest)} items were rated by people and the judge; nothing is said below {LEAST}."
        return Rolling(criterion=criterion, n=len(newest), qwk=None, falling=False, sentence=sentence)
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


def close_falling(found: Sequence[Rolling], calibration: Calibration, gates: ClosedGates) -> tuple[str, ...]:
    """Closes the gate of each criterion that falls, until it is calibrated anew. Returns which."""
    falling = [one for one in found if one.falling and one.criterion in calibration.criteria]
    for one in falling:
        reason = f"The judge's agreement with people has fallen since its calibration. {one.sentence}"
        gates.close(calibration.id, one.criterion, reason)
    return tuple(one.criterion for one in falling)
