"""Gradings that are played: real results, real pages, no Docker."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from grader.errors import GraderError
from grader.records import VerifierResult
from grader.sandbox import docker
from grader.testing.sandbox import ScriptedSandbox, recorded
from tests.parts import ran

Play = Callable[..., list[ScriptedSandbox]]


def player(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Lets `grade` in this process play a run instead of using Docker; returns the sandboxes it made."""

    def played(
        points: Sequence[float] = (1.0, 0.0), problem: GraderError | None = None, status: str = ""
    ) -> list[ScriptedSandbox]:
        tests = tuple(ran(earned, 1, id=f"test_it.py::test_{n}", status=status) for n, earned in enumerate(points))
        events = recorded(VerifierResult(expected=tuple(test.id for test in tests), tests=tests))
        made: list[ScriptedSandbox] = []

        def make(*_: object, **__: object) -> ScriptedSandbox:
            made.append(ScriptedSandbox([] if problem else events, problem=problem))
            return made[-1]

        monkeypatch.setattr(docker, "DockerSandbox", make)
        return made

    return played
