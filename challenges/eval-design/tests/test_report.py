# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

from collections import Counter

import pytest
from grader_kit import share
from planted.policy import is_number


def true_slices(system):
    """Tag → number of cases, and how many first answers had the action and amount of the label."""
    count, right = Counter(), Counter()
    for case in system.cases.good:
        said = system.answers.get(case.id)
        if said is None:
            continue
        same = said["action"] == case.action and (
            case.action != "refund" or (is_number(case.amount) and abs(said["amount"] - case.amount) < 0.01)
        )
        for tag in set(case.tags):
            count[tag] += 1
            right[tag] += same
    return {tag: (count[tag], right[tag]) for tag in count}


@pytest.mark.points(4, group="report")
def test_slices_count_what_happened(bench, metric):
    """For each tag of the cases, the report counts what the system really answered"""
    systems = [bench.system("counted-0", "paraphrase"), bench.system("counted-1", "drift")]
    reports = bench.reports(systems)
    assert not reports[0].problem, f"There was no usable report: {reports[0].problem:.300}"
    assert len(systems[0].answers) >= 30, (
        f"Only {len(systems[0].answers)} of the cases were put to the system; 30 are needed."
    )
    agreed = []
    for system, report in zip(systems, reports, strict=True):
        wanted = true_slices(system)
        assert len(wanted) >= 5, f"The cases have {len(wanted)} tags; five are needed for slices to mean anything."
        agreed.append(share(report.slices.get(tag) == counted for tag, counted in wanted.items()))
    metric("slices_right", sum(agreed) / len(agreed), floor=0.5, target=1.0)


@pytest.mark.points(2, group="report")
def test_a_system_that_breaks_down_does_not_ship(bench):
    """A system whose service fails gets a report that does not ship it, instead of an error"""
    up, down = ([bench.system(f"{name}-{at}") for at in range(2)] for name in ("up", "down"))
    reports = bench.reports([*up, *down], down=down)
    for system, report in zip(up, reports[:2], strict=True):
        assert not report.problem, f"There was no usable report: {report.problem:.300}"
        counted = share(report.slices.get(tag) == row for tag, row in true_slices(system).items())
        assert counted > 0.5, "The report on a system that answers does not count what it answered."
    for report in reports[2:]:
        assert not report.problem, f"evaluate did not return a report for a system that is down: {report.problem:.300}"
        assert report.ship is False, "A system that answered nothing may ship."
