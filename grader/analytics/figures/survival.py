"""How long something takes while some are still waiting: Kaplan and Meier, Aalen and Johansen.

Who is still waiting counts for as long as they have waited, and never as finished. Shares that differ by a rounding
error are the same: a median is the first time at which half are through, not one later.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from grader.agreement.kappa import Floats
from grader.analytics.figures.tails import quantile, two_sided

TIE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A step function with its 95 % band; at each of `times` the value from then on."""

    times: Floats
    at_risk: Floats
    """How many were still waiting just before."""
    value: Floats
    se: Floats
    low: Floats
    high: Floats

    def at(self, time: float) -> tuple[float, float, float] | None:
        """Value and band at `time`; None before the first step."""
        found = int(np.searchsorted(self.times, time, side="right")) - 1
        return None if found < 0 else (float(self.value[found]), float(self.low[found]), float(self.high[found]))


def kaplan_meier(times: Sequence[float], done: Sequence[bool], confidence: float = 0.95) -> Curve:
    """The share that is still waiting at each time when somebody got through (Greenwood's error, log-log band)."""
    moments, risk, counts = _counts(times, [True if one else None for one in done], (True,))
    d = counts[0]
    use = d > 0
    moments, risk, d = moments[use], risk[use], d[use]
    value: Floats = np.cumprod(1 - d / risk) if d.size else np.empty(0)
    value = np.where(value < TIE, 0.0, value)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.cumsum(d / (risk * (risk - d))))
        low, high = _log_log(value, root, confidence)
        se = np.where(value > 0, value * root, 0.0)
    return Curve(times=moments, at_risk=risk, value=value, se=se, low=low, high=high)


def _log_log(value: Floats, root: Floats, confidence: float) -> tuple[Floats, Floats]:
    inner = (value > 0) & (value < 1)
    safe = np.where(inner, value, 0.5)
    reach = np.where(inner, quantile(confidence) * np.where(inner, root, 0.0) / -np.log(safe), 0.0)
    return np.where(inner, safe ** np.exp(reach), value), np.where(inner, safe ** np.exp(-reach), value)


def first_below(curve_times: Floats, values: Floats, share: float) -> float | None:
    """The first time at which `values`, falling, are at `share` or below; None where they do not get there."""
    found = np.flatnonzero(values <= share + TIE)
    return float(curve_times[found[0]]) if found.size else None


def median(curve: Curve) -> tuple[float | None, float | None, float | None]:
    """The median time with its interval (where the band crosses one half); None where it is not reached."""
    return (
        first_below(curve.times, curve.value, 0.5),
        first_below(curve.times, curve.low, 0.5),
        first_below(curve.times, curve.high, 0.5),
    )


def aalen_johansen(
    times: Sequence[float], causes: Sequence[Hashable | None], of: Sequence[Hashable], confidence: float = 0.95
) -> dict[Hashable, Curve]:
    """Cause → the share that has left for it by each time. `causes` is None for who is still waiting; one that is not
    in `of` raises ValueError. The error is the delta method's (Marubini & Valsecchi), the band log-log."""
    strange = {cause for cause in causes if cause is not None and cause not in of}
    if strange:
        raise ValueError(f"{sorted(map(str, strange))} are none of the causes {list(map(str, of))}")
    moments, risk, counts = _counts(times, causes, of)
    left = counts.sum(axis=0)
    use = left > 0
    moments, risk, counts, left = moments[use], risk[use], counts[:, use], left[use]
    after = np.cumprod(1 - left / risk) if left.size else np.empty(0)
    before = np.concatenate([[1.0], after[:-1]]) if left.size else np.empty(0)
    return {cause: _incidence(moments, risk, counts[k], left, before, confidence) for k, cause in enumerate(of)}


def _incidence(moments: Floats, risk: Floats, d: Floats, left: Floats, before: Floats, confidence: float) -> Curve:
    value: Floats = np.cumsum(before * d / risk)
    spare = risk - left
    a = np.where(spare > 0, left / (risk * np.where(spare > 0, spare, 1)), 0.0)
    b = before**2 * d * (risk - d) / risk**3
    c = before * d / risk**2
    variance = (
        value**2 * np.cumsum(a) - 2 * value * np.cumsum(a * value) + np.cumsum(a * value**2)
        + np.cumsum(b) - 2 * (value * np.cumsum(c) - np.cumsum(c * value))
    )  # fmt: skip
    se = np.sqrt(np.maximum(variance, 0))
    inner = (value > 0) & (value < 1)
    safe = np.where(inner, value, 0.5)
    # The band of the rest, 1 - value, by the log-log of the share itself: it stays within 0 and 1.
    reach = np.where(inner, quantile(confidence) * se / (safe * -np.log(safe)), 0.0)
    low = np.where(inner, safe ** np.exp(reach), value)
    high = np.where(inner, safe ** np.exp(-reach), value)
    return Curve(times=moments, at_risk=risk, value=value, se=se, low=low, high=high)


def _counts(
    times: Sequence[float], causes: Sequence[Hashable | None], of: Sequence[Hashable]
) -> tuple[Floats, Floats, Floats]:
    """Distinct times, how many wait just before each, and causes × times: how many leave for it. Who is still waiting
    at a time at which others leave was waiting when they left."""
    if any(not math.isfinite(time) or time < 0 for time in times):
        raise ValueError("a time is negative or not a number")
    moments, where = np.unique(np.asarray(times, dtype=np.float64), return_inverse=True)
    gone = np.bincount(where, minlength=moments.size)
    risk = (len(times) - np.concatenate([[0], np.cumsum(gone)[:-1]])).astype(np.float64) if gone.size else np.empty(0)
    counts = np.zeros((len(of), moments.size))
    place = {cause: row for row, cause in enumerate(of)}
    for at, cause in zip(where, causes, strict=True):
        if cause is not None:
            counts[place[cause], at] += 1
    return moments, risk, counts


def log_rank(first: tuple[Sequence[float], Sequence[bool]], second: tuple[Sequence[float], Sequence[bool]]) -> float:
    """Two-sided p of "both take as long" (Mantel's log-rank test) of two groups of (times, done); 1 where nothing can
    tell."""
    times = [*first[0], *second[0]]
    done = [*first[1], *second[1]]
    moments, risk, both = _counts(times, [True if one else None for one in done], (True,))
    own = np.searchsorted(np.sort(np.asarray(first[0], dtype=np.float64)), moments, side="left")
    at_risk = len(first[0]) - own
    events = np.zeros(moments.size)
    for time, one in zip(*first, strict=True):
        events[np.searchsorted(moments, time)] += one
    d = both[0]
    share = np.divide(at_risk, risk, out=np.zeros_like(risk), where=risk > 0)
    spread = np.where(risk > 1, d * share * (1 - share) * (risk - d) / np.where(risk > 1, risk - 1, 1), 0.0)
    total = float(spread.sum())
    return two_sided(float((events - d * share).sum()) / math.sqrt(total)) if total > 0 else 1.0
