# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

import pytest
from planted.harness import problems, share

GROSS = ("paraphrase", "cost", "drift")


@pytest.mark.points(6, group="alarms")
def test_sound_systems_may_ship(bench, metric):
    """Sound systems may ship, by an evaluation that blocks at least half of three faulty ones"""
    broken = bench.reports([bench.system(f"gross-{at}", fault) for at, fault in enumerate(GROSS)])
    blocked = share(report.ship is False for report in broken)
    assert blocked >= 0.5, f"Only {blocked:.0%} of three faulty systems were blocked; to ship everything is no merit."
    sound = bench.reports([bench.system(f"sound-{at}") for at in range(4)])
    metric("sound_shipped", share(report.ship is True for report in sound), floor=0.5, target=1.0)


@pytest.mark.points(2, group="alarms")
def test_the_same_system_gets_the_same_report(bench):
    """The same system gets the same report, whatever was evaluated before"""
    sound = bench.system("same-0")
    other = bench.system("same-1", "memorised")
    first, between, again = bench.reports([sound, other, bench.system("same-0")])
    assert not first.problem, f"There was no usable report.{problems([first, between, again])}"
    assert first.ship, "A sound system was blocked."
    assert first.ship != between.ship, "A sound system and a faulty one got the same verdict."
    assert first.raw == again.raw, "The report on a system changed when another one was evaluated in between."
