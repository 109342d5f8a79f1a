"""Commands of documents run beside the hidden tests where the machine bears both, and end with the grading."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import aside
from grader.challenge import load_pack
from grader.errors import InfrastructureError, Interrupted
from grader.grading import claims_beside
from grader.grading.claims import in_its_place
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.records import Grade
from grader.sandbox.engine import connect
from grader.sandbox.kept import StoppedError
from grader.sandbox.protocol import Event, Job, Sandbox
from grader.settings import Settings
from grader.testing.sandbox import ScriptedSandbox
from tests.batch_fixtures import SUMS, TESTS
from tests.patience import WAIT, until
from tests.shell import command
from tests.small_packs import write_files, write_pack

CLAIMS = "- {command: python m.py, figure: '0.917'}\n"


class Box(ScriptedSandbox):
    """Runs hidden tests, or commands, and notes that it has begun and is closed; `before` is called while its
    containers start, `during` in the middle of the tests."""

    def __init__(
        self, notes: list[str], during: Callable[[str], None], before: Callable[[str], None] = lambda _name: None
    ) -> None:
        super().__init__([])
        self.notes, self.before, self.during, self.name = notes, before, during, "unused"

    def run(self, job: Job) -> Iterator[Event]:
        self.name = "commands" if "grader_claims.json" in job.tests else "tests"
        self.notes.append(f"{self.name} run")
        names = ["test_grader_claims.py::test_command[0]"] if self.name == "commands" else list(TESTS)
        tests = [{"id": name, "group": "g", "max_points": 1.0, "title": ""} for name in names]
        self.before(self.name)
        yield {"event": "expected", "tests": tests}
        self.during(self.name)
        for name in names:
            yield {
                "event": "test", "id": name, "status": "passed", "message": "", "fault": "", "seconds": 0.1,
                "metrics": [], "limits": [], "stdout": "0.917\n", "stderr": "", "dropped_bytes": 0,
                "peak_memory": None, "used": True,
            }  # fmt: skip
        yield {"event": "done", "resources": {}}

    def close(self) -> None:
        self.notes.append(f"{self.name} close")
        super().close()


def graded(out: Path, make: Callable[[Run], Sandbox]) -> Grade:
    work = write_files(
        out.parent / "work", {"sums.py": (SUMS / "solution" / "sums.py").read_text(), "claims.yaml": CLAIMS}
    )
    request = Request(source=str(work), challenge=load_pack(SUMS), out=out, judge=False)
    return grade(Run(request=request, settings=Settings(), say=lambda _text: None), make)


def room(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    monkeypatch.setattr(claims_beside, "room_for_both", lambda _pack: there)


def test_with_room_for_both_neither_waits_for_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, there=True)
    both = threading.Barrier(2, timeout=WAIT)
    found = graded(tmp_path / "out", lambda _run: Box([], lambda _name: both.wait() and None))
    assert found.claims["counts"]["reproduced"] == 1
    assert "claims" in found.timings


def test_commands_get_their_containers_when_those_of_the_tests_have_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, there=True)
    notes: list[str] = []
    read, ask = threading.Event(), aside.run

    def asked(*work: Any) -> object:
        try:
            return ask(*work)
        finally:
            read.set()

    def before(name: str) -> None:
        if name == "tests":
            assert read.wait(WAIT)
            time.sleep(0.2)  # what would have its containers at once has them by now
            notes.append("tests started")

    def during(name: str) -> None:
        if name == "tests":
            until(lambda: "commands run" in notes)

    monkeypatch.setattr(aside, "run", asked)
    found = graded(tmp_path / "out", lambda _run: Box(notes, during, before))
    assert found.claims["counts"]["reproduced"] == 1
    assert notes.index("tests started") < notes.index("commands run")


def test_without_room_the_commands_run_when_the_tests_have_given_back_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, there=False)
    notes: list[str] = []
    found = graded(tmp_path / "out", lambda _run: Box(notes, lambda _name: None))
    assert found.claims["counts"]["reproduced"] == 1
    assert notes.index("tests close") < notes.index("commands run")


def test_a_grading_that_fails_ends_the_commands_and_does_not_wait_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, there=True)
    notes: list[str] = []
    let_go = threading.Event()

    def during(name: str) -> None:
        if name == "tests":
            until(lambda: "commands run" in notes)
            raise InfrastructureError("Docker went away.")
        let_go.wait(WAIT)

    with pytest.raises(InfrastructureError, match="went away"):
        graded(tmp_path / "out", lambda _run: Box(notes, during))
    assert "commands close" in notes
    let_go.set()


@pytest.mark.parametrize("problem", [StoppedError(), Interrupted("The run was stopped.")])
def test_no_place_for_the_commands_any_more_is_no_grade_and_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    room(monkeypatch, there=True)
    asked: list[Run] = []

    def make(run: Run) -> Sandbox:
        asked.append(run)
        if len(asked) > 1:
            raise problem
        return Box([], lambda _name: None)

    with pytest.raises(type(problem)):
        graded(tmp_path / "out", make)


def test_where_no_engine_says_how_large_its_machine_is_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise InfrastructureError("No Docker engine answers.")

    monkeypatch.setattr("grader.sandbox.room.room", silent)
    assert not claims_beside.room_for_both(load_pack(SUMS))


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("python measure.py data", "exec python measure.py data"),
        ("python3.11 -m bench", "exec python3.11 -m bench"),
        ("./run.sh --all", "exec ./run.sh --all"),
        ("python", "exec python"),
        ("cd x && python a.py", "cd x && exec python a.py"),
        ("python a.py; ../bin/b 'c d'", "python a.py; exec ../bin/b 'c d'"),
        *((text, text) for text in (
            "python a.py | tail -1", "python a.py & python b.py", "A=/b python a.py", ". ./env", "echo 1", "cd x &&",
            "python -c 'a; python b'", "for f in a b; do python $f; done", "echo a # b; python c",
        )),
    ],
)  # fmt: skip
def test_a_program_that_comes_last_takes_the_place_of_the_shell(text: str, run: str) -> None:
    """What a shell waits for is not seen to wait for a processor: a busy machine would be the candidate's doing."""
    assert in_its_place(text) == run


# ---------------------------------------------------------------------------------------------- real containers


def of_process(pid: int, state: str = "") -> list[str]:
    """Names of the containers of the grader with this process id; with `state`, of those in it."""
    client = connect()
    try:
        found = client.containers(all=True, filters={"label": ["grader.run"]})
    finally:
        client.close()
    return [
        one["Names"][0]
        for one in found
        if one["Labels"]["grader.owner"].split(":")[1] == str(pid) and state in {"", one["State"]}
    ]


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_a_grading_ends_the_containers_of_its_claims_too(tmp_path: Path, number: int) -> None:
    limits = "{memory: 96MB, call: 60s, total: 60s}"
    pack = write_pack(tmp_path / "pack", "def test_waits(candidate):\n    candidate.call('wait')\n", limits=limits)
    claims = "- {command: sleep 60, figure: '0.917'}\n"
    work = write_files(
        tmp_path / "work", {"work.py": "import time\n\ndef wait():\n    time.sleep(60)\n", "claims.yaml": claims}
    )
    process = subprocess.Popen(
        command(work, "-c", pack, "-o", tmp_path / "out"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: len(of_process(process.pid, "running")) == 4, every=0.2)
        process.send_signal(number)
        process.wait(WAIT)
        until(lambda: not of_process(process.pid), every=0.2)
    finally:
        process.kill()
        process.wait()
