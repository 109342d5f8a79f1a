"""Who is severe and who lenient, once it is accounted for which work each of them got.

Level = case + criterion + rater, by least squares; raters of a block sum to zero. An estimate is shrunk towards zero as
far as it may be luck. It is shown and talked about: no level, raw or final, is changed by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.agreement.connected import blocks
from grader.agreement.kappa import Floats
from grader.agreement.significance import student_quantile
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import CONFIDENCE, FEW
from grader.ratings.table import Rating


@dataclass(frozen=True, kw_only=True)
class Severity:
    """One rater in levels: below 0 is severe, above 0 lenient, against the others of the same block."""

    rater: str
    n: int
    """Levels they gave on items that another person rated too."""
    block: int
    """Number of the block, from 0; raters of different blocks cannot be compared."""
    raw: Statistic
    """As least squares has it, with a 95 % interval."""
    shrunk: Statistic
    """Drawn towards zero by what of it may be luck."""
    spread: Statistic
    """Standard deviation of their levels: near 0, they use one level for all."""
    halo: Statistic
    """Mean standard deviation of their levels within a case: near 0, one impression decides every criterion."""


def severity(ratings: Sequence[Rating]) -> tuple[Severity, ...]:
    """Every rater in `ratings`, by block and name. An item's criterion and candidate are as the ratings say."""
    by_item: dict[tuple[str, str], list[Rating]] = {}
    for row in ratings:
        by_item.setdefault((_case(row), row.criterion), []).append(row)
    shared = [rows for rows in by_item.values() if len({row.rater for row in rows}) > 1]
    tied = blocks([row.rater for row in rows] for rows in shared)
    found = [_block(number, members, shared, ratings) for number, members in enumerate(tied)]
    return tuple(one for group in found for one in group)


def _case(row: Rating) -> str:
    return row.candidate or row.item


def _block(
    number: int, members: Sequence[str], shared: Sequence[Sequence[Rating]], ratings: Sequence[Rating]
) -> list[Severity]:
    rows = [row for group in shared for row in group if row.rater in members]
    effects, errors, df = _least_squares(rows, members)
    kept = _shrink(effects, errors)
    return [
        Severity(
            rater=rater,
            n=sum(row.rater == rater for row in rows),
            block=number,
            raw=_interval(float(effects[at]), float(errors[at]), df),
            shrunk=_few(sum(row.rater == rater for row in rows), Statistic(value=float(effects[at] * kept[at]))),
            spread=_spread([row for row in ratings if row.rater == rater]),
            halo=_halo([row for row in ratings if row.rater == rater]),
        )
        for at, rater in enumerate(members)
    ]


def _least_squares(rows: Sequence[Rating], members: Sequence[str]) -> tuple[Floats, Floats, int]:
    """Effects of the raters, their standard errors, and the degrees of freedom that are left."""
    cases = sorted({_case(row) for row in rows})
    criteria = sorted({row.criterion for row in rows})
    width = len(cases) + len(criteria) - 1 + len(members) - 1
    design = np.zeros((len(rows), width))
    for at, row in enumerate(rows):
        design[at, cases.index(_case(row))] = 1
        _contrast(design[at, len(cases) :], criteria.index(row.criterion), len(criteria))
        _contrast(design[at, len(cases) + len(criteria) - 1 :], list(members).index(row.rater), len(members))
    level = np.array([row.level for row in rows], dtype=np.float64)
    solution, _, rank, _ = np.linalg.lstsq(design, level, rcond=None)
    df = len(rows) - int(rank)
    left = level - design @ solution
    variance = float(left @ left) / df if df > 0 else float("nan")
    covariance = np.linalg.pinv(design.T @ design) * variance
    to_raters = np.zeros((len(members), width))
    for at in range(len(members)):
        _contrast(to_raters[at, len(cases) + len(criteria) - 1 :], at, len(members))
    return to_raters @ solution, np.sqrt(np.diag(to_raters @ covariance @ to_raters.T)), df


def _contrast(row: Floats, at: int, count: int) -> None:
    """Writes the `at`-th of `count` effects that sum to zero: the last is minus all others."""
    if at < count - 1:
        row[at] = 1
    else:
        row[: count - 1] = -1


def _interval(value: float, se: float, df: int) -> Statistic:
    if not np.isfinite(se) or df < 1:
        return Statistic(value=value, reason="too few levels for an interval")
    half = student_quantile(1 - (1 - CONFIDENCE) / 2, df) * se
    return Statistic(value=value, se=se, low=value - half, high=value + half)


def _shrink(effects: Floats, errors: Floats) -> Floats:
    """Share of each effect that is more than luck would give: true variance over true and its error's."""
    noise = np.nan_to_num(errors, nan=np.inf) ** 2
    if not np.isfinite(noise).all() or len(effects) < 2:
        return np.zeros(len(effects))
    true = max(0.0, float(effects @ effects) / (len(effects) - 1) - float(noise.mean()))
    return np.where(true + noise > 0, true / np.where(true + noise > 0, true + noise, 1), 0.0)


def _few(n: int, found: Statistic) -> Statistic:
    return found if n >= FEW else undefined(f"{n} shared levels; {FEW} are asked for")


def _spread(rows: Sequence[Rating]) -> Statistic:
    if len(rows) < FEW:
        return undefined(f"{len(rows)} levels; {FEW} are asked for")
    return Statistic(value=float(np.std([row.level for row in rows], ddof=1)))


def _halo(rows: Sequence[Rating]) -> Statistic:
    by_case: dict[str, list[int]] = {}
    for row in rows:
        by_case.setdefault(_case(row), []).append(row.level)
    within = [float(np.std(levels, ddof=1)) for levels in by_case.values() if len(levels) > 1]
    if len(rows) < FEW or not within:
        return undefined(f"{len(rows)} levels in {len(within)} cases of several criteria; {FEW} levels are asked for")
    return Statistic(value=float(np.mean(within)))
