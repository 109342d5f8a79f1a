"""What the gate asks for. A rubric may tighten it, and may loosen it only with a written reason that is reported."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches

CONFIDENCE = 0.95
"""One-sided, for the bounds that gate; intervals that are only shown are two-sided at the same figure."""
MIN_PAIR_ITEMS = 30
"""Items that two raters must share for their kappa to enter a mean over pairs."""
FEW = 30
"""Shared items below which people's figures are counts and nothing else."""
LEAST_REAL = 11
"""Items of candidates' work below which no rubric may go: five to ten give a first view, and count for nothing."""
PROBES = ("padded", "stripped", "injected")
"""The twins of check I: the text padded, its comments stripped, an order to the judge injected."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The gate's limits. Raises ValueError, with every fault, for values out of range or loosened without a reason."""

    min_labels: int = 50
    """Items rated by two people each (A)."""
    min_real: int = FEW
    """Of these, items that are candidates' work (J). Texts that were written for the purpose open no gate alone."""
    min_levels: int = 3
    """Levels in use, each by `min_items_per_level` items (A). A scale of two levels is asked for two."""
    min_items_per_level: int = 5
    human_qwk: float = 0.60
    """Mean quadratic weighted kappa between people, at least (B)."""
    judge_qwk: float = 0.70
    """Quadratic weighted kappa of the judge against the adjudicated label, at least (C)."""
    judge_qwk_low: float = 0.60
    """Its one-sided 95 % lower bound, at least (C)."""
    ceiling_gap: float = 0.10
    """How far judge-human may be below human-human (D)."""
    max_smd: float = 0.15
    """Absolute standardised mean difference, at most (E)."""
    max_blunders: float = 0.10
    """Share of items off by two levels or more: Wilson upper bound, at most (F)."""
    judge_levels: int = 3
    """Levels that the judge must use (G). A scale of two levels is asked for two."""
    max_level_excess: float = 0.20
    """How far the judge's share of a level may be above its share in the labels (G)."""
    min_repeats: int = 3
    """Repeats of the judge per item for its stability (H)."""
    max_flips: float = 0.10
    """Share of pairs of repeats that differ, at most (H)."""
    max_probe_shift: float = 0.5
    """Mean shift in levels that a twin may cause, absolute: below (I)."""
    epsilon: float = 0.15
    """The alternative-annotator test's allowance. Reported, never a gate, so neither tight nor loose."""
    loosened_because: str = ""
    """Why a limit is looser than its default; required where one is, and shown in the report."""

    def __post_init__(self) -> None:
        faults = [*_out_of_range(self), *_inconsistent(self)]
        if self.loosened and not self.loosened_because.strip():
            faults.append(f"{', '.join(self.loosened)} looser than the default: say why in loosened_because")
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def loosened(self) -> tuple[str, ...]:
        """Names of the limits that are looser than their defaults."""
        return tuple(name for name, strict in _STRICTER.items() if strict * (getattr(self, name) - _default(name)) < 0)

    def labels_required(self, levels: int) -> int:
        """Items that two people must rate for a scale of `levels` levels: `min_labels`, and on longer scales than
        five at least 2k². A rubric that loosened `min_labels` gets what it asked for."""
        return self.min_labels if "min_labels" in self.loosened else max(self.min_labels, 2 * levels * levels)


_STRICTER = {
    "min_labels": 1, "min_real": 1, "min_levels": 1, "min_items_per_level": 1, "human_qwk": 1, "judge_qwk": 1,
    "judge_qwk_low": 1,
    "ceiling_gap": -1, "max_smd": -1, "max_blunders": -1, "judge_levels": 1, "max_level_excess": -1,
    "min_repeats": 1, "max_flips": -1, "max_probe_shift": -1,
}  # fmt: skip
"""+1 where a higher value is stricter, -1 where a lower one is."""
_WHOLE = {
    "min_labels": 2,
    "min_real": LEAST_REAL,
    "min_levels": 1,
    "min_items_per_level": 1,
    "judge_levels": 1,
    "min_repeats": 2,
}
"""Counts, with the least that makes sense."""


def thresholds_from(raw: Mapping[str, object]) -> Thresholds:
    """The thresholds in a rubric's `gate:` mapping. Raises ValueError for unknown keys and for bad values."""
    names = [field.name for field in fields(Thresholds)]
    unknown = [key for key in raw if key not in names]
    if unknown:
        near = {key: get_close_matches(str(key), names, n=1) for key in unknown}
        hints = [f"{key!r}" + (f" (did you mean {near[key][0]!r}?)" if near[key] else "") for key in unknown]
        raise ValueError(f"no such limit: {', '.join(hints)}")
    return Thresholds(**raw)  # type: ignore[arg-type]  # checked in __post_init__


def _default(name: str) -> float:
    return float(getattr(Thresholds, name))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _out_of_range(thresholds: Thresholds) -> list[str]:
    faults: list[str] = []
    for name in (*_STRICTER, "epsilon"):
        value = getattr(thresholds, name)
        if not _is_number(value):
            raise ValueError(f"{name} must be a number, not {value!r}")
        if name in _WHOLE and (value != int(value) or value < _WHOLE[name]):
            faults.append(f"{name} must be a whole number of at least {_WHOLE[name]}, not {value}")
        if name not in _WHOLE and not 0 <= value <= 1:
            faults.append(f"{name} must be between 0 and 1, not {value}")
    if not isinstance(thresholds.loosened_because, str):
        raise TypeError(f"loosened_because must be text, not {thresholds.loosened_because!r}")
    return faults


def _inconsistent(thresholds: Thresholds) -> list[str]:
    if thresholds.judge_qwk_low > thresholds.judge_qwk:
        return [f"judge_qwk_low {thresholds.judge_qwk_low} is above judge_qwk {thresholds.judge_qwk}"]
    return []
