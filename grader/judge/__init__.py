"""The judge: levels for subjective criteria from a language model, with evidence that was checked.

    submission ─ reading ─► views, findings ─ prompt ─► client ─► reply ─► evidence ─► votes ─► stage ─► JudgeResult

Importing this package is cheap: the SDK is loaded when the first call is made.
"""

from __future__ import annotations

from grader.judge.routing import route
from grader.judge.stage import JudgeResult, judge_submission

__all__ = ["JudgeResult", "judge_submission", "route"]
