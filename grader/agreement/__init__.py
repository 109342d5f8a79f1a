"""Agreement between a judge and people: the statistics, and the gate that a judge has to pass.

Names are loaded when first used, so that importing this package, or a module of it that counts nothing, does not
import numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.agreement.check import Check as Check
    from grader.agreement.check import CheckOutcome as CheckOutcome
    from grader.agreement.export import gate_json as gate_json
    from grader.agreement.export import reliability_json as reliability_json
    from grader.agreement.gate import GateReport as GateReport
    from grader.agreement.gate import decide as decide
    from grader.agreement.gate import decide_all as decide_all
    from grader.agreement.labels import Labels as Labels
    from grader.agreement.labels import labels_of as labels_of
    from grader.agreement.labels import levels_by as levels_by
    from grader.agreement.measured import Case as Case
    from grader.agreement.measured import Measured as Measured
    from grader.agreement.measured import measure as measure
    from grader.agreement.reliability import Reliability as Reliability
    from grader.agreement.reliability import reliability_of as reliability_of
    from grader.agreement.statistic import Statistic as Statistic
    from grader.agreement.thresholds import Thresholds as Thresholds
    from grader.agreement.thresholds import thresholds_from as thresholds_from

_HOME = {
    "check": ("Check", "CheckOutcome"),
    "export": ("gate_json", "reliability_json"),
    "gate": ("GateReport", "decide", "decide_all"),
    "labels": ("Labels", "labels_of", "levels_by"),
    "measured": ("Case", "Measured", "measure"),
    "reliability": ("Reliability", "reliability_of"),
    "statistic": ("Statistic",),
    "thresholds": ("Thresholds", "thresholds_from"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
