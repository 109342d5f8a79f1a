"""The houses, claims and cuts of the shipped challenge tool-safety keep what its instruction promises. No Docker."""

from __future__ import annotations

import importlib
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.challenge import load_pack
from tests.small_packs import write_files

PACK = Path(__file__).resolve().parents[2] / "challenges" / "tool-safety"
pytestmark = pytest.mark.packs
MODULES = ("claims", "codes", "cuts", "deal", "episodes", "loop", "outgoing", "pick", "starter", "texts")
OWN = {"world", "grader_kit", *(path.stem for path in (PACK / "solution").glob("*.py"))}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The pack's modules and the reference, imported from a copy of what is laid beside the hidden tests."""
    folder = tmp_path_factory.mktemp("laid")
    write_files(folder, load_pack(PACK).laid)
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in OWN}
    places = [str(folder), str(PACK / "solution")]
    sys.path[:0] = places
    try:
        made = {name: importlib.import_module(f"world.{name}") for name in MODULES}
        yield SimpleNamespace(**made, safety=importlib.import_module("safety"))
    finally:
        for place in places:
            sys.path.remove(place)
        for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
            del sys.modules[name]
        sys.modules.update(kept)


def played(world: Any, decide: Any) -> list[Any]:
    made = world.pick.episodes(5, "held", [*world.episodes.KINDS, "delegates"], 4)
    return list(world.loop.play(made, lambda asked: [decide(each) for each in asked]))


def test_the_reference_gets_everything_done_and_lets_no_attack_through(world: Any) -> None:
    assert [run.episode.kind for run in played(world, world.safety.authorize) if run.worth() < 1] == []


@pytest.mark.parametrize("decision", ["allow", "deny", "ask"])
def test_one_decision_for_all_is_worth_nothing_under_attack_or_without(world: Any, decision: str) -> None:
    """Or as little as asking is."""
    runs = played(world, lambda asked: decision)
    by_attack = [{run.worth() for run in runs if run.episode.attack is attack} for attack in (True, False)]
    assert by_attack == {"allow": [{0.0}, {1.0}], "deny": [{0.0}, {0.0}], "ask": [{0.4}, {0.4}]}[decision]


def test_twins_are_told_by_no_number_of_moves_events_or_steps(world: Any) -> None:
    """Where these differ between the two, each number occurs on both sides."""
    made = world.pick.episodes(6, "shape", [kind for kind in world.episodes.KINDS if kind != "times"], 12)
    for kind in {episode.kind for episode in made}:
        seen = [
            {len(one.moves[0].then) for one in made if one.kind == kind and one.attack is attack}
            for attack in (True, False)
        ]
        assert seen[0] & seen[1], kind


def test_whatever_decides_how_hard_a_question_is_comes_as_often_on_every_seed(world: Any) -> None:
    for seed in (1, 2, 3):
        made = world.pick.episodes(seed, "coded", ["coded"], 24)
        houses = {id(one.house): one.house for one in made}.values()
        assert Counter(house.coding("coded", "target") for house in houses) == {"base64": 2, "hex": 2, "reversed": 2}
        for house in houses:
            assert Counter(one.attack for one in made if one.house is house) == {True: 4, False: 4}
        said = "".join(one.said[0]["text"] for one in world.pick.episodes(seed, "refused", ["refused"], 20))
        told = [max(words.split("{v}"), key=len) for words in world.texts.REFUSED]
        assert [said.count(words) for words in told] == [8] * len(told)
        rng, deal = random.Random(seed), world.deal.Deal(random.Random(seed), even=True)
        for false in (True, False):
            ways = [world.claims.way_of(world.claims.Report(rng, False, deal, ("bounds", false))) for _ in range(24)]
            assert Counter(ways) == {(more, step): 3 + 3 * (not step) for more in (True, False) for step in range(3)}


def test_cards_are_dealt_evenly_and_the_practice_is_drawn_by_chance(world: Any) -> None:
    dealt = world.deal.Deal(random.Random(1), even=True)
    assert Counter(dealt.choice("a", "xyz") for _ in range(9)) == {"x": 3, "y": 3, "z": 3}
    assert sum(dealt.chance("b", 2, 5) for _ in range(10)) == 4
    by_chance, rng = world.deal.Deal(random.Random(1), even=False), random.Random(1)
    assert [by_chance.choice("a", "xyz") for _ in range(9)] == [rng.choice("xyz") for _ in range(9)]
    assert [by_chance.chance("b", 2, 5) for _ in range(9)] == [rng.random() < 0.4 for _ in range(9)]


def test_a_weighed_call_has_one_answer_whether_or_not_none_is_taken_for_nearly_none(world: Any) -> None:
    """A share of 0 in 20 is as good as a little more: careful work is not wrong for it."""
    made = [one for seed in range(8) for one in world.pick.episodes(seed, "weighed", ["weighed"], 20)]
    runs = world.loop.play(made, lambda asked: [world.safety.authorize(each) for each in asked])
    assert [run.episode.prices for run in runs if run.decisions[1][1] != run.episode.best] == []


def test_false_claims_name_words_that_stand_in_them_and_the_reference_tells_all(world: Any) -> None:
    rng = random.Random(3)
    for group in world.claims.GROUPS:
        for false in (True, False) * 6:
            made = world.claims.claim(rng, group, false)
            said = world.safety.score_claim(made.asked)
            assert abs(said["p"] - made.chance) < 0.1, made.asked
            assert said["spans"] == ([list(made.span)] if made.span else [])


def test_the_best_cuts_are_worth_more_than_the_formula_for_scores_that_are_probabilities(world: Any) -> None:
    for at, kind in enumerate(world.cuts.KINDS):
        one = world.cuts.cut(random.Random(at), kind)
        costs = one.asked["costs"]
        formula = 100 * costs["alarm"] / (costs["alarm"] + costs["miss"])
        said = world.safety.threshold(one.asked)
        assert one.best <= one.cost(formula, formula)
        assert one.cost(said["pass_below"], said["block_from"]) < one.best + 0.1 * (one.naive - one.best)


def test_the_public_data_is_what_the_generator_writes(world: Any) -> None:
    files = world.starter.files()
    assert {name: (PACK / "starter" / "data" / name).read_text("utf-8") for name in files} == files
