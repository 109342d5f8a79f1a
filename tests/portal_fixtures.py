"""Invitations, and what is handed in by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grader.challenge import load_manifest
from grader.portal.desk import Wish
from grader.portal.records import Invitation
from grader.records import Submission
from grader.submission import write_archive
from tests.web_fixtures import CHALLENGES, shipped

PACK = CHALLENGES / "rag-triage"
DAY = 86_400
ABOUT = {"title": "Support-ticket triage", "minutes": 240, "assessors": 2, "bar_raiser": True, "objective": 60,
         "subjective": 40, "answer_days": 10, "keep_days": 180,
         "rounds": [{"title": "Take-home", "minutes": 240, "who": "read by an engineer"}]}  # fmt: skip


def wish(candidate: str = "Cara Doe", **more: Any) -> Wish:
    version = load_manifest(PACK).version
    usual: dict[str, Any] = {"window": 7 * DAY, "working": 0, "by": "root", "challenge": "rag-triage",
                             "version": version, "about": ABOUT}  # fmt: skip
    return Wish(candidate=candidate, **{**usual, **more})


def work(number: int = 0) -> bytes:
    _, submission = shipped("rag-triage", "accepted/vectors-and-rules")
    files = {**submission.files, "NOTES.md": f"# Notes\n\nAttempt {number}.\n".encode()}
    return write_archive(replace(submission, files=files))


def handed_in(one: Invitation) -> Submission:
    """A submission as what came in last: a case is found by what was handed in."""
    return replace(shipped("rag-triage", "accepted/vectors-and-rules")[1], digest=one.hand_ins[-1].submission)
