"""The dossiers of the shipped challenge trade-off keep what its instruction and its hidden tests promise."""

from __future__ import annotations

import importlib
import json
import random
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

PACK = Path(__file__).resolve().parents[2] / "challenges" / "trade-off"
pytestmark = pytest.mark.packs
OWN = ("world", "reading", "estimates", "change", "columns", "demand", "rows", "rules", "sums", "forecasts")


@pytest.fixture(scope="module")
def pick() -> Iterator[ModuleType]:
    """The pack's `world.pick`, and the reference beside it, for as long as this file runs."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in OWN}
    places = [str(PACK / "tests"), str(PACK / "solution")]
    sys.path[:0] = places
    try:
        yield importlib.import_module("world.pick")
    finally:
        for place in places:
            sys.path.remove(place)
        for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
            del sys.modules[name]
        sys.modules.update(kept)


def test_the_same_seed_gives_the_same_dossiers_and_another_gives_others(pick: ModuleType) -> None:
    one, again, other = (pick.cases.__wrapped__(seed, "x", ("sparse", "plain")) for seed in (7, 7, 8))
    assert [case.dossier for case in one] == [case.dossier for case in again]
    assert not {case.dossier["id"] for case in one} & {case.dossier["id"] for case in other}


def test_the_public_data_is_what_the_generator_writes_and_shows_everything_odd_and_few_rows(pick: ModuleType) -> None:
    starter = importlib.import_module("world.starter")
    assert starter.untold() == set()
    files = starter.files()
    assert len(files) > 3
    assert {name: (PACK / "starter" / "data" / name).read_text("utf-8") for name in files} == files
    rows = {
        p.stem: len(json.loads(p.read_text("utf-8"))["latency"])
        for p in (PACK / "starter" / "data").glob("practice-*.json")
    }
    assert min(rows.values()) * 3 < statistics.median(rows.values())


def test_the_second_envelope_turns_the_shipped_choice_and_no_part_of_it_does_alone(pick: ModuleType) -> None:
    main = importlib.import_module("world.starter").main()
    assert pick.turns(main)
    assert pick.clear_before(main)
    assert pick.together(main)


def test_who_misses_one_thing_loses_the_dossiers_that_turn_on_it_and_no_others(pick: ModuleType) -> None:
    """So that the same work earns the same on every seed; and no way to answer blindly comes to where credit begins."""
    blind, futures, reading, sums = (
        importlib.import_module(f"world.{name}") for name in ("blind", "futures", "reading", "sums")
    )
    made = pick.cases(7, "choice", pick.KINDS, (pick.turns, pick.lone), untidy=0.1)
    for flaw in set(pick.KINDS) & set(pick.QUIRKS):
        missed = {
            case.kind for case in made if sums.best(reading.read(case.dossier, [flaw])) != sums.best(case.reading)
        }
        assert missed == {flaw}
    good = [[futures.regret(case.loss, choose(case.dossier)) <= 0.02 for case in made] for choose in blind.BLIND]
    assert max(statistics.fmean(each) for each in good) < 0.7


def test_where_few_rows_are_weighed_a_word_taken_for_all_costs_and_so_does_one_taken_for_nothing(
    pick: ModuleType,
) -> None:
    careful, sums = (importlib.import_module(f"world.{name}") for name in ("careful", "sums"))
    for case in pick.cases(3, "few", ("few", "telling") * 2, (pick.weighs,)):
        blind = sums.best(case.reading) if case.kind == "few" else careful.alike(case.reading)
        right = careful.choice(case.reading, careful.limit_of(case.dossier))
        assert case.loss[right] == min(case.loss.values())
        assert case.loss[blind] > 1.005 * case.loss[right]


def test_a_careful_readers_intervals_hold_eight_of_ten_outcomes_on_few_rows(pick: ModuleType) -> None:
    """Of 300 outcomes of each quantity, over 60 dossiers of five options."""
    careful, futures = (importlib.import_module(f"world.{name}") for name in ("careful", "futures"))
    held: dict[str, list[bool]] = {"cost": [], "p95": [], "right": []}
    rng = random.Random(1)
    for case in pick.cases(5, "held", ("sparse",) * 60):
        said = careful.forecasts(case.reading, careful.limit_of(case.dossier))
        for option in case.world.options:
            came = futures.outcomes(case.seed, case.world, option)
            for name, hits in held.items():
                low, high = said[option.name][name]
                hits.append(low <= rng.choice(came[name]) <= high)
    shares = {name: statistics.fmean(hits) for name, hits in held.items()}
    assert {name: share for name, share in shares.items() if not 0.7 < share < 0.95} == {}


def test_the_reference_expects_what_the_tests_expect_though_written_apart(pick: ModuleType) -> None:
    careful = importlib.import_module("world.careful")
    reading, estimates = (importlib.import_module(name) for name in ("reading", "estimates"))
    for case in pick.cases(6, "apart", ("sparse", "plain")):
        own = estimates.expected(reading.read(case.dossier))
        assert own == pytest.approx(careful.expected(case.reading, careful.limit_of(case.dossier)), rel=1e-9)
