"""A figure that is either a number or, with a reason, undefined. Undefined is `None`: never 0, never NaN."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """A value with what is known of its precision, or the reason why there is none.

    `se` is a standard error, `low` and `high` are the ends of an interval; each is None where it was not computed
    or does not exist. Raises ValueError for NaN, infinities, and a missing value without a reason.
    """

    value: float | None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    """Why the value or its interval is undefined; empty where nothing is missing."""

    def __post_init__(self) -> None:
        if any(x is not None and not math.isfinite(x) for x in (self.value, self.se, self.low, self.high)):
            raise ValueError(
                f"a statistic must be finite or None, not {self.value}, {self.se}, {self.low}, {self.high}"
            )
        if self.value is None and not self.reason:
            raise ValueError("a statistic without a value needs a reason")


def undefined(reason: str) -> Statistic:
    """A statistic that does not exist, and why."""
    return Statistic(value=None, reason=reason)
