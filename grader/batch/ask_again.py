"""A judge that failed is asked again when a batch is started again: from the evidence, without the containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.grading.grade import flags_of
from grader.grading.judging import judge
from grader.grading.run import Run
from grader.records import Grade
from grader.report.write import write_grade, write_pages
from grader.result import evidence
from grader.score import objective
from grader.score.combine import scored

if TYPE_CHECKING:
    from grader.challenge import Pack


def unanswered(result: Grade) -> Mapping[str, str]:
    """The criteria about which the judge was asked and gave no usable answer, to the reason."""
    found = result.judge.get("unanswered")
    return {str(name): str(reason) for name, reason in found.items()} if isinstance(found, Mapping) else {}


def or_before(run: Run, before: Grade, challenge: Pack) -> tuple[Grade, str]:
    """`ask_again`; where that goes wrong `before`, which stays as it was, and why in a sentence."""
    try:
        return ask_again(run, before, challenge), ""
    except GraderError as problem:
        return before, f"{run.request.out.name}: {problem.message}"


def ask_again(run: Run, before: Grade, challenge: Pack) -> Grade:
    """`before`, the grade in the run's folder, with what the judge says now; written to the folder. `challenge` is the
    pack that graded it. Answers that were kept stand. Raises UsageError, RefusedError, InfrastructureError."""
    out = run.request.out
    submission, observed = evidence.load_submission(out), evidence.load_observed(out)
    judged = judge(run, challenge, submission, before.claims)
    asked = replace(
        before,
        judge=judged.judge,
        flags=flags_of(challenge, submission, observed, judged, before.claims),
        provenance={**before.provenance, "judged_again_at": datetime.now(UTC).isoformat(timespec="seconds")},
        timings={**before.timings, **run.timings},
    )
    result = scored(asked, challenge, objective.score(observed.tests), judged.criteria)
    evidence.save_levels(out, judged.levels)
    write_pages(out, result, challenge, submission, run.request.pages)
    write_grade(out, result)
    return result
