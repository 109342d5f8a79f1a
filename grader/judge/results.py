"""From votes to results: what counts, what is only shown, what goes to a person, and what it all took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from grader.errors import visible
from grader.judge.budget import Usage, cost, price_of, total
from grader.judge.config import JudgeConfig
from grader.judge.details import Answers, JudgeDetails
from grader.judge.fingerprint import judge_of
from grader.judge.plan import JudgePlan, addressed
from grader.judge.session import Session
from grader.judge.votes import Judgement, Vote
from grader.records import CriterionResult, JudgedLevel

if TYPE_CHECKING:
    from grader.judge.record import Calibration


@dataclass(frozen=True, kw_only=True)
class JudgedCriterion:
    """A criterion's result, with the details that it shows, or hides where they would tell a level."""

    result: CriterionResult
    details: JudgeDetails


def result_of(
    session: Session, plan: JudgePlan, verdict: Judgement | None, bare: Vote | None, withheld: str
) -> JudgedCriterion:
    """Where one criterion stands once all answers are in. `withheld`: why no level of this grading is told."""
    details = _details(plan, verdict, bare, session.config)
    if plan.shadow:
        return _unscored(plan, plan.why_not_accepted, details, tell_level=False)
    if plan.reason or verdict is None:
        return _unscored(plan, plan.reason, details)
    if verdict.level is None or verdict.chosen is None:
        why = f"{verdict.reason[0].upper()}{verdict.reason[1:]}." if verdict.reason else "There is no answer."
        return _unscored(plan, why, details)
    why = withheld or _other_mode(plan, verdict, session.calibration)
    if why:
        return _unscored(plan, why, details, tell_level=False)
    said: dict[str, Any] = {"evidence": verdict.chosen.evidence, "rationale": verdict.chosen.rationale}
    why = plan.why_not_accepted or _gap(verdict.level, bare)
    if why or session.calibration is None:
        if not plan.may_suggest:
            return _unscored(plan, why, details, tell_level=False)
        return _unscored(plan, why, details, suggestion=verdict.level, **said)
    within = session.calibration.interval(plan.criterion.id, verdict.level, plan.criterion.max_level)
    details = replace(details, error=within.error)
    sentence = plan.gate.sentence if plan.gate else ""
    return _judged(
        plan, details, level=verdict.level, source="judge", accepted=True, reason=sentence, low=within.low,
        high=within.high, **said,
    )  # fmt: skip


def _unscored(
    plan: JudgePlan, reason: str, details: JudgeDetails, *, tell_level: bool = True, **more: Any
) -> JudgedCriterion:
    """Without a level that counts; one may be suggested, and is shown to reviewers with its evidence."""
    return _judged(plan, details, tell_level, level=None, source="none", accepted=False, reason=reason, **more)


def _judged(plan: JudgePlan, details: JudgeDetails, tell_level: bool = True, **fields: Any) -> JudgedCriterion:
    criterion = plan.criterion
    result = CriterionResult(
        id=criterion.id,
        competency=criterion.competency,
        weight=criterion.weight,
        max_level=criterion.max_level,
        details=details.as_json(tell_level=tell_level),
        **fields,
    )
    return JudgedCriterion(result=result, details=details)


def _gap(level: int, bare: Vote | None) -> str:
    """Whether comments and strings alone move the level: then a person decides."""
    if bare is None:
        return ""
    if bare.level is None:
        return f"The reading without comments and strings gave no level ({bare.reason}); a person decides."
    if bare.level == level:
        return ""
    return f"Comments and strings alone move the level from {bare.level} to {level}; a person decides."


def _other_mode(plan: JudgePlan, verdict: Judgement, calibration: Calibration | None) -> str:
    known = calibration.criteria.get(plan.criterion.id) if calibration is not None else None
    if known is None or plan.gate is None or not plan.gate.accepts:
        return ""
    new = sorted({vote.mode for vote in verdict.votes if vote.mode} - set(known.modes))
    return f"STALE: the endpoint now answers by {new[0]}, which was not calibrated." if new else ""


def _details(plan: JudgePlan, verdict: Judgement | None, bare: Vote | None, config: JudgeConfig) -> JudgeDetails:
    silent = bare is not None and bare.level is None and not bare.mode
    return JudgeDetails(
        model=plan.model,
        asked=not plan.reason,
        gate=plan.gate,
        closed=plan.closed,
        not_shown=tuple(f"{cut.shown}: {cut.what}" for cut in plan.selection.cuts),
        findings=plan.findings,
        unanswered=verdict is not None and not plan.shadow and (verdict.unanswered or silent),
        answers=_answers(plan, verdict, bare, config) if verdict is not None else None,
        has_twin=bare is not None and verdict is not None,
        bare_level=bare.level if bare is not None else None,
    )


