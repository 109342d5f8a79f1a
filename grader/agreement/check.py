"""What a check of the gate hands back, and how its figures are compared and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

GateVerdict = Literal["ACCEPT", "REJECT", "INCONCLUSIVE"]
ROUNDING = 1e-9
"""Differences below this are rounding errors of the arithmetic and never decide a check."""


class CheckOutcome(StrEnum):
    """What a check says. `not_measured` is left out of the verdict and said so."""

    PASS = "pass"  # noqa: S105 - not a password
    REJECT = "reject"
    INCONCLUSIVE = "inconclusive"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check's finding."""

    id: str
    name: str
    value: float | None
    limit: float
    outcome: CheckOutcome
    sentence: str
    labels_needed: int | None = 0
    """Further labels that would settle an inconclusive check; None where no number is known to."""
    details: Mapping[str, object] = field(default_factory=dict)


def verdict_of(found: Sequence[tuple[str, CheckOutcome]]) -> GateVerdict:
    """The verdict that checks (id, outcome) come to: labels that cannot judge a judge (A, B) are inconclusive, whatever
    else fails; then any that rejects; then any that is inconclusive."""
    if any(outcome is not CheckOutcome.PASS for name, outcome in found if name in {"A", "B"}):
        return "INCONCLUSIVE"
    outcomes = {outcome for _, outcome in found}
    if CheckOutcome.REJECT in outcomes:
        return "REJECT"
    return "INCONCLUSIVE" if CheckOutcome.INCONCLUSIVE in outcomes else "ACCEPT"


def unmeasured(required: bool) -> CheckOutcome:
    """What a check without data says: it holds the gate back where it is required."""
    return CheckOutcome.INCONCLUSIVE if required else CheckOutcome.NOT_MEASURED


def pass_or_reject(ok: bool) -> CheckOutcome:
    """The outcome of a check that more labels would not change."""
    return CheckOutcome.PASS if ok else CheckOutcome.REJECT


def at_least(value: float, limit: float) -> bool:
    """`value` ≥ `limit`, rounding errors aside."""
    return value >= limit - ROUNDING


def at_most(value: float, limit: float) -> bool:
    """`value` ≤ `limit`, rounding errors aside."""
    return value <= limit + ROUNDING


def show(value: float, limit: float) -> str:
    """`value` with two digits, or as many as it takes to tell it from `limit`."""
    for digits in (2, 3, 4):
        if f"{value:.{digits}f}" != f"{limit:.{digits}f}" or abs(value - limit) < ROUNDING:
            return f"{value:.{digits}f}"
    return f"{value:.6f}"
