"""The time that a check says is left: by what ran, silent while too little has."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.check import Options, check
from grader.authoring.remaining import LEAST_RUNS, Remaining
from grader.cli.progress import Progress
from grader.settings import Settings
from tests.authoring_fakes import Maker, write_pack


def after(runs: int, *, seconds: float, here: int, later: int = 0, jobs: int = 1) -> Remaining:
    left = Remaining()
    left.plan({"mutation": later})
    left.begins(runs + here, jobs)
    for _ in range(runs):
        left.ended(seconds)
    return left


def test_nothing_is_said_before_some_have_run() -> None:
    assert after(LEAST_RUNS - 1, seconds=60, here=100).text() == ""
    assert after(LEAST_RUNS, seconds=60, here=100).text() == "about 100 min left"


@pytest.mark.parametrize(
    ("seconds", "here", "later", "jobs", "text"),
    [
        (6.0, 40, 0, 1, "about 4 min left"),
        (6.0, 40, 0, 2, "about 2 min left"),
        (6.0, 0, 40, 1, "about 4 min left"),
        (6.0, 7, 0, 1, "less than a minute left"),
        (6.0, 8, 0, 1, "about 1 min left"),
        (6.0, 3, 0, 1, ""),
        (6.0, 0, 0, 1, ""),
    ],
)
def test_what_is_left_is_what_runs_took_times_those_to_come(
    seconds: float, here: int, later: int, jobs: int, text: str
) -> None:
    assert after(10, seconds=seconds, here=here, later=later, jobs=jobs).text() == text


def test_the_first_run_which_may_build_an_image_says_nothing_of_the_others() -> None:
    left = Remaining()
    left.begins(60, 1)
    left.ended(600)
    for _ in range(9):
        left.ended(6)
    assert left.seconds == 6 * 50


def test_a_stage_that_is_left_out_is_not_waited_for() -> None:
    left = after(10, seconds=60, here=2, later=30)
    assert left.text() == "about 32 min left"
    left.reached("mutation")
    assert left.text() == "about 2 min left"


def test_a_check_counts_what_it_will_run_and_nothing_is_left_at_its_end(tmp_path: Path) -> None:
    left, to_come = Remaining(), dict[str, int]()
    told = lambda text: to_come.update({text[:6]: left.here + sum(left.stages.values())})  # noqa: E731
    options = Options(seeds=2, mutants=5, twice=False, order=False)
    check(write_pack(tmp_path), options, Settings(), Maker(), told, left=left)
    assert to_come["4 of 6"] == 2 + 5
    assert to_come["mutant"] == 0
    assert (left.here, left.stages) == (0, {})


def lines_of(texts: list[str], capsys: pytest.CaptureFixture[str], *, live: bool) -> str:
    left = iter(texts)
    progress = Progress(left=lambda: next(left))
    progress.live = live
    for number in range(len(texts)):
        progress.say(f"mutant {number}")
    return capsys.readouterr().err


def test_where_lines_stay_the_time_stands_only_where_it_has_changed(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines_of(["", "about 4 min left", "about 4 min left", "about 3 min left"], capsys, live=False)
    assert said.splitlines() == ["mutant 0", "mutant 1, about 4 min left", "mutant 2", "mutant 3, about 3 min left"]


def test_on_a_terminal_it_stands_in_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines_of(["about 4 min left", "about 4 min left"], capsys, live=True)
    assert said.count("about 4 min left …") == 2