def _answers(plan: JudgePlan, verdict: Judgement, bare: Vote | None, config: JudgeConfig) -> Answers:
    usage = verdict.usage + (bare.usage if bare is not None else Usage())
    price = price_of(plan.model, config.prices)
    return Answers(
        levels=verdict.levels,
        spread=verdict.spread,
        repeats=len(verdict.votes),
        dropped_quotes=verdict.dropped,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        tokens_estimated=usage.estimated,
        cost=cost(usage, price),
        cost_note="" if price else f"no price is known for {plan.model}",
        seconds=verdict.seconds,
        mode=next((vote.mode for vote in verdict.votes if vote.mode), ""),
        system_fingerprint=next((v.system_fingerprint for v in verdict.votes if v.system_fingerprint), ""),
    )


def levels_of(
    session: Session, plans: Sequence[JudgePlan], verdicts: Mapping[str, Judgement], found: Sequence[JudgedCriterion]
) -> tuple[JudgedLevel, ...]:
    """Every level that was given, to be held beside people's."""
    limits = session.challenge.rubric.gate
    return tuple(
        JudgedLevel(
            criterion=plan.criterion.id, level=verdict.level, model=plan.model,
            judge=judge_of(plan.criterion, session.config, limits), counted=one.result.source == "judge",
        )
        for plan, one in zip(plans, found, strict=True)
        if (verdict := verdicts.get(plan.criterion.id)) is not None and verdict.level is not None
    )  # fmt: skip


_MOST_CUT = 12


def judge_block(
    session: Session, plans: Sequence[JudgePlan], found: Sequence[JudgedCriterion], asked: Sequence[Judgement],
    canaries: Sequence[Vote],
) -> dict[str, object]:  # fmt: skip
    """The `judge` block of grade.json. Nothing in it differs when the same grade is made again."""
    config, calibration, reading = session.config, session.calibration, session.reading
    riding = total(vote.usage for vote in canaries)
    usage = total(verdict.usage for verdict in asked) + riding
    models = sorted({plan.model for plan in plans})
    known = all(price_of(model, config.prices) for model in models)
    price = price_of(config.model, config.prices)
    costs = [one.details.answers.cost for one in found if one.details.answers] + [cost(riding, price)]
    return {
        "model": config.model,
        "models": models,
        "endpoint": config.endpoint,
        "calibration": {"id": calibration.id, "made_at": calibration.made_at} if calibration is not None else None,
        "gate": {plan.criterion.id: plan.gate.verdict if plan.gate else "" for plan in plans},
        "closed": {plan.criterion.id: asdict(plan.closed) for plan in plans if plan.closed is not None},
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "tokens_estimated": usage.estimated,
        "cost": round(sum(value for value in costs if value is not None), 6) if known else None,
        "currency": price.currency if price else "",
        "cost_note": "" if known else "no price is known for the model; set it in grader.toml [prices]",
        "seconds": max((verdict.seconds for verdict in asked), default=0.0),
        "repeats": config.repeats,
        "canaries": len(canaries),
        "system_fingerprints": sorted({v.system_fingerprint for a in asked for v in a.votes if v.system_fingerprint}),
        "unanswered": {one.result.id: one.result.reason for one in found if one.details.unanswered},
        "removed": dict(reading.removed),
        "redacted": dict(reading.redacted),
    }


def flags_of(
    session: Session, plans: Sequence[JudgePlan], found: Sequence[JudgedCriterion], withheld: str
) -> tuple[str, ...]:
    """One sentence for each thing that a reviewer should look at."""
    reading = session.reading
    flags = [*addressed(tuple(dict.fromkeys([*reading.findings, *(one for plan in plans for one in plan.findings)])))]
    if withheld:
        flags.append(withheld)
    flags += [
        f"{one.result.id}: {one.result.reason}" for one in found if one.result.reason.endswith("a person decides.")
    ]
    flags += [f"{reading.trouble[0].upper()}{reading.trouble[1:]}."] if reading.trouble else []
    flags += _cut(plans)
    flags += _fingerprints(found, session.calibration)
    return tuple(flags)


def _cut(plans: Sequence[JudgePlan]) -> list[str]:
    over = list(dict.fromkeys(cut.shown for plan in plans for cut in plan.selection.cuts if "budget" in cut.what))
    if not over:
        return []
    more = f" and {len(over) - _MOST_CUT:,} more files" if len(over) > _MOST_CUT else ""
    named = ", ".join(visible(name, 60) for name in over[:_MOST_CUT])
    return [f"The judge was not shown all of {named}{more} (token budget)."]


def _fingerprints(found: Sequence[JudgedCriterion], calibration: Calibration | None) -> list[str]:
    """A change of the endpoint's system fingerprint since calibration, where it gives one."""
    if calibration is None:
        return []
    new = sorted(
        {
            now
            for one in found
            if (known := calibration.criteria.get(one.result.id)) is not None
            and one.details.answers is not None
            and (now := one.details.answers.system_fingerprint)
            and known.system_fingerprints
            and now not in known.system_fingerprints
        }
    )
    return [
        f"The judge's endpoint reports a system fingerprint ({visible(n, 60)}) unknown at calibration." for n in new
    ]
