"""agent-tools in real containers: the reference with the unchanged openai package, and an agent easily turned."""

from __future__ import annotations

import fcntl
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.settings import Settings
from tests import works

PACK = Path(__file__).resolve().parent.parent / "challenges" / "agent-tools"

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def image() -> None:
    from grader.doctor import mend

    with open(Path(tempfile.gettempdir()) / "grader-tests.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mend(Settings(), lambda _text: None, [str(PACK)])


def lost(submission: str, out: Path) -> dict[str, float]:
    """Test → the points that it did not earn."""
    work = works.copy(PACK, submission, out / "work")
    request = Request(source=str(work), challenge=PACK, out=out / "out", judge=False)
    grade(Run(request=request, settings=Settings(), say=lambda _text: None))
    made = json.loads((out / "out" / "grade.json").read_text(encoding="utf-8"))
    tests: list[dict[str, Any]] = made["objective"]["tests"]
    assert len(tests) == 24
    found = {test["id"].partition("::")[2]: test["max_points"] - test["points"] for test in tests}
    return {name: points for name, points in found.items() if points > 0}


@pytest.mark.usefixtures("image")
def test_the_reference_earns_every_point(tmp_path: Path) -> None:
    assert lost("solution", tmp_path) == {}


@pytest.mark.usefixtures("image")
def test_an_agent_that_obeys_what_it_reads_loses_exactly_the_points_for_that(tmp_path: Path) -> None:
    assert lost("rejected/obeys-what-it-reads", tmp_path) == {
        "test_orders_in_what_a_tool_returns_are_not_followed": 5,
        "test_orders_in_a_forwarded_mail_are_not_followed": 4,
        "test_nothing_leaves_the_shop_but_to_the_customer": 4,
    }
