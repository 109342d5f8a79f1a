"""Time: how long a submission took against what the challenge asks, and what follows from being late.

A policy changes nothing in grade.json. `cap` only adds a second figure to the cohort, beside the score.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from grader.batch.entries import BatchEntry
from grader.challenge import Times
from grader.errors import UsageError
from grader.pages.text import duration


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What being late means: nothing, a flag for a person, or a highest score."""

    kind: Literal["none", "flag", "cap"] = "flag"
    cap: float = 100.0

    @property
    def words(self) -> str:
        if self.kind == "none":
            return "Late submissions are shown as late and nothing follows."
        if self.kind == "flag":
            return "Late submissions are flagged for a person; scores are as they are."
        return f"Late submissions show, beside their score, what is left of it under the cap of {self.cap:g}."


def read_policy(text: str) -> Policy:
    """`none`, `flag` or `cap:70`. Raises UsageError."""
    if text == "none":
        return Policy(kind="none")
    if text == "flag":
        return Policy(kind="flag")
    found = re.fullmatch(r"cap:(\d{1,3}(?:\.\d+)?)", text)
    if not found or float(found[1]) > 100:
        raise UsageError(f"--late {text!r} is not known; write none, flag or cap:N with N up to 100.")
    return Policy(kind="cap", cap=float(found[1]))


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How a submission stands to the challenge's times. Seconds; `None` is not known."""

    elapsed: float | None
    """From started to submitted."""
    working: float | None
    late: bool | None
    reason: str = ""
    """Why it counts as late, or what else about its time a reviewer may want to know."""


def timing(entry: BatchEntry, times: Times) -> Timing:
    """The times of `entry` against those of the challenge. What the manifest says about `late` stands above the
    arithmetic: the operator knows of extensions."""
    known = entry.started is not None and entry.submitted is not None
    elapsed = (entry.submitted - entry.started).total_seconds() if known else None  # type: ignore[operator]
    working = entry.minutes * 60 if entry.minutes is not None else None
    late, reason = entry.late, ""
    if late is None and elapsed is not None:
        late = elapsed > times.window
        reason = f"handed in after {duration(elapsed)}, the window is {duration(times.window)}" if late else ""
    elif late:
        reason = "handed in late, as the manifest says"
    if working is not None and working > times.working:
        over = f"{duration(working)} of work, {duration(times.working)} were asked for"
        reason = f"{reason}; {over}" if reason else over
    return Timing(elapsed=elapsed, working=working, late=late, reason=reason)


def capped(score: float, late: bool | None, policy: Policy) -> float | None:
    """The score under the policy where that differs from the score."""
    return policy.cap if policy.kind == "cap" and late and score > policy.cap else None
