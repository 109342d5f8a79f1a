"""From votes to results: what counts, what is only shown, what goes to a person, and what it all took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from grader.errors import visible
from grader.judge.budget import Usage, cost, price_of
from grader.judge.config import JudgeConfig
from grader.judge.plan import ADDRESSES, JudgePlan, where
from grader.judge.reading import Reading
from grader.judge.votes import Judgement, Vote
from grader.records import CriterionResult

if TYPE_CHECKING:
    from grader.judge.record import Calibration


def result_of(
    plan: JudgePlan,
    verdict: Judgement | None,
    bare: Vote | None,
    calibration: Calibration | None,
    config: JudgeConfig,
    withheld: str,
) -> CriterionResult:
    """Where one criterion stands once all answers are in."""
    details = _details(plan, verdict, bare, config)
    if plan.reason or verdict is None:
        return _unscored(plan, plan.reason, details)
    if verdict.level is None or verdict.chosen is None:
        return _unscored(plan, _sentence(verdict.reason), details)
    why = withheld or _other_mode(plan, verdict, calibration)
    if why:
        return _unscored(plan, why, {key: value for key, value in details.items() if key not in _TELLS_LEVEL})
    why = plan.why_not_accepted or _gap(verdict.level, bare)
    if why or calibration is None:
        return _suggested(plan, verdict, why, details)
    within = calibration.interval(plan.criterion.id, verdict.level, plan.criterion.max_level)
    return _base(
        plan,
        level=verdict.level,
        source="judge",
        accepted=True,
        reason=plan.gate.sentence if plan.gate else "",
        evidence=verdict.chosen.evidence,
        rationale=verdict.chosen.rationale,
        details=details | ({"error": asdict(within.error)} if within.error else {}),
        low=within.low,
        high=within.high,
    )


_TELLS_LEVEL = {"levels", "spread", "bare_level"}


def _base(plan: JudgePlan, **fields: object) -> CriterionResult:
    criterion = plan.criterion
    return CriterionResult(
        id=criterion.id,
        competency=criterion.competency,
        weight=criterion.weight,
        max_level=criterion.max_level,
        **fields,  # type: ignore[arg-type]
    )


def _unscored(plan: JudgePlan, reason: str, details: Mapping[str, object]) -> CriterionResult:
    return _base(plan, level=None, source="none", accepted=False, reason=reason, details=details)


def _suggested(plan: JudgePlan, verdict: Judgement, why: str, details: Mapping[str, object]) -> CriterionResult:
    """A level that does not count: shown to reviewers with its evidence where the rubric allows it."""
    shown = plan.may_suggest and verdict.chosen is not None
    if not shown or verdict.chosen is None:
        return _unscored(plan, why, {key: value for key, value in details.items() if key not in _TELLS_LEVEL})
    return _base(
        plan,
        level=None,
        source="none",
        accepted=False,
        reason=why,
        suggestion=verdict.level,
        evidence=verdict.chosen.evidence,
        rationale=verdict.chosen.rationale,
        details=details,
    )


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


def _sentence(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}." if reason else "There is no answer."


def _details(plan: JudgePlan, verdict: Judgement | None, bare: Vote | None, config: JudgeConfig) -> dict[str, object]:
    details: dict[str, object] = {"model": plan.model, "asked": not plan.reason}
    if plan.gate is not None and plan.gate.verdict:
        details["gate"] = {"verdict": plan.gate.verdict, "sentence": plan.gate.sentence, **plan.gate.figures}
    if plan.selection.cuts:
        details["not_shown"] = [f"{cut.shown}: {cut.what}" for cut in plan.selection.cuts]
    if plan.findings:
        details["findings"] = [
            {"path": found.path, "line": found.line, "kinds": list(found.kinds), "text": visible(found.text)}
            for found in plan.findings
        ]
    if verdict is not None and (verdict.unanswered or (bare is not None and bare.level is None and not bare.mode)):
        details["unanswered"] = True
    if verdict is not None:
        details |= _asked(plan, verdict, bare, config)
    return details


def _asked(plan: JudgePlan, verdict: Judgement, bare: Vote | None, config: JudgeConfig) -> dict[str, object]:
    usage = verdict.usage + (bare.usage if bare is not None else Usage())
    price = price_of(plan.model, config.prices)
    details: dict[str, object] = {
        "levels": list(verdict.levels),
        "spread": verdict.spread,
        "repeats": len(verdict.votes),
        "dropped_quotes": verdict.dropped,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "tokens_estimated": usage.estimated,
        "cost": cost(usage, price),
        "cost_note": "" if price else f"no price is known for {plan.model}",
        "seconds": verdict.seconds,
        "mode": next((vote.mode for vote in verdict.votes if vote.mode), ""),
        "system_fingerprint": next((v.system_fingerprint for v in verdict.votes if v.system_fingerprint), ""),
    }
    if bare is not None:
        details["bare_level"] = bare.level
    return details


_MOST_CUT = 12


def judge_block(
    plans: Sequence[JudgePlan],
    results: Sequence[CriterionResult],
    usage: Usage,
    asked: Sequence[Judgement],
    reading: Reading,
    config: JudgeConfig,
    calibration: Calibration | None,
    *,
    canaries: int,
    riding: Usage,
) -> dict[str, object]:
    """The `judge` block of grade.json. Nothing in it differs when the same grade is made again."""
    models = sorted({plan.model for plan in plans})
    known = all(price_of(model, config.prices) for model in models)
    price = price_of(config.model, config.prices)
    costs = [result.details.get("cost", 0.0) for result in results] + [cost(riding, price)]
    return {
        "model": config.model,
        "models": models,
        "endpoint": config.endpoint,
        "calibration": {"id": calibration.id, "made_at": calibration.made_at} if calibration is not None else None,
        "gate": {plan.criterion.id: plan.gate.verdict if plan.gate else "" for plan in plans},
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "tokens_estimated": usage.estimated,
        "cost": round(sum(float(value) for value in costs if isinstance(value, int | float)), 6) if known else None,
        "currency": price.currency if price else "",
        "cost_note": "" if known else "no price is known for the model; set it in grader.toml [prices]",
        "seconds": max((verdict.seconds for verdict in asked), default=0.0),
        "repeats": config.repeats,
        "canaries": canaries,
        "system_fingerprints": sorted({v.system_fingerprint for a in asked for v in a.votes if v.system_fingerprint}),
        "unanswered": {result.id: result.reason for result in results if result.details.get("unanswered")},
        "removed": dict(reading.removed),
        "redacted": dict(reading.redacted),
    }


def flags_of(
    plans: Sequence[JudgePlan],
    results: Sequence[CriterionResult],
    reading: Reading,
    calibration: Calibration | None,
    withheld: str,
) -> tuple[str, ...]:
    """One sentence for each thing that a reviewer should look at."""
    flags = []
    findings = tuple(dict.fromkeys([*reading.findings, *(found for plan in plans for found in plan.findings)]))
    if findings:
        flags.append(f"{ADDRESSES.capitalize()}: {where(findings)}. Read it yourself; nothing was taken off for it.")
    if withheld:
        flags.append(withheld)
    flags += [f"{r.id}: {r.reason}" for r in results if r.reason.endswith("a person decides.")]
    flags += [f"{reading.trouble[0].upper()}{reading.trouble[1:]}."] if reading.trouble else []
    flags += _cut(plans)
    flags += _fingerprints(results, calibration)
    return tuple(flags)


def _cut(plans: Sequence[JudgePlan]) -> list[str]:
    over = list(dict.fromkeys(cut.shown for plan in plans for cut in plan.selection.cuts if "budget" in cut.what))
    if not over:
        return []
    more = f" and {len(over) - _MOST_CUT:,} more files" if len(over) > _MOST_CUT else ""
    named = ", ".join(visible(name, 60) for name in over[:_MOST_CUT])
    return [f"The judge was not shown all of {named}{more} (token budget)."]


def _fingerprints(results: Sequence[CriterionResult], calibration: Calibration | None) -> list[str]:
    """A change of the endpoint's system fingerprint since calibration, where it gives one."""
    if calibration is None:
        return []
    new = sorted(
        {
            str(now)
            for result in results
            if (known := calibration.criteria.get(result.id)) is not None
            and (now := result.details.get("system_fingerprint"))
            and known.system_fingerprints
            and now not in known.system_fingerprints
        }
    )
    return [
        f"The judge's endpoint reports a system fingerprint ({visible(n, 60)}) unknown at calibration." for n in new
    ]
