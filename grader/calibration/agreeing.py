"""How far people agree with each other and the judge with them, in figures that say how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from grader.agreement.thresholds import FEW

if TYPE_CHECKING:
    from grader.agreement import Thresholds
    from grader.agreement.measured import Measured

FIRST_VIEW = 5
"""Reviews from which the judge's levels beside people's are shown to people. They count for nothing."""


@dataclass(frozen=True, kw_only=True)
class View:
    """The judge beside people on reviews so far: for people to look at, and nothing else."""

    n: int
    same: int
    off_by_one: int
    further: int

    @property
    def sentence(self) -> str:
        if self.n < FIRST_VIEW:
            return f"{self.n} reviews have a level of the judge as it is now: too few to tell."
        return (
            f"Provisional, counts for nothing: of {self.n} reviews the judge gave people's level in {self.same}, was"
            f" off by one in {self.off_by_one} and by more in {self.further}."
        )

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "counts": False, "says": self.sentence}


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A quadratic weighted kappa over `n` items with its two-sided 95 % interval. None of the three is given where
    there are too few items to tell; the interval alone is None where the items come from a single candidate."""

    n: int
    qwk: float | None
    low: float | None
    high: float | None
    says: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def of_people(found: Measured, limits: Thresholds) -> Agreement:
    """People among each other: the mean over pairs of people."""
    n, value = int(found.panel.twice.sum()), found.human_qwk.value
    if n < FEW or value is None:
        why = f"{n} of {FEW} items are rated by two" if n < FEW else found.human_qwk.reason
        return _too_few(n, f"How far people agree: too few to tell ({why}).")
    low, high = found.human_interval
    says = f"People agree with each other at {_shown(value, low, high)} on {n} items ({limits.human_qwk:.2f} needed)."
    return Agreement(n=n, qwk=value, low=low, high=high, says=says)


def of_judge(found: Measured) -> Agreement:
    """The judge and people, on reviews whose levels of the judge nobody had seen."""
    n, value = found.comparison.n, found.comparison.qwk.value
    if n < FEW or value is None:
        why = f"{n} of {FEW} reviews have levels of both" if n < FEW else found.comparison.qwk.reason
        return _too_few(n, f"How far judge and people agree: too few to tell ({why}).")
    low, high = found.interval
    says = f"Judge and people agree at {_shown(value, low, high)} on {n} reviews: provisional, counts for nothing."
    return Agreement(n=n, qwk=value, low=low, high=high, says=says)


def when_calibrated(figures: Mapping[str, Any]) -> Agreement | None:
    """The judge and people in the calibration that is in force; None without `figures` of one."""
    if not figures:
        return None
    n, value, low, high = int(figures["n"]), figures["qwk"], figures["qwk_low"], figures["qwk_high"]
    if n < FEW or value is None:
        why = f"it rests on {n} items" if n < FEW else "no figure came of it"
        return _too_few(n, f"How far judge and people agreed when it was calibrated: too few to tell ({why}).")
    says = f"When it was calibrated, judge and people agreed at {_shown(value, low, high)} on {n} items."
    return Agreement(n=n, qwk=value, low=low, high=high, says=says)


def _too_few(n: int, says: str) -> Agreement:
    return Agreement(n=n, qwk=None, low=None, high=None, says=says)


def _shown(value: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{value:.2f} (no interval: all are one candidate's)"
    return f"{value:.2f} (95 %: {low:.2f} to {high:.2f})"
