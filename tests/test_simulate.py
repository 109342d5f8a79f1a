"""The simulation of the queue keeps the bounds that arithmetic gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.simulate import World, simulate

QUIET = World(machines=5, grading=3.0, spread=0.0, statements=0.002, beat=0.0, megabytes=0.0)


def test_where_nothing_is_scarce_the_slots_do_what_they_can() -> None:
    found = simulate(QUIET)
    assert found.per_hour == pytest.approx(3600 * 20 / 3.002, rel=0.02)
    assert found.limit == "the slots themselves"


def test_a_slow_database_is_the_limit_and_is_found() -> None:
    found = simulate(replace(QUIET, statements=2.0, database_cores=1))
    assert found.per_hour == pytest.approx(1800, rel=0.02)
    assert found.limit == "Postgres"
    assert found.used["Postgres"] > 0.98


def test_signs_of_life_take_their_part_of_the_database() -> None:
    world = replace(QUIET, statements=2.0, database_cores=1, beat=1.0)
    assert world.database_left == pytest.approx(0.5)
    assert simulate(world).per_hour == pytest.approx(900, rel=0.03)


def test_the_judges_rate_is_the_limit_where_it_is_low() -> None:
    found = simulate(replace(QUIET, judge_calls=10, judge_rate=300.0, judge_seconds=1.0))
    assert found.per_hour == pytest.approx(1800, rel=0.03)
    assert found.limit == "the judge's rate"


def test_the_same_seed_gives_the_same_hour() -> None:
    world = replace(QUIET, spread=0.4)
    assert simulate(world, seed=3) == simulate(world, seed=3)
