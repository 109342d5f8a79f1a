# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

import pytest
from planted.harness import problems, wrong_answers

POINTED = ("paraphrase", "drift", "injection", "ambiguous", "language")


@pytest.mark.points(6, group="findings")
def test_findings_point_at_cases_that_went_wrong(bench, metric):
    """What blocking findings name are cases that went wrong, and all of those that the fault spoiled"""
    systems = [bench.system(f"pointed-{at}", fault) for at, fault in enumerate(POINTED)]
    reports = bench.reports(systems)
    scores = []
    for system, report in zip(systems, reports, strict=True):
        wrong, spoiled = wrong_answers(system)
        right = len(report.blamed & wrong)
        precision = right / len(report.blamed) if report.blamed else 0.0
        recall = len(report.blamed & spoiled) / len(spoiled) if spoiled else 0.0
        scores.append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
    assert any(scores), f"No finding that blocks names a case that went wrong.{problems(reports)}"
    metric("findings_f1", sum(scores) / len(scores), floor=0.2, target=0.85)
