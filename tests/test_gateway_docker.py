"""The model gateway in real containers: the unchanged openai package, and a submission that is easily turned."""

from __future__ import annotations

import fcntl
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.settings import Settings
from tests.shell import command, without_network

CHATTY = Path(__file__).parent / "packs" / "chatty"

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def image() -> None:
    from grader.doctor import mend

    with open(Path(tempfile.gettempdir()) / "grader-tests.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mend(Settings(), lambda _text: None, [str(CHATTY)])


def run(submission: Path, out: Path) -> dict[str, Any]:
    request = Request(source=str(submission), challenge=CHATTY, out=out, judge=False)
    grade(Run(request=request, settings=Settings(), say=lambda _text: None))
    found: dict[str, Any] = json.loads((out / "grade.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.usefixtures("image")
def test_the_openai_package_works_unchanged_and_what_it_did_is_evidence(tmp_path: Path) -> None:
    from grader.grading.observed import model_calls
    from grader.result.evidence import load_observed

    found = run(CHATTY / "solution", tmp_path)
    lost = {test["id"]: test["message"] for test in found["objective"]["tests"] if test["points"] < test["max_points"]}
    assert lost == {}
    tests = {test["id"].partition("::")[2]: test for test in found["objective"]["tests"]}
    assert [call["purpose"] for call in tests["test_answer"]["model_calls"]] == [
        "embeddings chatty-embed", "chat chatty-small",
    ]  # fmt: skip
    assert [call["fault"] for call in tests["test_rate_limit"]["model_calls"]] == ["rate_limit", "rate_limit", "", ""]
    assert "model_calls" not in tests["test_environment"]
    metrics = {metric["name"]: metric["value"] for metric in tests["test_budget"]["metrics"]}
    assert 0.4 < metrics["model time"] < 2
    trace = model_calls(load_observed(tmp_path).tests)
    assert len(trace) == sum(len(test.get("model_calls", [])) for test in tests.values())
    assert [call["started"] for call in trace] == sorted(float(str(call["started"])) for call in trace)


@pytest.mark.usefixtures("image")
def test_on_a_host_without_a_network_one_that_fences_nothing_off_loses_exactly_the_injection(tmp_path: Path) -> None:
    """The model is in the verifier, the engine behind a socket: nothing of a grading needs a network."""
    words = command(CHATTY / "submissions" / "naive", "--challenge", CHATTY, "--out", tmp_path, "--no-judge")
    done = subprocess.run([*without_network(), *words], capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert found["provenance"]["model_calls"]
    lost = [test["id"] for test in found["objective"]["tests"] if test["points"] < test["max_points"]]
    assert lost == ["test_chatty.py::test_injection"]
