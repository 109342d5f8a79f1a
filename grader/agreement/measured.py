"""Everything that is measured of a judge on one criterion, before anything is decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from grader.agreement.alpha import alpha
from grader.agreement.alt_test import AltTest, alt_test
from grader.agreement.bootstrap import resampled_kappas, resampled_means
from grader.agreement.comparison import Comparison, best_constant, compare
from grader.agreement.kappa import Floats
from grader.agreement.labels import Labels, only_items
from grader.agreement.panel import Pair, Panel, entering, human_pairs, judge_pairs, mean_over_pairs, panel_of
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import CONFIDENCE, MIN_PAIR_ITEMS, Thresholds

ONE_CANDIDATE = "the items come from fewer than two candidates, so that nothing can be resampled"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the gate is asked about: one criterion, its labels, the judge's levels and what probes showed.

    Raises ValueError for a level of the judge that is not on the scale.
    """

    labels: Labels
    judge: Mapping[str, Sequence[int]] = field(repr=False)
    """Item → the judge's level in each repeat."""
    probes: Mapping[str, Sequence[float]] = field(default_factory=dict, repr=False)
    """Probe → the shift in levels that each twin caused (twin minus original)."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    real: Collection[str] | None = field(default=None, repr=False)
    """The items that are candidates' work; None where nobody said which are, and then nothing is asked of them."""
    chosen: Collection[str] = field(default=(), repr=False)
    """Items that were picked for a second rating by what was known of them. They show that levels are in use (check A)
    and enter no estimate: in these, judge and people agree otherwise than in what simply came."""

    def __post_init__(self) -> None:
        strange = {level for levels in self.judge.values() for level in levels} - set(self.labels.levels)
        if strange:
            raise ValueError(f"the judge's levels {sorted(strange)} are none of {self.labels.levels}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Constant:
    """The constant with the least squared error against the labels, held to the same figures."""

    level: int
    comparison: Comparison
    alt: AltTest


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """The figures of one case. `comparison`, `resampled` and `constant` are over the items that the judge rated."""

    case: Case
    panel: Panel
    """Of all that was not chosen: what estimates rest on."""
    covered: Panel
    """Of all items, chosen ones too."""
    comparison: Comparison
    resampled: Floats
    """The judge's kappa in each resample where it is defined."""
    people: tuple[Pair, ...]
    judge: tuple[Pair, ...]
    human_qwk: Statistic
    """Mean over pairs of people."""
    judge_human_qwk: Statistic
    """Mean over the judge's pairs with people."""
    alpha: Statistic
    """Ordinal, over the people alone."""
    alt: AltTest
    constant: Constant | None
    flips: Statistic
    shifts: Mapping[str, Statistic]

    @property
    def candidates(self) -> int:
        """How many candidates the judged items come from."""
        return int(np.unique(self.panel.clusters[self.panel.judged]).size)

    def bound(self, share: float) -> float | None:
        """The quantile of the resampled kappas that leaves `share` of them below; None without resamples."""
        return float(np.quantile(self.resampled, share)) if self.resampled.size else None

    @property
    def p_value(self) -> float:
        """Share of resamples below the limit of the lower bound: the evidence against a good judge. 1 without any."""
        floor = self.case.thresholds.judge_qwk_low
        return float((self.resampled < floor).mean()) if self.resampled.size else 1.0

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """The two-sided 95 % percentile interval of the judge's kappa."""
        return self.bound((1 - CONFIDENCE) / 2), self.bound((1 + CONFIDENCE) / 2)

    @property
    def human_interval(self) -> tuple[float | None, float | None]:
        """The same of `human_qwk`. It is reckoned when it is asked for: no check of the gate rests on it."""
        panel = self.panel
        columns = {person: panel.grid[:, at] for at, person in enumerate(panel.people)}
        pairs = [(columns[pair.a], columns[pair.b]) for pair in entering(self.people)]
        found = resampled_means(pairs, panel.clusters, len(panel.levels))
        if not found.size:
            return None, None
        low, high = np.quantile(found, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return float(low), float(high)


def measure(case: Case, *, seed: int = 0) -> Measured:
    """All figures of `case`. The same for the same case and seed, whatever other criteria are looked at."""
    limits, covered = case.thresholds, panel_of(case.labels, case.judge)
    labels = only_items(case.labels, set(covered.items) - set(case.chosen)) if case.chosen else case.labels
    panel = panel_of(labels, case.judge) if case.chosen else covered
    k, judged = len(labels.levels), panel.judged
    label, judge = panel.label[judged], panel.judge[judged]
    people, pairs = human_pairs(panel), judge_pairs(panel)
    resampled = resampled_kappas(label, judge, panel.clusters[judged], k, seed=seed)
    return Measured(
        case=case,
        panel=panel,
        covered=covered,
        comparison=compare(label, judge, k),
        resampled=resampled[~np.isnan(resampled)],
        people=people,
        judge=pairs,
        human_qwk=mean_over_pairs(people),
        judge_human_qwk=mean_over_pairs(pairs),
        alpha=alpha(panel.grid, labels.levels),
        alt=alt_test(panel.grid, panel.judge, limits.epsilon),
        constant=_constant(panel, limits.epsilon),
        flips=flips([case.judge[item] for item in panel.items if case.judge.get(item)], limits.min_repeats),
        shifts={name: _mean_shift(values) for name, values in case.probes.items()},
    )


def flips(repeats: Sequence[Sequence[int]], least: int) -> Statistic:
    """Share of pairs of repeats of the same item that differ, over the items with at least `least` repeats.

    Pairs, so that more repeats do not look less stable. Undefined unless at least 30 items (or all, of fewer) have
    that many repeats.
    """
    enough = [levels for levels in repeats if len(levels) >= least]
    if not enough or len(enough) < min(MIN_PAIR_ITEMS, len(repeats)):
        return undefined(f"{len(enough)} of {len(repeats)} items have {least} repeats of the judge")
    pairs = [a != b for levels in enough for a, b in combinations(levels, 2)]
    return Statistic(value=sum(pairs) / len(pairs))


def _mean_shift(values: Sequence[float]) -> Statistic:
    return Statistic(value=sum(values) / len(values)) if len(values) else undefined("no twin was judged")


def _constant(panel: Panel, epsilon: float) -> Constant | None:
    judged = panel.judged
    label, k = panel.label[judged], len(panel.levels)
    best = best_constant(label, k)
    if best is None:
        return None
    everywhere = np.where(judged, best, -1)
    return Constant(
        level=panel.levels[best],
        comparison=compare(label, everywhere[judged], k),
        alt=alt_test(panel.grid, everywhere, epsilon),
    )
