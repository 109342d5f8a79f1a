"""Invitations, and what is handed in by them."""

from __future__ import annotations

import contextlib
import http.client
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from grader.challenge import load_manifest
from grader.portal.desk import Wish
from grader.portal.records import Invitation
from grader.records import Submission
from grader.submission import write_archive
from tests.web_fixtures import CHALLENGES, changed, shipped

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
    return write_archive(_attempt(number))


def handed_in(one: Invitation) -> Submission:
    """What came in last, where it is one of `work`: a case is found by what was handed in."""
    return next(found for found in map(_attempt, range(9)) if found.digest == one.hand_ins[-1].submission)


def _attempt(number: int) -> Submission:
    return changed(shipped("rag-triage", "accepted/vectors-and-rules")[1], number)


class Served:
    """`grade serve` in a process of its own."""

    def __init__(self, folder: Path, url: str, *words: str) -> None:
        command = [sys.executable, "-m", "grader", "serve", "--port", "0", "--store", url, *words]
        self.log = folder / "serve.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, cwd=folder, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert found is not None, said
        self.port = int(found[1])

    def connected(self) -> contextlib.closing[http.client.HTTPConnection]:
        return contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60))

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def multipart(content: bytes) -> tuple[bytes, str]:
    head = b'--edge\r\nContent-Disposition: form-data; name="work"; filename="w.zip"\r\n\r\n'
    return head + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"
