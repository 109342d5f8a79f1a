"""What host, verifier and bridge agree on: each says what the protocol has, and knows no more of the others."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader_protocol
from grader.sandbox import containers, failure, stream
from grader.sandbox.inside import agreed
from grader.sandbox.progress import Progress
from grader.sandbox.protocol import CandidateLimits, Job
from grader_verifier.observed import ReceivedJob
from tests import messages

ROOT = Path(__file__).parent.parent
INSIDE = ROOT / "sandbox"
OURS = {path.stem for path in INSIDE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, str(node.module).partition(".")[0]


def imports(*tops: Path) -> dict[str, str]:
    """Module → a place that imports it."""
    paths = [path for top in tops for path in ([top] if top.suffix else top.rglob("*.py"))]
    return {name: f"{path.relative_to(ROOT)}:{line}" for path in paths for line, name in imported(path)}


# ------------------------------------------------------------------------------------------------ who knows whom


def test_what_runs_beside_candidate_code_is_the_standard_library_and_the_protocol() -> None:
    found = imports(INSIDE / "grader_bridge", INSIDE / "grader_protocol.py")
    others = {name: place for name, place in found.items() if name not in sys.stdlib_module_names}
    assert others.keys() <= {"grader_bridge", "grader_protocol"}, others


def test_what_runs_inside_has_nothing_of_the_host() -> None:
    assert "grader" not in imports(*(path for path in INSIDE.iterdir() if path.stem in OURS))


@pytest.mark.slow
def test_the_host_has_nothing_of_what_runs_inside_but_the_protocol() -> None:
    found = {name: place for name, place in imports(ROOT / "grader").items() if name in OURS}
    assert found == {"grader_protocol": found.get("grader_protocol")}
    assert found["grader_protocol"].startswith("grader/sandbox/inside.py:")
    assert agreed.__file__ == grader_protocol.__file__


def test_at_run_time_the_protocol_imports_nothing() -> None:
    """It is read by pid 1 of the candidate's container, for which every module is time at each start."""
    tree = ast.parse((INSIDE / "grader_protocol.py").read_bytes())
    top = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert top == ["__future__"]
    assert not any(isinstance(node, ast.Import) for node in tree.body)


@pytest.mark.parametrize("name", ["MEETING", "SUBMISSION", "CODE", "PACKAGES", "DEPENDENCIES", "TESTS"])
def test_a_place_is_named_once(name: str) -> None:
    """No second place to change: whoever needs it has it from the protocol."""
    text = f'"{getattr(grader_protocol, name)}"'
    paths = [path for top in (INSIDE, ROOT / "grader") for path in top.rglob("*.py")]
    assert [path.name for path in paths if text in path.read_text("utf-8")] == ["grader_protocol.py"]


# ------------------------------------------------------------------------------------------------ what is said


def test_a_job_says_what_the_protocol_has_and_the_verifier_takes_all_of_it() -> None:
    job = Job(
        tests={"test_it.py": b"12"}, files={"work.py": b"345"}, module="work", seed=7, limits=CandidateLimits(),
        candidate_image="x",
    )  # fmt: skip
    line, _, rest = stream.encode(job, "name").partition(b"\n")
    header = json.loads(line)
    assert messages.wrong(header, "Header") == ""
    assert rest == b"12345"
    taken = {field for field in ReceivedJob.__dataclass_fields__ if field != "files"}
    assert header.keys() - {"bridge", "tests", "files"} == taken


def test_what_the_host_tells_in_the_verifiers_stead_is_what_it_would_have_told() -> None:
    progress = Progress()
    progress.hear({"event": "expected", "tests": [{"id": "a"}, {"id": "b"}]})
    progress.hear({"event": "in_hand", "test": "a"})
    verdict = failure.verifier_container(failure.Observation(daemon_reachable=True, in_hand=True, out_of_memory=True))
    told = list(progress.ended_by_the_candidate(verdict))
    assert [event["event"] for event in told] == ["test", "test", "done"]
    assert [messages.wrong_event(event) for event in told] == ["", "", ""]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"event": "connected"}, "lacks python"),
        ({"event": "connected", "python": "3.11", "extra": 1}, "has extra"),
        ({"event": "connected", "python": 3}, "python is int"),
        ({"event": "conected", "python": "3.11"}, "no event"),
        ({"event": "in_hand", "test": None}, "test is NoneType"),
    ],
)
def test_what_is_no_event_of_the_protocol_is_told_by_the_tests_own_check(event: dict[str, object], words: str) -> None:
    assert words in messages.wrong_event(event)


def test_both_containers_begin_at_what_is_there() -> None:
    commands = [
        containers.verifier_options()["container"]["Cmd"],
        containers.candidate_options(CandidateLimits(), "v", "r", "")["container"]["Cmd"],
    ]
    for command in commands:
        assert (INSIDE / Path(command[-1]).relative_to(grader_protocol.CODE)).is_file()
        assert "-m" not in command, "a module's name is looked for in the working folder, which the candidate fills"
