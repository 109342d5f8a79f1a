"""Reports as plain data for JSON. Undefined figures are null, and `undefined` says why."""

from __future__ import annotations

from dataclasses import asdict

from grader.agreement.alt_test import AltTest
from grader.agreement.gate import GateReport
from grader.agreement.measured import ONE_CANDIDATE, Constant, Measured
from grader.agreement.reliability import Reliability
from grader.agreement.statistic import Statistic

DIGITS = 12
"""Figures are rounded to this many decimals, so that the same ratings give the same bytes everywhere."""


def gate_json(report: GateReport) -> dict[str, object]:
    """One criterion of `grade agreement --json` and of a calibration file. Intervals are two-sided at 95 %."""
    m = report.measured
    low, high = m.interval
    figures: dict[str, object] = {
        "verdict": report.verdict,
        "reasons": list(report.reasons),
        "n": m.comparison.n,
        "humans": len(m.panel.people),
        "qwk": m.comparison.qwk.value,
        "qwk_low": low,
        "qwk_high": high,
        "human_human_qwk": m.human_qwk.value,
        "exact": m.comparison.exact.value,
        "adjacent": m.comparison.adjacent.value,
        "bias": m.comparison.bias.value,
        "smd": m.comparison.smd.value,
        "alpha": m.alpha.value,
        "ac2": m.comparison.ac2.value,
        "alt_test": _alt_test(m.alt, m.panel.people),
        "best_constant": _constant(m.constant),
        "labels_needed": report.labels_needed,
        "checks": [{**asdict(check), "outcome": check.outcome.value} for check in report.checks],
        "notes": list(report.notes),
        "judge_human_qwk": m.judge_human_qwk.value,
        "qwk_se": m.comparison.qwk.se,
        "mae": m.comparison.mae.value,
        "spearman": m.comparison.spearman.value,
        "off_by_two": _with_interval(m.comparison.blunders),
        "levels": list(m.panel.levels),
        "confusion": m.comparison.matrix.astype(int).tolist(),
        "chances": [asdict(chance) for chance in report.chances],
        "loosened": {"limits": list(m.case.thresholds.loosened), "because": m.case.thresholds.loosened_because},
        "undefined": _undefined(m),
    }
    return {name: _rounded(value) for name, value in figures.items()}


def reliability_json(found: Reliability) -> dict[str, object]:
    """People alone, for one criterion: agreement, every pair, and each rater's severity and drift in levels."""
    figures: dict[str, object] = {
        "n": found.n,
        "humans": len(found.raters),
        "human_human_qwk": found.human_qwk.value,
        "alpha": found.alpha.value,
        "pairs": [
            {"a": pair.a, "b": pair.b, "n": pair.n, "qwk": pair.qwk.value, "reason": pair.qwk.reason}
            for pair in found.pairs
        ],
        "raters": [
            {"rater": r.rater, "n": r.n, "severity": _with_interval(r.severity), "drift": _with_interval(r.drift)}
            for r in found.raters
        ],
        "undefined": _reasons(human_human_qwk=found.human_qwk, alpha=found.alpha),
    }
    return {name: _rounded(value) for name, value in figures.items()}


def _alt_test(found: AltTest, people: tuple[str, ...]) -> dict[str, object]:
    return {
        "winning_rate": found.winning_rate.value,
        "passed": found.passed,
        "advantage": found.advantage.value,
        "epsilon": found.epsilon,
        "p_values": {people[column]: p for column, p in zip(found.people, found.p_values, strict=True)},
    }


def _constant(constant: Constant | None) -> dict[str, object] | None:
    if constant is None:
        return None
    found = constant.comparison
    return {
        "level": constant.level,
        "mse": found.mse.value,
        "qwk": found.qwk.value,
        "exact": found.exact.value,
        "adjacent": found.adjacent.value,
        "ac2": found.ac2.value,
        "alt_test": {"winning_rate": constant.alt.winning_rate.value, "passed": constant.alt.passed},
        "undefined": _reasons(qwk=found.qwk, alt_test=constant.alt.winning_rate),
    }


def _with_interval(found: Statistic) -> dict[str, object]:
    return {"value": found.value, "low": found.low, "high": found.high, "reason": found.reason}


def _undefined(m: Measured) -> dict[str, str]:
    """Why a figure is null, for each that is."""
    c = m.comparison
    reasons = _reasons(
        qwk=c.qwk, human_human_qwk=m.human_qwk, judge_human_qwk=m.judge_human_qwk, exact=c.exact, adjacent=c.adjacent,
        mae=c.mae, bias=c.bias, smd=c.smd, spearman=c.spearman, alpha=m.alpha, ac2=c.ac2, alt_test=m.alt.winning_rate,
    )  # fmt: skip
    if not m.resampled.size:
        reasons |= dict.fromkeys(("qwk_low", "qwk_high"), c.qwk.reason or ONE_CANDIDATE)
    if m.constant is None:
        reasons["best_constant"] = c.mse.reason
    return reasons


def _reasons(**found: Statistic) -> dict[str, str]:
    return {name: statistic.reason for name, statistic in found.items() if statistic.value is None}


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0  # no -0.0
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value
