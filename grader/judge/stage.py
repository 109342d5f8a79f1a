"""The judge stage: all criteria of one submission, asked at the same time, each with its gate applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.judge import drift
from grader.judge.budget import JudgeBudget
from grader.judge.cache import Cache
from grader.judge.client import Client
from grader.judge.closed import ClosedGates
from grader.judge.config import JudgeConfig
from grader.judge.crew import ask_all
from grader.judge.plan import JudgePlan, plan_all
from grader.judge.reading import read_aside
from grader.judge.results import flags_of, judge_block, levels_of, result_of
from grader.judge.session import Session
from grader.judge.votes import Judgement, Vote, settle, vote
from grader.records import Closed, JudgeResult

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.judge.record import Calibration
    from grader.records import Submission
    from grader.settings import Settings

Progress = Callable[[int, int], None]
Question = tuple[Literal["read", "bare", "canary"], str, int]
"""What is asked, of which criterion, and for which time: one canary at most rides along for a criterion."""


def judge_submission(
    challenge: Pack,
    submission: Submission,
    settings: Settings,
    *,
    calibration: Calibration | None,
    cache_dir: Path,
    progress: Progress | None = None,
    lane: AbstractContextManager[object] | None = None,
    claims: Mapping[str, Any] | None = None,
    closed: Mapping[str, Closed] | None = None,
) -> JudgeResult:
    """Levels for the criteria of `challenge`. Whatever goes wrong with one leaves it unscored, with the reason.

    `progress` is told (answers in, questions asked). `lane` is entered for each call: a limit that several submissions
    share; the deadline begins with the first call that got through. `claims`: the
    block of that name of the grade. `closed`: criterion → the gates that falling agreement has closed under the
    calibration. Raises UsageError for settings that are wrong and
    InfrastructureError for a cache that cannot be used; no answer of an endpoint raises.
    """
    config, cache = JudgeConfig.of(settings), Cache(cache_dir)
    under = calibration.id if calibration is not None else ""
    gates = ClosedGates(challenge.root, cache, under=under, followed=closed)
    client = Client(config, cache, lane or nullcontext())
    criteria = challenge.rubric.criteria
    reading = read_aside(submission.files, criteria, config, challenge.submission.required, challenge.asked)
    session = Session(
        challenge=challenge, submission=submission, reading=reading, config=config, client=client,
        calibration=calibration, gates=gates, claims=claims,
    )  # fmt: skip
    plans = plan_all(session, JudgeBudget(config))
    try:
        verdicts, bare, canaries = _ask(session, plans, progress)
        withheld = _drift(session, plans, canaries)
    finally:
        client.close()
    found = [
        result_of(session, plan, verdicts.get(plan.criterion.id), bare.get(plan.criterion.id), withheld)
        for plan in plans
    ]
    asked = [*verdicts.values(), *(settle([vote]) for vote in bare.values())]
    block = judge_block(session, plans, found, asked, [vote for _, vote in canaries])
    flags = flags_of(session, plans, found, withheld)
    levels = levels_of(session, plans, verdicts, found)
    return JudgeResult(criteria=tuple(one.result for one in found), judge=block, flags=flags, levels=levels)


def _ask(
    session: Session, plans: Sequence[JudgePlan], progress: Progress | None
) -> tuple[dict[str, Judgement], dict[str, Vote], list[tuple[drift.Ride, Vote]]]:
    """All questions at once: verdicts by criterion, votes on the stripped twins, and the canaries'."""
    client, config = session.client, session.config
    asked = [plan for plan in plans if not plan.reason]
    repeats = [(plan, n) for plan in asked for n in range(1 if plan.shadow else config.repeats)]
    twins = [plan for plan in asked if plan.bare]
    riding = [
        ride
        for plan in asked
        if session.calibration is not None and plan.gate is not None and plan.gate.accepts
        for ride in drift.rides(plan.criterion, session)
    ]
    questions: dict[Question, Callable[[], Vote]] = {
        **{
            ("read", p.criterion.id, n): partial(vote, client, p.model, p.criterion, p.selection, repeat=n)
            for p, n in repeats
        },
        **{
            ("bare", p.criterion.id, 0): partial(vote, client, p.model, p.criterion, p.selection, repeat=0, bare=True)
            for p in twins
        },
        **{("canary", ride.criterion.id, 0): partial(drift.ask, ride, client, config) for ride in riding},
    }
    votes = ask_all(
        list(questions.values()),
        at_once=config.concurrency,
        seconds=config.deadline,
        late=lambda: Vote(level=None, reason=f"the judge did not answer within {config.deadline:g} s"),
        failed=lambda problem: Vote(level=None, reason=f"the judge stage failed: {type(problem).__name__}"),
        progress=progress,
        began=lambda: client.began,
    )
    answers = dict(zip(questions, votes, strict=True))
    verdicts = {
        p.criterion.id: settle([answers["read", p.criterion.id, n] for n in range(1 if p.shadow else config.repeats)])
        for p in asked
    }
    bare = {p.criterion.id: answers["bare", p.criterion.id, 0] for p in twins}
    return verdicts, bare, [(ride, answers["canary", ride.criterion.id, 0]) for ride in riding]


def _drift(session: Session, plans: Sequence[JudgePlan], canaries: Sequence[tuple[drift.Ride, Vote]]) -> str:
    """Why all levels of this grading are withheld: a canary moved. Empty if none did."""
    reasons = [why for ride, first in canaries if (why := drift.moved(ride, first, session.client, session.config))]
    if not reasons or session.calibration is None:
        return ""
    for plan in plans:  # until there is a new calibration
        session.gates.close(session.calibration.id, plan.criterion.id, reasons[0])
    return reasons[0]
