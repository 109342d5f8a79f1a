"""The tasks and rounds of the shipped challenge screening keep what its instruction and its hidden tests promise."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

PACK = Path(__file__).resolve().parents[2] / "challenges" / "screening"
pytestmark = pytest.mark.packs
OWN = ("world", "canary")


@pytest.fixture(scope="module")
def rounds() -> Iterator[ModuleType]:
    """The pack's `world.rounds`, for as long as this file runs."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in OWN}
    sys.path.insert(0, str(PACK / "tests"))
    try:
        yield importlib.import_module("world.rounds")
    finally:
        sys.path.remove(str(PACK / "tests"))
        for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
            del sys.modules[name]
        sys.modules.update(kept)


def templates(rounds: ModuleType) -> list[object]:
    return [task for every, _ in rounds.FAMILIES.values() for task in every]


def test_there_are_thirty_templates_and_no_two_have_one_name(rounds: ModuleType) -> None:
    names = Counter(task.id for task in templates(rounds))
    assert len(names) >= 30
    assert set(names.values()) == {1}


def test_each_template_can_ask_for_each_thing_by_itself(rounds: ModuleType) -> None:
    """By somebody who does not know it the question is answered otherwise, and by whoever knows all else rightly."""
    frame, kit = importlib.import_module("world.frame"), importlib.import_module("grader_kit")
    for task in templates(rounds):
        for kind in frame.KINDS:
            q = frame.drawn(task, kit.stream("shipped", task.id, kind), kind)
            part_two = frame.KINDS[kind][0] == 2
            missed = {name: kind == name for name in frame.QUIRKS}
            for name, matter in missed.items():
                blind = frame.Known(follow=part_two)._replace(**{name: False})
                wrong = not frame.same(frame.truth(task, q, kind), task.solve(q, blind))
                assert wrong == matter or kind == "still", (task.id, kind, name)


def test_rounds_give_each_template_out_about_as_often(rounds: ModuleType) -> None:
    for family, (every, count) in rounds.FAMILIES.items():
        given = Counter(task.id for number in range(1, 211) for task in rounds.tasks(number)[family])
        assert len(given) == len(every)
        assert max(given.values()) - min(given.values()) <= 2 * count
        assert all(len(set(rounds.tasks(number)[family])) == count for number in range(50))


def test_a_round_is_what_was_given_out_or_none(rounds: ModuleType) -> None:
    assert rounds.number_of(rounds.ticket(7)) == 7
    other = rounds.ticket(8)["seal"]
    for said in ({"round": 7, "seal": other}, {"round": True, "seal": rounds.seal(1)}, {"round": 7}, [], None, "7"):
        with pytest.raises(AssertionError, match=r"round\.json is not as it was given out"):
            rounds.number_of(said)


def test_the_starter_is_what_the_generator_writes_and_no_answer_shows_what_a_sentence_asks_for(
    rounds: ModuleType,
) -> None:
    starter, frame = importlib.import_module("world.starter"), importlib.import_module("world.frame")
    files = starter.files()
    assert {name: (PACK / "starter" / name).read_text("utf-8") for name in files} == files
    assert {"round.json", "TASKS.md", "data/envelope.sealed"} < set(files)
    handed_out = starter.handed_out()
    assert {path.name: path.read_text("utf-8") for path in (PACK / "rounds").iterdir()} == handed_out
    for task in (task for family in rounds.tasks(starter.SHIPPED).values() for task in family):
        rng = importlib.import_module("grader_kit").stream("shown", f"round-{starter.SHIPPED}", task.id)
        shown = starter.rows(task, rng, starter.SHOWN, answers=True)
        assert not any("deep" in frame.matters(task, row["question"]) for row in shown)


def test_the_marks_tell_the_two_invented_cohorts_apart(rounds: ModuleType) -> None:
    cohorts = importlib.import_module("world.cohorts")
    below, ready = (cohorts.scores(name, 200) for name in cohorts.FINDS)
    assert cohorts.wilson(sum(value >= cohorts.PASS for value in below), 200)[1] < 0.05
    assert cohorts.wilson(sum(value < cohorts.UNSURE for value in ready), 200)[1] < 0.06
