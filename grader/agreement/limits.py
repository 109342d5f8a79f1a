"""The gate's limits, as a rubric states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.agreement.thresholds import Thresholds, thresholds_from
from grader.errors import ChallengeError

if TYPE_CHECKING:
    from grader.challenge.rubric import GateSettings

_NAMES = {"smd": "max_smd", "blunders": "max_blunders", "flips": "max_flips", "probe_shift": "max_probe_shift"}
"""Names of limits in a rubric that the gate knows by longer ones."""


def limits_of(gate: GateSettings, source: str) -> Thresholds:
    """The rubric's limits. Raises ChallengeError for one that is loosened without a reason, or out of range."""
    raw = {_NAMES.get(name, name): value for name, value in gate.model_dump().items() if value is not None}
    try:
        return thresholds_from(raw)
    except (ValueError, TypeError) as problem:
        raise ChallengeError(f"{source}: gate: {problem}.") from problem
