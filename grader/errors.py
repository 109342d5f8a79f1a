"""Everything that can end a grading, as one tree.

    GraderError
    ├── UsageError            2  the command line or a setting is wrong
    ├── RefusedError          3  the submission cannot be graded as it is
    ├── ChallengeError        4  the challenge pack is broken
    ├── InfrastructureError   5  this machine or a service, never the candidate
    └── Interrupted         130  a person stopped it

Each error knows its exit code and the status that `grade.json` gets, so that nothing has to translate them again.
A message says what happened, where, and what to do.
"""

from __future__ import annotations

from typing import Literal

from grader.unseen import JOINERS, escaped

NO_JUDGEMENT = 6
"""Exit code of a grade that is there, where the judge was asked, did not answer, and `--require-judge` was given."""


class GraderError(Exception):
    """Base of all errors that a user is meant to read. `exit_code` and `status` are part of the stable contract."""

    exit_code = 1
    status: Literal["refused", "challenge_error", "infrastructure_error"] = "infrastructure_error"

    def __init__(self, message: str, *, fix: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        """A command or a step that mends it; empty where the message says it already."""
        self.detail = detail
        """What another program said of it: for reviewers, never on a page or a terminal that candidates may see."""


class UsageError(GraderError):
    """The command line, a setting or a file given by the operator is wrong."""

    exit_code = 2


class RefusedError(GraderError):
    """The submission was refused: not a readable archive, over a limit, a required file missing.

    The message names the entry it is about; names come from the candidate and are escaped with `visible()`.
    """

    exit_code = 3
    status = "refused"


class ChallengeError(GraderError):
    """The challenge pack is broken; the candidate did nothing wrong and gets no grade."""

    exit_code = 4
    status = "challenge_error"


class InfrastructureError(GraderError):
    """Docker, a disk, a network or a service failed. Never a score: the run can be repeated."""

    exit_code = 5
    status = "infrastructure_error"

    def __init__(
        self, message: str, *, fix: str = "", detail: str = "", retry: bool = False, of_submission: bool = False
    ) -> None:
        super().__init__(message, fix=fix, detail=detail)
        self.retry = retry
        """Whether it may well work when tried again at once: something vanished in the middle of a run."""
        self.of_submission = of_submission
        """Whether it came of what this one submission names or holds, such as its address: says nothing of the
        machine, so others go on and this one is tried last."""


class Interrupted(GraderError):  # noqa: N818 - the name says what happened
    """A person pressed Ctrl-C or the process was asked to end. The message says what is left of what was done."""

    exit_code = 130


def visible(text: str, limit: int = 200) -> str:
    """`text` from a candidate, made safe for a terminal or a log line: one line, all that cannot be seen or that turns
    text around shown as escapes, cut at `limit` characters."""
    shown = "".join(
        c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode("ascii")
        for c in escaped(text[: limit + 1])
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
