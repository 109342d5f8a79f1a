"""What the verifier was given, and what it observes of the test that runs now."""

from __future__ import annotations

import gc
import math
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader_protocol import CEILING
from grader_verifier.blame import CandidateError
from grader_verifier.bridge_link import Process
from grader_verifier.candidate import Candidate

if TYPE_CHECKING:
    from _pytest._code import TracebackEntry


@dataclass(frozen=True)
class ReceivedJob:
    """What the host sent: limits of the run, the seed, and the submission as data."""

    seed: int
    module: str
    call_seconds: float
    total_seconds: float
    reply_bytes: int
    output_bytes: int
    packages: list[str]
    trusted: list[str]
    preload: list[str]
    only: list[str]
    files: dict[str, bytes]
    ceiling: float = CEILING
    model: dict[str, Any] | None = None
    """model.yaml as the host checked it; None where the pack has none."""


@dataclass
class Observed:
    """What is being observed of the test that runs now."""

    test: str = ""
    status: str = "passed"
    message: str = ""
    fault: str | None = None
    stumbled: bool = False
    metrics: list[dict[str, object]] = field(default_factory=list)
    candidate: Candidate | None = None
    ended: list[Process] = field(default_factory=list)
    """Processes of the test that have been cleared away, with what they wrote."""
    hit: list[str] = field(default_factory=list)
    """Limits that were hit up to then."""
    peak: int | None = None
    """Highest memory up to then."""

    @property
    def starved(self) -> bool:
        return self.candidate is not None and self.candidate.time.starved


def place(entries: Sequence[TracebackEntry]) -> str:
    """`test_it.py:12 in test_it`: the innermost line of the pack's own, for the challenge's author."""
    here = os.getcwd()
    own = [entry for entry in entries if str(entry.path).startswith(f"{here}/")] or entries[-1:]
    return f"{os.path.relpath(own[-1].path, here)}:{own[-1].lineno + 1} in {own[-1].name}" if own else "nowhere"


def forget(problem: BaseException) -> None:
    """Lets go of what the frames of a test hold that has taken more than its share: the next test needs the room."""
    traceback.clear_frames(problem.__traceback__)
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        sys.__dict__.pop(name, None)
    gc.collect()


def finite(name: str, value: float) -> float:
    """`value` as a double. Raises CandidateError: what a hidden test measures comes from the candidate, and so does
    what is no finite number."""
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise CandidateError("BadValue", f"what was measured as {name} is no finite number")
    return number
