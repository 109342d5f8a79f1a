"""From what was observed and judged to the grade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.challenge import Challenge, Pack
from grader.challenge import model as models
from grader.claims import marks
from grader.grading import familiar, given_round
from grader.grading.observed import model_calls
from grader.grading.provenance import challenge_facts, provenance, submission_facts
from grader.grading.run import Run
from grader.judge.routing import route
from grader.records import Grade, JudgeResult, Submission, VerifierResult
from grader.score import combine, objective
from grader.submission import formats


def grade_of(
    run: Run,
    pack: Pack,
    submission: Submission,
    observed: VerifierResult,
    judged: JudgeResult,
    facts: Mapping[str, Any],
    claims: Mapping[str, Any],
) -> Grade:
    """The grade of `submission`. `facts`: what the sandbox says that the run rested on; `claims`: what came of the
    figures in the documents, which changes no score."""
    calls = model_calls(observed.tests)
    traced = {**facts, **({"model_calls": calls} if calls else {}), **models.provenance(pack.model, calls)}
    flags = (
        *familiar.flags(submission.files, pack.root, run.request.source),
        *given_round.flags(submission.files, pack, run.request.round),
        *flags_of(pack, submission, observed, judged, claims),
    )
    if run.request.only:
        flags = (f"Only tests that match {', '.join(run.request.only)} were run: this is not a grade.", *flags)
    unscored = Grade(
        status="graded",
        reason="",
        challenge=challenge_facts(pack),
        submission=submission_facts(submission),
        judge=judged.judge,
        provenance=provenance(run, traced, run.seed(submission)),
        timings=dict(run.timings),
        flags=flags,
        resources=observed.resources,
        claims=claims,
    )
    return combine.scored(unscored, pack, objective.score(observed.tests), judged.criteria)


def flags_of(
    challenge: Challenge,
    submission: Submission,
    observed: VerifierResult,
    judged: JudgeResult,
    claims: Mapping[str, Any],
) -> tuple[str, ...]:
    """What a reviewer should look at that is not in the score; one sentence each."""
    points = objective.score(observed.tests)
    share = points.points / points.max_points if points.max_points else None
    return (
        *formats.flags(submission, challenge.submission.required),
        *combine.flags(points, observed.limits_hit),
        *combine.groups_astray(challenge, points),
        *marks.flags(claims),
        *judged.flags,
        *route(judged.criteria, share),
    )
