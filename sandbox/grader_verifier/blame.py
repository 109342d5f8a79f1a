"""Whose doing it is that a hidden test ended with an exception: one pure function, with its reasons.

Its siblings, for containers that ended, are in grader/sandbox/failure.py.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass

import pytest

from grader_verifier.bridge_link import BridgeLostError

CANDIDATE, CHALLENGE, INFRASTRUCTURE = "candidate", "challenge", "infrastructure"


class CandidateError(Exception):
    """The candidate's code raised, ended, ran out of a limit or answered with something unusable.

    `type` is the class name of the candidate's exception, or one of ProcessDied, TimeLimit, MemoryLimit, ProcessLimit,
    BadReply, BadDocument, BadValue, BadService, ModelLost; `message` is plain text; `where` names the innermost line of
    the submission, where known; `limit` the limit that was hit.
    """

    def __init__(self, kind: str, message: str, where: str = "", limit: str = "") -> None:
        super().__init__(f"{kind}: {message}" + (f" (at {where})" if where else ""))
        self.type, self.message, self.where, self.limit = kind, message, where, limit


class NotMeasuredError(Exception):
    """This machine cannot tell what the test asks for."""


class TestOverrunError(BaseException):
    """The hidden test used up the processor time or the memory that one test has in the verifier. No `Exception`: a
    test that catches everything goes on for ever otherwise."""

    __test__ = False


@dataclass(frozen=True)
class Blame:
    """What becomes of the test, in the words of the event `test`."""

    status: str
    fault: str
    message: str
    stumbled: bool = False
    """The test raised something of its own on what the candidate gave it."""


def whose(problem: BaseException, place: str, *, taken: bool, by_pytest: bool = False) -> Blame:
    """Decides for an exception that left a hidden test. `taken`: whether the test had anything of the candidate's in
    hand: had asked it for something, or read one of its files. `by_pytest`: pytest itself raised it.

    - The bridge was lost: the host finds out why: **infrastructure**, until it has.
    - Our own code asked itself for a name that it does not have: no reply can do that, and it would cost everybody:
      **infrastructure**.
    - What the test asks for is not there (a fixture, model.yaml, a counter of the kernel): no reply can do that: its
      points stay open, the **challenge**'s.
    - pytest itself failed the test, for how it is written: no reply does that either: **challenge**.
    - Nothing of the candidate's had been taken in: then the test did it alone, and would do it to everybody: the
      **challenge**'s, and its points stay open.
    - All else is the **candidate**'s: an assertion, an error out of the candidate's container, and any exception at all
      that came after the first thing of the candidate's, be it KeyError, OverflowError, MemoryError or the end of the
      time that a test has. So is that pytest warns of a test that returns something: one that ends with
      `return candidate.call(…)` returns what the candidate likes. The reference passes every test on every seed that
      `grade challenge check` tries, so the test knows what to do with a right answer; it stumbled over this one. Were
      these points left open, whoever makes a test raise would have half of them, and could not be declined.
    """
    if isinstance(problem, BridgeLostError):
        return Blame("error", INFRASTRUCTURE, said(problem))
    told = f"{type(problem).__name__}: {said(problem)} (at {place})"
    if _broken(problem):
        return Blame("error", INFRASTRUCTURE, f"The verifier is broken: {told}")
    if isinstance(problem, pytest.FixtureLookupError):
        return Blame("error", CHALLENGE, f"fixture {problem.argname!r} not found (at {place})")
    written = by_pytest and isinstance(problem, pytest.fail.Exception)
    if isinstance(problem, pytest.UsageError | NotMeasuredError) or written or not taken:
        return Blame("error", CHALLENGE, told)
    if isinstance(problem, CandidateError | AssertionError | pytest.fail.Exception):
        return Blame("failed", CANDIDATE, said(problem))
    return Blame("failed", CANDIDATE, f"What the submission gave made the test stumble: {told}", stumbled=True)


def _broken(problem: BaseException) -> bool:
    """Whether a line of this package named what is not there: a variable, or an attribute of an object of its own. What
    a candidate gives is plain data, and its names are looked up in no object of ours."""
    frames = [frame for frame, _ in traceback.walk_tb(problem.__traceback__)]
    if not frames or not _of_ours(frames[-1].f_globals.get("__name__")):
        return False
    owner = type(getattr(problem, "obj", None))
    return isinstance(problem, NameError) or (isinstance(problem, AttributeError) and _of_ours(owner.__module__))


def _of_ours(module: object) -> bool:
    return str(module).partition(".")[0] == __name__.partition(".")[0]


def said(problem: BaseException) -> str:
    """The message of `problem`, which may be made of what a candidate sent."""
    try:
        return str(problem)
    except Exception as second:
        return f"(its message cannot be shown: {type(second).__name__})"
