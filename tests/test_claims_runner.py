"""When a command is run on other data: as long as that can change what is said of a stated figure, and no longer."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.claims import documents, numbers
from grader.claims.marks import CommandOutcome, marked
from grader.grading import claims
from grader.grading.claims import Planned
from grader.grading.claims_runner import RUNNER
from tests.small_packs import write_files

GIVEN = "read 240\ngerman: 0.917 of 31\nfrench: 0.84\n"
MOVED = GIVEN.replace("240", "255").replace("0.917 of 31", "0.902 of 37").replace("0.84", "0.79")


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """The trusted test as the verifier has it, for a document that states 0.917 of 31."""
    for name in ("in_order", "points"):
        request.config.addinivalue_line("markers", f"{name}: of hidden tests")
    todo = {"runs": [], "stated": [["0.917", None], ["31", None]], "most": 2_000}
    write_files(
        tmp_path,
        {
            "grader_claims.json": json.dumps(todo),
            "test_grader_claims.py": RUNNER,
            "grader_claims_numbers.py": Path(numbers.__file__).read_bytes(),
        },
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "grader_claims_numbers", raising=False)
    spec = importlib.util.spec_from_file_location("claims_runner", tmp_path / "test_grader_claims.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def opened(runner: ModuleType, data: int, *printed: str | None, often: bool = False) -> bool:
    """Whether it is run on set `data`, after it has printed so much on the sets before."""
    runner.PRINTED.update({(0, at): text for at, text in enumerate(printed) if text is not None})
    return bool(runner.still_open({"number": 0, "data": data, "often": often}))


def test_what_prints_no_figure_that_is_stated_is_not_run_on_other_data(runner: ModuleType) -> None:
    assert not opened(runner, 1, "all is well, 12 of 12\n")
    assert not opened(runner, 1, None), "it could not be run at all"


def test_what_prints_a_stated_figure_is_run_on_other_data(runner: ModuleType) -> None:
    assert opened(runner, 1, GIVEN)


def test_where_all_that_is_stated_has_moved_no_second_set_is_tried(runner: ModuleType) -> None:
    assert not opened(runner, 2, GIVEN, MOVED)


@pytest.mark.parametrize(
    "fresh",
    [GIVEN, MOVED.replace("0.902", "0.917"), MOVED.replace("0.902 of 37", "0.917 of 31"), "by slice 7: 0.917\n"],
    ids=["all", "the share", "its line", "in other words"],
)
def test_where_a_stated_figure_stayed_the_same_a_second_set_says_whether_by_chance(
    fresh: str, runner: ModuleType
) -> None:
    assert opened(runner, 2, GIVEN, fresh)


def test_what_is_run_several_times_is_tried_on_all_sets(runner: ModuleType) -> None:
    assert opened(runner, 2, GIVEN, MOVED, often=True)


def test_no_mark_and_no_flag_depends_on_a_set_that_was_left_out(runner: ModuleType) -> None:
    text = f"```console\n$ python measure.py\n{GIVEN}```\n".encode()
    found = documents.read({"EVAL.md": text})
    for first in (GIVEN, MOVED, MOVED.replace("0.79", "0.84"), GIVEN.replace("240", "241"), "nothing\n"):
        runner.PLAN["stated"] = [[one.figure, one.within] for one in found.stated]
        if not opened(runner, 2, GIVEN, first):
            for second in (GIVEN, MOVED, first):
                short = marked(found, [CommandOutcome(outputs=(GIVEN,), fresh=(first,))])
                whole = marked(found, [CommandOutcome(outputs=(GIVEN,), fresh=(first, second))])
                assert short["figures"] == whole["figures"]


def event(**more: Any) -> dict[str, Any]:
    plain = {"event": "test", "status": "passed", "fault": None, "message": "", "used": True, "seconds": 0.5}
    return {**plain, "limits": [], "stdout": "right 0.917\n", **more}


def outcome(*events: dict[str, Any]) -> CommandOutcome:
    """What became of one command: the first event is of the data as given, the others of other data."""
    found = documents.read({"EVAL.md": b"By `python measure.py`: 0.917 right.\n"})
    told = [one | {"id": f"test_grader_claims.py::test_command[{at}]"} for at, one in enumerate(events)]
    (one,) = claims.collected(found, [Planned(0, data) for data in range(len(events))], told, "")
    return one


def test_a_set_that_was_left_out_is_no_output_and_no_fault() -> None:
    one = outcome(event(), event(stdout="right 0.902\n"), event(used=False, stdout=""))
    assert (one.reason, one.fresh, one.not_fresh) == ("", ("right 0.902\n",), "")
    one = outcome(event(), event(used=False, stdout=""), event(used=False, stdout=""))
    assert (one.reason, one.fresh, one.not_fresh) == ("", (), "it prints no figure that is stated")


def test_a_bomb_of_processes_that_keeps_itself_waiting_is_the_candidates_doing() -> None:
    slow = {"status": "error", "fault": "infrastructure", "stdout": ""}
    assert outcome(event(**slow, limits=["processes"])).fault == "candidate"
    assert outcome(event(**slow)).fault == "infrastructure"
