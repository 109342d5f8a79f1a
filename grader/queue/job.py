"""What a job asks for, and the name of the queue that it waits in.

A queue's name is a digest of what a result has to rest on: the grader's version, the challenge's content, the judge's
model, the operator's secret. A worker listens to the queues of what it has, so it never meets a job that it would have
to refuse.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grader import __version__

TASK = "grade"
MOST_ATTEMPTS = 3
"""A job that the machines failed so often is parked, with its reasons, until a person says otherwise."""
PAUSES = (5, 60)
"""Seconds before the second and the third attempt."""


def queue_name(digest: str, judge_model: str, secret: str, version: str = __version__) -> str:
    """Where jobs wait that want this challenge, judge, secret (its fingerprint) and grader. Short, for Postgres cuts
    channels at 63 bytes."""
    wanted = "\0".join((version, digest, judge_model, secret))
    return f"grade-{hashlib.sha256(wanted.encode()).hexdigest()[:24]}"


def secret_mark(fingerprint: str) -> str:
    """What a worker lists beside its queues, so that it can be said why it takes nothing."""
    return f"secret:{fingerprint}"


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """One submission to be graded. Goes through the database as JSON."""

    batch: str
    name: str
    """Of the result's folder."""
    source: str
    """Absolute path that the worker sees too, git address, or URL of a place."""
    result: str
    """Absolute path or URL of the folder that the result goes to."""
    folder: str
    """Where whoever asked keeps the result: `result`, or where they bring it to."""
    candidate: str
    blind: str
    challenge: str
    digest: str
    """Of the challenge."""
    judge: bool
    formats: tuple[str, ...] = ()
    secret: str = ""
    """Fingerprint of the secret that keys the seed; empty in a job of before there was one."""
    since: str = ""
    """With it, only a result that was started later counts as there already; ISO 8601, UTC."""
    round: str = ""
    """The round of the challenge that the candidate was given."""

    def as_args(self) -> dict[str, Any]:
        return {**asdict(self), "formats": list(self.formats), "candidate": _plain(self.candidate)}

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> JobSpec:
        return cls(**{**args, "formats": tuple(args["formats"])})


def _plain(text: str) -> str:
    """Text as Postgres takes it: it knows no NUL and no half of a surrogate pair."""
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def is_plain(text: str) -> bool:
    """Whether `text` goes through the database as it is."""
    return _plain(text) == text
