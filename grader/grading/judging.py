"""Asks the judge, beside the containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from grader.challenge import Pack
from grader.grading.run import Run
from grader.records import JudgeResult, Submission
from grader.score.blank import settled
from grader.score.combine import unscored

NO_JUDGE = "no judge configured"


def start(
    run: Run, pack: Pack, submission: Submission, claims: Callable[[], Mapping[str, Any]] = dict
) -> Callable[[], JudgeResult]:
    """Begins to judge; calling what is returned waits for the levels. `claims` waits for what came of the figures in
    the documents, for the judge to know. Raises UsageError for settings that are wrong."""
    criteria = pack.rubric.criteria
    if criteria and run.request.judge and run.settings.judge_configured:
        return _begun(run, pack, submission, claims)
    reason = NO_JUDGE if run.request.judge else "the judge was switched off for this run"
    nothing = settled(pack, submission, JudgeResult(criteria=unscored(criteria, reason)))
    if not criteria:
        return lambda: nothing
    return _in_background(lambda: replace(nothing, flags=_addressed(pack, submission)))


def _begun(
    run: Run, pack: Pack, submission: Submission, claims: Callable[[], Mapping[str, Any]]
) -> Callable[[], JudgeResult]:
    from grader.judge.config import JudgeConfig

    JudgeConfig.of(run.settings)  # what is wrong with the settings is said before anything runs
    return _in_background(lambda: judge(run, pack, submission, claims()))


def _in_background(work: Callable[[], JudgeResult]) -> Callable[[], JudgeResult]:
    pool = ThreadPoolExecutor(1, thread_name_prefix="judge")
    waiting = pool.submit(work)
    pool.shutdown(wait=False)
    return waiting.result


def _addressed(pack: Pack, submission: Submission) -> tuple[str, ...]:
    """Text that addresses the grader, for people who read where no judge does."""
    from grader.judge.plan import addressed
    from grader.judge.reading import echoes_for_people, read_aside
    from grader.report import prepare

    prepare()  # the same process is wanted for the report
    criteria, required = pack.rubric.criteria, pack.submission.required
    reading = read_aside(submission.files, criteria, None, required, pack.asked)
    echoed = echoes_for_people(reading, criteria, required, pack.asked)
    unread = f"Not searched for text that addresses the grader: {reading.trouble}." if reading.trouble else ""
    return (*addressed((*reading.findings, *echoed)), *filter(None, [unread]))


def judge(run: Run, pack: Pack, submission: Submission, claims: Mapping[str, Any] | None = None) -> JudgeResult:
    """Asks the judge about the criteria of `pack`; answers that were kept are not asked for again. Of
    blank documents nobody is asked."""
    from grader import calibration
    from grader.judge import judge_submission
    from grader.settings import PLACES

    with run.stage("judge"):
        known = calibration.load(pack)
        judged = judge_submission(
            pack,
            submission,
            run.settings,
            calibration=known,
            closed=run.closed_gates(known.id) if known is not None else None,
            cache_dir=PLACES.cache / "judge",
            lane=run.judge_lane,
            claims=claims,
        )
    return settled(pack, submission, judged)
