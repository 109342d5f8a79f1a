"""The judge: levels for subjective criteria from a language model, with evidence that was checked.

    submission ─ reading ─► views, findings ─ prompt ─► client ─► reply ─► evidence ─► votes ─► stage ─► JudgeResult

Importing this package is cheap: the SDK is loaded when the first call is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.judge.routing import route

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from grader.challenge import Pack
    from grader.judge.record import Calibration
    from grader.records import Closed, JudgeResult, Submission
    from grader.settings import Settings

__all__ = ["judge_submission", "route"]


def judge_submission(
    challenge: Pack,
    submission: Submission,
    settings: Settings,
    *,
    calibration: Calibration | None,
    cache_dir: Path,
    progress: Callable[[int, int], None] | None = None,
    lane: AbstractContextManager[object] | None = None,
    claims: Mapping[str, Any] | None = None,
    closed: Mapping[str, Closed] | None = None,
) -> JudgeResult:
    """See `grader.judge.stage`."""
    from grader.judge import stage

    return stage.judge_submission(
        challenge, submission, settings, calibration=calibration, cache_dir=cache_dir, progress=progress, lane=lane,
        claims=claims, closed=closed,
    )  # fmt: skip
