# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

import pytest
from grader_kit import share
from planted.harness import points_at_fault, problems

GROSS = ("paraphrase", "cost", "drift")


@pytest.mark.points(6, group="alarms")
def test_sound_systems_may_ship(bench, metric):
    """Sound systems may ship, by an evaluation that blocks at least half of three faulty ones"""
    faulty = [bench.system(f"gross-{at}", fault) for at, fault in enumerate(GROSS)]
    reports = bench.reports([*faulty, *(bench.system(f"sound-{at}") for at in range(4))])
    broken, sound = reports[: len(faulty)], reports[len(faulty) :]
    blocked = share(report.ship is False for report in broken)
    assert blocked >= 0.5, f"Only {blocked:.0%} of three faulty systems were blocked; to ship everything is no merit."
    metric("sound_shipped", share(report.ship is True for report in sound), floor=0.5, target=1.0)


@pytest.mark.points(2, group="alarms")
def test_the_same_system_gets_the_same_report(bench):
    """The same system gets the same report when it is evaluated once more"""
    systems = [bench.system("same-0"), bench.system("same-1", "memorised")]
    bench.rng("same").shuffle(systems)
    said = {system.fault: bench.reports_again(system) for system in systems}
    (first, again), (other, other_again) = said[""], said["memorised"]
    usable = not (first.problem or other.problem)
    assert usable, f"There was no usable report.{problems([first, again, other, other_again])}"
    faulty = next(system for system in systems if system.fault)
    assert first.ship != other.ship or points_at_fault([(faulty, other)], [first]), (
        "A sound system and a faulty one got the same verdict, and nothing points at what went wrong."
    )
    assert (first.raw, other.raw) == (again.raw, other_again.raw), (
        "The second report on a system differs from the first."
    )
