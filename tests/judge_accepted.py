"""A calibration in which the judge is accepted."""

from __future__ import annotations

from grader.challenge import Challenge
from grader.judge.config import JudgeConfig
from grader.judge.fingerprint import parts
from grader.judge.record import Calibration, CriterionCalibration, Error
from grader.settings import Settings


def accepting(pack: Challenge, settings: Settings) -> Calibration:
    """A calibration that accepts the judge as it is, for every criterion of the pack."""
    made = {
        criterion.id: CriterionCalibration(
            verdict="ACCEPT",
            sentence="ACCEPT: for this test.",
            reasons=(),
            checks=tuple({"id": name, "outcome": "pass"} for name in "ABCDEFGHI"),
            figures={"n": 60, "real_items": 60},
            labels_needed=0,
            parts={**parts(criterion, JudgeConfig.of(settings), pack.rubric.gate), "labels": "none"},
            error={"all": Error(mean=0.0, sd=0.5, rmse=0.5, n=60)},
            modes=("json_schema",),
        )
        for criterion in pack.rubric.criteria
    }
    return Calibration(id="test", made_at="2026-01-01", labels_from="elsewhere", criteria=made)
