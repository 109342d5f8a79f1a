"""What one grading starts when: containers as soon as what they need is known, the rest while the tests run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.challenge import load_pack
from grader.errors import InfrastructureError
from grader.grading.containers import Containers
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.records import Grade
from grader.sandbox.protocol import Event, Job, Sandbox
from grader.settings import Settings
from grader.testing.sandbox import ScriptedSandbox
from grader_verifier import boot
from tests.batch_fixtures import SUMS
from tests.patience import until
from tests.sandbox_jobs import job

ROOT = Path(__file__).parent.parent
PASSED: Mapping[str, Any] = {
    "event": "test", "id": "t", "status": "passed", "message": "", "fault": "", "seconds": 0.1, "metrics": [],
    "limits": [], "stdout": "", "stderr": "", "dropped_bytes": 0, "peak_memory": None, "used": True,
}  # fmt: skip
EVENTS: Sequence[Event] = (
    {"event": "expected", "tests": [{"id": "t", "group": "adding", "max_points": 1.0, "title": ""}]},
    PASSED,
    {"event": "done", "resources": {}},
)


class Noted(ScriptedSandbox):
    """Notes when it is asked to run something, as Docker's begins then, and when the first event is asked for."""

    def __init__(self, notes: list[str], problem: InfrastructureError | None = None) -> None:
        super().__init__([] if problem else EVENTS, problem=problem)
        self.notes = notes

    def run(self, job: Job) -> Iterator[Event]:
        self.notes.append("begun")
        return self._heard(super().run(job))

    def _heard(self, events: Iterator[Event]) -> Iterator[Event]:
        self.notes.append("heard")
        yield from events


def graded(out: Path, notes: list[str]) -> Grade:
    request = Request(source=str(SUMS / "solution"), challenge=load_pack(SUMS), out=out, judge=False)
    made: list[Sandbox] = []

    def make(_run: Run) -> Sandbox:
        made.append(Noted(notes))
        return made[-1]

    return grade(Run(request=request, settings=Settings(), say=notes.append), make)


def test_what_was_begun_is_what_is_observed() -> None:
    notes: list[str] = []
    containers = Containers(lambda: Noted(notes))
    containers.begin(asked := job())
    assert notes == ["begun"]
    assert [test.id for test in containers.observe(asked).tests] == ["t"]
    assert notes == ["begun", "heard"]


def test_an_engine_that_vanishes_from_what_was_begun_is_asked_once_more() -> None:
    notes: list[str] = []
    boxes = [Noted(notes), Noted(notes, InfrastructureError("Docker went away.", retry=True))]
    containers = Containers(boxes.pop)
    containers.begin(asked := job())
    assert [test.id for test in containers.observe(asked).tests] == ["t"]
    assert notes == ["begun", "heard", "begun", "heard"]


def test_the_candidates_container_waits_for_nothing_but_the_submission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr("grader.grading.judging.start", _noting(notes, "judge"))
    graded(tmp_path / "out", notes)
    assert notes.index("begun") < notes.index("judge") < notes.index("heard")


def test_what_the_report_needs_is_imported_once_the_tests_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr("grader.grading.warm.warm_report", lambda: notes.append("warm"))
    graded(tmp_path / "out", notes)
    until(lambda: "warm" in notes)
    assert notes.index("heard") < notes.index("warm")
    assert notes.count("warm") == 1


def _noting(notes: list[str], word: str) -> Any:
    from grader.grading.judging import start

    def noted(*given: Any) -> Any:
        notes.append(word)
        return start(*given)

    return noted


def test_the_process_that_reads_files_for_a_page_reads_no_pack() -> None:
    script = "import sys; from grader.report import source; source.warm(); print('grader.challenge' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_a_host_that_has_hung_up_is_noticed_without_reading_what_it_sent() -> None:
    mine, its = os.pipe()
    try:
        os.write(its, b"a job")
        assert not boot.hung_up(mine)
        os.close(its)
        assert boot.hung_up(mine)
        assert os.read(mine, 10) == b"a job"
    finally:
        os.close(mine)
