"""A pack small enough to read at a glance, and a sandbox that plays its hidden tests without Docker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.errors import InfrastructureError
from grader.sandbox.protocol import Event, Job

CANARY = "canary-for-the-tests-0123456789"
FILES = {
    "challenge.yaml": """\
schema: 1
id: tiny
version: 1.0.0
title: Tiny
primary_competency: coding_fundamentals
secondary_competencies: [evaluation_methodology]
interface: {kind: python, module: work}
submission: {required: [work.py, NOTES.md]}
limits: {memory: 100MB, call: 2s, total: 20s}
weights: {objective: 60, subjective: 40}
groups:
  first: {title: First}
  second: {title: Second}
""",
    "instruction.md": "# Tiny\n\nHand in `work.py` and `NOTES.md`.\n",
    "rubric.yaml": """\
schema: 1
criteria:
  - id: notes
    competency: evaluation_methodology
    question: What do the notes say?
    evidence: [NOTES.md]
    levels:
      1: Names no limit of the work at all.
      2: Names one limit without an example.
      3: Names one limit with an example input.
      4: As level 3 for two limits.
      5: As level 4, and says which one to mend first.
""",
    "tests/test_it.py": f'CANARY = "{CANARY}"\n\n\ndef test_a(candidate): ...\n\n\ndef test_b(candidate): ...\n',
    "solution/work.py": "def f(x):\n    if x > 3:\n        return 2\n    return x + 1\n",
    "solution/NOTES.md": "One limit: numbers only, not `f('3')`.\n",
    "starter/work.py": "def f(x):\n    return 0\n",
    "submissions/submissions.yaml": """\
- path: accepted/other
  status: graded
  objective: [0.9, 1]
- path: rejected/small
  status: graded
  objective: [0.4, 0.6]
  fails: ["test_it.py::test_b"]
- path: rejected/empty
  status: refused
- path: cheating/prints
  status: graded
  objective: [0, 0]
""",
    "submissions/accepted/other/work.py": "def f(x):\n    return 2 if x >= 4 else x + 1\n",
    "submissions/accepted/other/NOTES.md": "None.\n",
    "submissions/rejected/small/work.py": "def f(x):\n    return x + 1\n",
    "submissions/rejected/small/NOTES.md": "None.\n",
    "submissions/rejected/empty/work.py": "",
    "submissions/cheating/prints/work.py": "def f(x):\n    return 'passed'\n",
    "submissions/cheating/prints/NOTES.md": "None.\n",
}


def write_pack(root: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """The pack in `root/tiny`, with `changes` of its files (None: left out)."""
    pack = root / "tiny"
    for name, content in {**FILES, **(changes or {})}.items():
        if content is not None:
            path = pack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    return pack


Play = Callable[[Job], list[dict[str, Any]]]


def test(name: str, group: str, credit: float, **fields: Any) -> dict[str, Any]:
    """One test's event; `credit` is the share of its points."""
    metrics = [{"name": "share", "value": credit, "floor": 0.0, "target": 1.0, "unit": ""}]
    return {
        "event": "test", "id": name, "group": group, "status": "passed", "message": "", "fault": None, "seconds": 0.1,
        "metrics": metrics, "limits": [], "stdout": "", "stderr": "", "dropped_bytes": 0, "peak_memory": 1_000_000,
        "used": True, **fields,
    }  # fmt: skip


test.__test__ = False  # type: ignore[attr-defined]


def play(job: Job) -> list[dict[str, Any]]:
    """The hidden tests of the pack: `f` adds one up to 3, and gives 2 above. They run code of this repository only."""
    space: dict[str, Any] = {"__name__": "scripted_work"}
    exec(job.files["work.py"].decode(), space)  # noqa: S102
    sys.modules.pop("scripted_work", None)  # a recorder puts itself there
    low = [_call(space, x) == x + 1 for x in (0, 1, 2, 3)]
    high = [_call(space, x) == 2 for x in (4, 9)]
    return [
        test("test_it.py::test_a", "first", sum(low) / len(low)),
        test("test_it.py::test_b", "second", float(all(high))),
    ]


def _call(space: dict[str, Any], x: int) -> Any:
    try:
        return space["f"](x)
    except Exception:
        return None


class Scripted:
    """A sandbox whose verifier says what `play` returns. Remembers what it was asked."""

    def __init__(self, played: Play = play, *, fails: bool = False) -> None:
        self._play, self._fails = played, fails
        self.open = False
        self.jobs: list[Job] = []

    def boot(self) -> None:
        self.open = True

    def run(self, job: Job) -> Iterator[Event]:
        self.jobs.append(job)
        if self._fails:
            raise InfrastructureError("The engine went away.", retry=True)
        results = self._play(job)
        listed = [{"id": r["id"], "group": r["group"], "max_points": 1.0, "title": ""} for r in results]
        yield {"event": "expected", "tests": listed}
        yield from results
        yield {"event": "done", "resources": {}}

    def facts(self) -> Mapping[str, Any]:
        return {}

    def close(self) -> None:
        self.open = False


class Maker:
    """Makes scripted sandboxes and keeps them, to be looked at afterwards."""

    def __init__(self, played: Play = play, *, fails: int = 0) -> None:
        self.played, self.fails = played, fails
        self.made: list[Scripted] = []

    def __call__(self, run_id: str) -> Scripted:
        sandbox = Scripted(self.played, fails=len(self.made) < self.fails)
        self.made.append(sandbox)
        return sandbox

    @property
    def jobs(self) -> list[Job]:
        return [job for sandbox in self.made for job in sandbox.jobs]
