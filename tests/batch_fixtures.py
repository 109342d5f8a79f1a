"""A sandbox that grades by what is written in a submission, and folders of submissions for it."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.batch.attempts import BatchOutcome
from grader.batch.entries import BatchEntry, from_folder
from grader.batch.finished import wanted
from grader.batch.runner import BatchPlan
from grader.challenge import load_pack
from grader.errors import InfrastructureError
from grader.grading.run import Run
from grader.sandbox.protocol import Event, Job
from grader.settings import Settings

SUMS = Path(__file__).parent / "packs" / "sums"
TESTS = {"test_sums.py::test_adds": 1.0, "test_sums.py::test_measures": 4.0, "test_sums.py::test_runs": 1.0}
"""Hidden tests that the sandbox below plays, and their points."""


class Scripted:
    """A sandbox without Docker. A test passes when its name is in `sums.py`; `faults` counts down how often a
    submission whose files hold a word meets a fault of the machine first."""

    def __init__(self, run: Run, faults: dict[str, int], ran: list[str]) -> None:
        self.run_id, self.faults, self.ran, self.name = run.id, faults, ran, run.request.out.name

    def boot(self) -> None: ...

    def run(self, job: Job) -> Iterator[Event]:
        self.ran.append(self.name)
        if self.faults.get(self.name, 0) > 0:
            self.faults[self.name] -= 1
            raise InfrastructureError("Docker went away.")
        text = job.files["sums.py"].decode()
        if "surprise" in text:
            raise ZeroDivisionError("nobody thought of this")
        tests = [{"id": name, "group": "adding", "max_points": most, "title": ""} for name, most in TESTS.items()]
        yield {"event": "expected", "tests": tests}
        for name in TESTS:
            yield event(name, passed=name.rpartition("::")[2] in text)
        yield {"event": "done", "resources": {}}

    def facts(self) -> Mapping[str, Any]:
        return {}

    def close(self) -> None: ...


def event(name: str, *, passed: bool) -> dict[str, Any]:
    return {
        "event": "test", "id": name, "status": "passed" if passed else "failed",
        "fault": None if passed else "candidate",
        "used": True, "metrics": [], "seconds": 0.01, "message": "" if passed else "it did not", "limits": [],
        "stdout": "", "stderr": "", "dropped_bytes": 0, "peak_memory": None,
    }  # fmt: skip


class Quiet:
    """A watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.outcomes: list[BatchOutcome] = []
        self.lock = threading.Lock()

    def started(self, entry: BatchEntry) -> None: ...
    def stage(self, entry: BatchEntry, text: str) -> None: ...
    def tests(self, entry: BatchEntry, done: int, total: int) -> None: ...
    def stopping(self) -> None: ...

    def finished(self, outcome: BatchOutcome) -> None:
        with self.lock:
            self.outcomes.append(outcome)


def submissions(root: Path, passing: Mapping[str, Sequence[str]]) -> Path:
    """A folder of submissions: name → tests that it passes. Names that end in .zip become archives."""
    root.mkdir(parents=True, exist_ok=True)
    for name, tests in passing.items():
        text = f"# {name}\n" + "".join(f"{test} = True\n" for test in tests)
        if name.endswith(".zip"):
            with zipfile.ZipFile(root / name, "w") as archive:
                archive.writestr("sums.py", text)
        else:
            (root / name).mkdir()
            (root / name / "sums.py").write_text(text)
    return root


ALL = ("test_adds", "test_measures", "test_runs")


def plan(folder: Path, out: Path, **changes: Any) -> BatchPlan:
    challenge = load_pack(SUMS)
    values: dict[str, Any] = {
        "entries": from_folder(folder, out).entries,
        "out": out,
        "jobs": 2,
        "want": wanted(challenge, Settings(), judge=False),
        "retry_seconds": (0.0, 0.0),
    }
    return BatchPlan(**{**values, **changes})
