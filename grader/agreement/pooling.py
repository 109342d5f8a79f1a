"""Whether packs that share a criterion may share its record: a test, fixed before anybody looked, for whether the judge
errs differently in them.

Kappa itself is not compared: it moves with how the levels are mixed, which differs from pack to pack. What is compared
is the judge's error (its level less the adjudicated one), level by level: its mean, as in check E, and its size, as in
check F. Under the hypothesis that packs do not matter, which pack a candidate's work belongs to is a label that could
be dealt out anew; so it is dealt out anew 2,000 times, whole candidates at a time. Holm for the two figures. The test
asks at 10 %, not 5: what it misses is pooled, and a missed difference is worse than labels that are not shared.

A test that finds nothing shows nothing, so that is not all: a pack brings `LEAST_OWN` items, and on these alone the
judge's agreement and leniency meet the limits of checks C and E, as estimates. tests/test_pooling.py shows by
simulation how often this errs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grader.agreement.check import at_least, at_most, show
from grader.agreement.comparison import Comparison, compare
from grader.agreement.kappa import Floats, Levels
from grader.agreement.labels import Labels
from grader.agreement.panel import panel_of
from grader.agreement.thresholds import Thresholds

LEAST_OWN = 20
"""Items of its own with which a pack takes part."""
ALPHA = 0.10
"""How often packs that do not differ are found to."""
DEALS = 2000


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """What the packs of one criterion say together."""

    items: Mapping[str, int]
    """Pack → items that two people each and the judge rated."""
    compared: tuple[str, ...]
    """The packs with at least `LEAST_OWN` of them; the others are no part of it."""
    p: float | None
    """Of the test; None where fewer than two packs can be compared."""
    differ: bool
    unfit: Mapping[str, str] = field(default_factory=dict)
    """Pack → what its own items alone speak against, in words."""

    def shares(self, pack: str) -> bool:
        """Whether the record of `pack` is the record of all that were compared."""
        return len(self.compared) > 1 and pack in self.compared and not (self.differ or pack in self.unfit)

    def sentence(self, pack: str) -> str:
        """For people: what is shared with whom, and why or why not."""
        counts = ", ".join(f"{name} {n}" for name, n in self.items.items())
        if pack not in self.compared or len(self.compared) < 2:
            return f"Not pooled ({counts}): too few to tell whether the packs differ; {LEAST_OWN} of each are needed."
        tested = f"test at {ALPHA:.0%}, p = {self.p:.2f}" if self.p is not None else ""
        if self.differ:
            return f"Not pooled ({counts}): the judge errs differently in them ({tested}), so each counts for itself."
        if pack in self.unfit:
            return f"Not pooled ({counts}): {self.unfit[pack]}, so it counts for itself."
        return f"Pooled over {', '.join(self.compared)} ({counts}): no difference was found ({tested})."


def pooling(
    labels: Labels, judge: Mapping[str, Sequence[int]], packs: Mapping[str, str], limits: Thresholds, *, seed: int = 0
) -> Pooling:
    """`labels` and the judge's levels of all packs together; `packs`: item → its pack, for the items that count."""
    panel = panel_of(labels, judge)
    known = np.array([item in packs for item in panel.items], dtype=bool)
    use = panel.twice & panel.judged & known
    names = [packs[item] for item, used in zip(panel.items, use, strict=True) if used]
    counts = {name: names.count(name) for name in sorted(set(packs.values()))}
    compared = tuple(name for name, n in counts.items() if n >= LEAST_OWN)
    within = np.array([name in compared for name in names], dtype=bool)
    p, unfit = None, {}
    if len(compared) > 1:
        pack = np.array([compared.index(name) for name in names if name in compared])
        label, said, cluster = (column[use][within] for column in (panel.label, panel.judge, panel.clusters))
        p = _p_value(label, said, cluster, pack, seed)
        own = {
            name: compare(label[pack == at], said[pack == at], len(panel.levels)) for at, name in enumerate(compared)
        }
        unfit = {name: why for name, found in own.items() if (why := _against(found, limits))}
    return Pooling(items=counts, compared=compared, p=p, differ=p is not None and p <= ALPHA, unfit=unfit)


def _against(own: Comparison, limits: Thresholds) -> str:
    """What the items of one pack speak against, by estimates alone."""
    qwk, smd = own.qwk.value, own.smd.value
    if qwk is None or not at_least(qwk, limits.judge_qwk):
        shown = "unknown" if qwk is None else show(qwk, limits.judge_qwk)
        return f"on its own {own.n} items the judge's agreement is {shown} ({limits.judge_qwk:.2f} needed)"
    if smd is None or not at_most(abs(smd), limits.max_smd):
        shown = "unknown" if smd is None else show(smd, limits.max_smd)
        return f"on its own {own.n} items the judge's leniency is {shown} (at most {limits.max_smd:.2f} either way)"
    return ""


def _p_value(label: Levels, judge: Levels, cluster: Levels, pack: NDArray[np.int64], seed: int) -> float:
    """Holm's smaller one of two: the mean of the error, and its size."""
    units = np.unique(np.stack([cluster, pack], axis=1), axis=0, return_inverse=True)
    owner, unit = units[0][:, 1], units[1].reshape(-1)
    error = (judge - label).astype(np.float64)
    sums: Floats = np.stack(
        [np.bincount(unit, weights=_beyond_level(values, label)) for values in (error, np.abs(error))], axis=1
    ).astype(np.float64)
    size = np.bincount(unit).astype(np.float64)
    generator = np.random.default_rng(seed)
    seen = _spread(sums, size, owner[None, :])[0]
    dealt = _spread(sums, size, np.stack([generator.permutation(owner) for _ in range(DEALS)]))
    above = (dealt >= seen - 1e-12).sum(axis=0)
    return float(min(1.0, 2 * ((above + 1) / (DEALS + 1)).min()))


def _beyond_level(values: Floats, label: Levels) -> Floats:
    """Less the mean at its level: what kind of work a pack gets is no difference of the judge."""
    totals, counts = np.bincount(label, weights=values), np.bincount(label)
    rest: Floats = values - (totals / np.maximum(counts, 1))[label]
    return rest


def _spread(sums: Floats, size: Floats, owners: NDArray[np.int64]) -> Floats:
    """deals × figures: how far the packs' means lie apart, weighted by their items."""
    found = np.zeros((len(owners), sums.shape[1]))
    for pack in np.unique(owners[0]):
        mine = (owners == pack).astype(np.float64)
        found += (mine @ sums) ** 2 / np.maximum(mine @ size, 1.0)[:, None]
    return found
