"""The submission as a challenge takes it in: the one way from a source to what is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.challenge import Manifest, Pack
from grader.errors import UsageError, visible
from grader.records import Submission
from grader.settings import NAME, Settings, is_shipped
from grader.submission import IntakeLimits, check_required, read_submission
from grader.trust import brought


def take_in(source: str | Path, challenge: Manifest, own: Sequence[Path] = (), found_in: str = "") -> Submission:
    """The submission at `source`, by the rules of `challenge`; whether it is complete is not looked at. `own` and
    `found_in` as in `Request`. Raises RefusedError, UsageError, InfrastructureError."""
    rules = challenge.submission
    limits = IntakeLimits(max_files=rules.max_files, max_bytes=int(rules.max_bytes))
    return read_submission(source, limits, required=rules.required, own=own, found_in=found_in)


def check_complete(submission: Submission, challenge: Manifest) -> None:
    """Raises RefusedError where files are missing that the challenge requires."""
    check_required(submission, challenge.submission.required)


def refuse_brought(pack: Pack, submission: Submission, settings: Settings) -> None:
    """Raises UsageError where a pack or settings of the working folder came with the submission, which may have been
    unpacked there: the submission holds the very same files."""
    here = Path.cwd().resolve()
    if here in pack.root.resolve().parents and not is_shipped(pack.root):
        name = pack.root.name
        held = {f"{name}/challenge.yaml": pack.files["challenge.yaml"]}
        held |= {f"{name}/tests/{path}": content for path, content in pack.tests.items()}
        if brought(submission.files, held):
            raise UsageError(
                f"The submission holds the challenge {visible(str(pack.root))} itself, hidden tests and all: "
                "whoever sent it could have written them.",
                fix="Run this from a folder of your own, with your own pack.",
            )
    for path in settings.read_from:
        if path.parent == here and brought(submission.files, {NAME: path.read_bytes()}):
            raise UsageError(
                f"The settings in {visible(str(path))} came with the submission, which holds the same file.",
                fix="Run this from a folder of your own.",
            )
