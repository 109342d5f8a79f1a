"""Submissions that read no question: what they answer, what is told of them, and that a pack which lets them earn is
found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.authoring import guessing
from grader.authoring.guessing import Guessed, findings
from grader.authoring.runs import Ran, Runner, kept
from grader.challenge import load_pack
from grader.challenge.findings import FindingKind
from grader.settings import Settings
from tests import works

POINTS: Any = SimpleNamespace(points=SimpleNamespace(max_points=100.0))


def judged(**shares: tuple[float, ...]) -> list[Any]:
    base = {"silence": (0.0, 0.0), "commonest": (0.02, 0.01), "chance": (0.01, 0.04, 0.0)}
    ways = dict.fromkeys(guessing.WAYS, (0.0, 0.0))
    return findings([Guessed(way=w, shares=s) for w, s in {**base, **ways, **shares}.items()], "pack", "here", POINTS)


def test_who_earns_more_by_a_place_than_by_chance_is_named_with_what_is_allowed() -> None:
    (told,) = judged(place=(0.3, 0.28))
    assert told.outcome is FindingKind.BROKEN
    assert told.promise == "order"
    assert "pack: who answers by its place among the calls earns 29.0% of the points (29.0 of 100)" in told.text
    assert told.text.endswith("; allowed 6.0 %: 4.0 % that chance gives, plus 2 %")
    assert told.facts["shares"]["place"] == [0.3, 0.28]


@pytest.mark.parametrize(("earned", "holds"), [((0.06, 0.06), True), ((0.09, 0.02), True), ((0.07, 0.06), False)])
def test_the_mean_over_the_seeds_counts_against_the_best_single_run_by_chance(
    earned: tuple[float, ...], holds: bool
) -> None:
    (told,) = judged(size=earned)
    assert (told.outcome is FindingKind.FOUND) == holds


def test_each_way_that_earns_too_much_is_a_finding_of_its_own() -> None:
    assert [told.facts["way"] for told in judged(place=(0.3, 0.3), number=(0.2, 0.2))] == ["place", "number"]


def test_a_guess_that_could_not_be_run_is_no_guess_that_earned_nothing() -> None:
    guesses = [Guessed(way="silence", shares=(0.0,)), Guessed(way="place", shares=(), problems=("no container",))]
    (told,) = findings(guesses, "pack", "here", POINTS)
    assert told.outcome is FindingKind.BROKEN
    assert "no container" in told.text


# ------------------------------------------------------------------------------------------------ the modules


def call(folder: Path, *names: str) -> list[Any]:
    """What the module `work` in `folder` answers to calls of these functions, in one process."""
    code = (
        "import json, sys, importlib; module = importlib.import_module('work');"
        "print('\\n@' + json.dumps([getattr(module, name)('x' * len(name)) for name in sys.argv[1:]], default=str))"
    )
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "said").write_text(done.stdout)
    return list(json.loads(done.stdout.rpartition("@")[2]))


def replayer(folder: Path, by: str) -> Path:
    """Two tests were recorded: replies 0, 1, 1 of `f`; then 0, 2 of `f` and 3 of `longer`."""
    tests = [
        [["f", 40, 20, 0], ["f", 20, 30, 1], ["f", 0, 40, 1]],
        [["f", 90, 20, 0], ["f", 60, 50, 2], ["longer", 0, 60, 3]],
    ]
    given = {"by": by, "draw": "0", "replies": ["a", "b", "c", {"d": 1}], "tests": tests, "numbers": [10, 50]}
    folder.mkdir()
    (folder / "work.py").write_bytes(guessing.source("replayer"))
    (folder / "answers.json").write_text(json.dumps(given))
    return folder


@pytest.mark.parametrize(
    ("by", "answers"),
    [
        ("place", ["a", "b", "b", {"d": 1}]),
        ("last", ["a", "b", "b", {"d": 1}]),
        ("commonest", ["a", "a", "a", {"d": 1}]),
        ("silence", [None, None, None, None]),
        ("size", ["a", "a", "a", {"d": 1}]),
    ],
)
def test_a_replayer_answers_by_what_it_is_told_to(tmp_path: Path, by: str, answers: list[Any]) -> None:
    assert call(replayer(tmp_path / "work", by), "f", "f", "f", "longer") == answers


@pytest.mark.parametrize("by", ["test", "number", "list", "chance"])
def test_every_way_answers_with_something_that_was_recorded(tmp_path: Path, by: str) -> None:
    said = call(replayer(tmp_path / "work", by), "f", "f", "f", "longer", "unknown")
    assert set(said[:3]) <= {"a", "b", "c"}
    assert said[3:] == [{"d": 1}, None]


def test_a_recorder_says_what_is_replied_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_bytes(guessing.source("recorder"))
    (tmp_path / "recorded_original.py").write_text(
        "def f(x):\n    return [len(x)]\n\nclass Kept:\n    def __init__(self, x): self.x = x\n"
    )
    assert call(tmp_path, "f", "f", "Kept")[:2] == [[1], [1]]
    event = {"event": "test", "stdout": (tmp_path / "said").read_text()}
    recorded = guessing.read(Ran(name="recorder", events=({"event": "done"}, event)))
    assert recorded.replies == [[1], {"made": True}]
    assert [call[0] for call in recorded.tests[0]] == ["f", "f", "Kept"]
    assert [call[3] for call in recorded.tests[0]] == [0, 0, 1]
    assert recorded.numbers[0] > 0


# ------------------------------------------------------------------------------------------------ a pack


TESTS = """
import random

import pytest


@pytest.mark.points(10)
def test_even_numbers_come_first(candidate, metric, seed):
    rng = random.Random(seed)
    numbers = [2 * rng.randrange(500) for _ in range(20)] + [2 * rng.randrange(500) + 1 for _ in range(20)]
    said = candidate.map("odd", numbers{how})
    metric("right", sum(a == n % 2 for a, n in zip(said, numbers)) / 40, floor=0.75, target=1.0)
"""


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize(
    ("how", "ways"),
    [(", in_order=True", {"place", "test", "number", "list"}), ("", set())],
    ids=["in order", "drawn"],
)
def test_a_pack_that_asks_in_a_fixed_order_is_found(sums: Path, tmp_path: Path, how: str, ways: set[str]) -> None:
    pack = tmp_path / "odd"
    files = {
        "challenge.yaml": (sums / "challenge.yaml").read_text().replace("id: sums", "id: odd"),
        "rubric.yaml": (sums / "rubric.yaml").read_text(),
        "instruction.md": "# Odd\n",
        "tests/test_odd.py": TESTS.replace("{how}", how),
        "solution/MODULE.py": "def odd(n):\n    return n % 2\n",
    }
    for name, text in files.items():
        path = pack / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    challenge = load_pack(pack)
    (pack / "solution" / "MODULE.py").rename(pack / "solution" / f"{challenge.interface.module}.py")
    settings = Settings()
    reference = Ran(name="solution", submission=works.read(pack, "solution"))
    with kept(settings, 2) as make:  # as `grade challenge check` does
        told = guessing.check(Runner(challenge, settings, make), reference, lambda _text: None)
    found = {str(finding.facts.get("way")) for finding in told if finding.outcome is FindingKind.BROKEN}
    assert found == ways, [finding.text for finding in told]
