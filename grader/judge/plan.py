"""What is asked about each criterion, and what is not asked at all and why: decided before any call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grader.errors import visible
from grader.judge import prompt, reading
from grader.judge.budget import JudgeBudget
from grader.judge.claimed import with_marks
from grader.judge.config import JudgeConfig
from grader.judge.documents import Selection
from grader.judge.fingerprint import PARTS, model_of, parts
from grader.judge.reading import Reading
from grader.judge.session import Session
from grader.records import Closed
from grader.submission.code import is_about_code
from grader.submission.speech.detect import SpeechFinding

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.challenge.rubric import Criterion, GateSettings
    from grader.judge.record import Calibration, Gate

ADDRESSES = "text addresses the grader"


@dataclass(frozen=True, kw_only=True)
class JudgePlan:
    """One criterion before it is asked. `reason`: why it is not asked; empty if it is."""

    criterion: Criterion
    model: str
    selection: Selection
    gate: Gate | None
    """None: there is no calibration at all."""
    closed: Closed | None
    """Why the gate is closed since its calibration; None while it is open."""
    reason: str
    bare: bool
    """Whether a twin without comments and strings is asked about, too."""
    findings: tuple[SpeechFinding, ...]
    prompt_tokens: int
    """Estimated, for one question."""
    shadow: bool = False
    """Whether it is asked only to be held beside people's levels: nothing of the answer is told."""

    @property
    def why_not_accepted(self) -> str:
        """Why a level would not count, however good; empty if it would."""
        if self.gate is None:
            return "The judge has not been calibrated for this challenge."
        if self.closed is not None:
            return self.closed.sentence
        return "" if self.gate.accepts else self.gate.sentence

    @property
    def may_suggest(self) -> bool:
        """Whether a level that does not count may be shown: not when nothing is known about the judge as it is now."""
        stale = self.closed is not None or (self.gate is not None and self.gate.verdict == "STALE")
        return self.criterion.suggest and not stale and not self.findings


def plan_all(session: Session, budget: JudgeBudget) -> tuple[JudgePlan, ...]:
    """A plan for each criterion, in the rubric's order, which is also the order in which the budget is given out."""
    plans = [_plan(session, criterion, budget) for criterion in session.challenge.rubric.criteria]
    return tuple(_within(plan, budget) if plan.shadow else plan for plan in plans)  # after all that may count


def _within(plan: JudgePlan, budget: JudgeBudget) -> JudgePlan:
    """A shadow where the budget still allows it."""
    over = budget.take(plan.model, plan.prompt_tokens, 1)
    return replace(plan, shadow=False, reason=plan.why_not_accepted) if over else plan


def gate_of(
    criterion: Criterion, config: JudgeConfig, limits: GateSettings, calibration: Calibration | None
) -> Gate | None:
    """The gate of `criterion` for the judge as it is configured now."""
    if calibration is None:
        return None
    return calibration.gate(criterion.id, parts(criterion, config, limits), PARTS)


def shown(
    challenge: Pack, read: Reading, criterion: Criterion, config: JudgeConfig, claims: Mapping[str, Any] | None
) -> tuple[Selection, tuple[SpeechFinding, ...]]:
    """What of a submission is shown for `criterion`, and what in it talks to the judge. `claims`: the block of that
    name of the grade; None where nobody looked at figures."""
    selection = reading.select(read, criterion, config, challenge.submission.required)
    paths = {item.path for item in selection.views} | {cut.path for cut in selection.cuts}
    findings = tuple(found for found in read.findings if found.path in paths)
    findings += reading.echoes(selection, criterion, challenge.asked)
    return selection if claims is None else with_marks(selection, claims), findings


def _plan(session: Session, criterion: Criterion, budget: JudgeBudget) -> JudgePlan:
    challenge, read, config = session.challenge, session.reading, session.config
    known = session.calibration
    selection, findings = shown(challenge, read, criterion, config, session.claims)
    bare = config.differential and is_about_code(criterion.evidence)
    tokens = prompt.build(criterion, selection, prompt.fresh_nonce()).tokens
    plan = JudgePlan(
        criterion=criterion,
        model=model_of(criterion, config),
        selection=selection,
        gate=gate_of(criterion, config, challenge.rubric.gate, known),
        closed=session.gates.closed(known.id, criterion.id) if known is not None else None,
        reason="",
        bare=bare,
        findings=findings,
        prompt_tokens=tokens,
    )
    trouble = f"{read.trouble[0].upper()}{read.trouble[1:]}. A person reads it." if read.trouble else ""
    reason = trouble or _why_not_asked(plan)
    if not reason and plan.why_not_accepted and not plan.may_suggest:
        return replace(plan, shadow=config.shadow, bare=False, reason="" if config.shadow else plan.why_not_accepted)
    return replace(plan, reason=reason or budget.take(plan.model, tokens, config.repeats + bare))


def _why_not_asked(plan: JudgePlan) -> str:
    if reading.is_empty(plan.selection):
        globs = ", ".join(plan.criterion.evidence)
        return f"There is nothing to judge: the submission holds no text in {globs}."
    if plan.findings:
        return f"{ADDRESSES}: {where(plan.findings)}. A person reads it; nothing is taken off for it."
    return ""


def addressed(findings: tuple[SpeechFinding, ...]) -> tuple[str, ...]:
    """The flag for people of text that addresses the grader; none where there is none."""
    if not findings:
        return ()
    return (f"{ADDRESSES.capitalize()}: {where(findings)}. Read it yourself; nothing was taken off for it.",)


def where(findings: tuple[SpeechFinding, ...]) -> str:
    """The places of `findings`, for a sentence."""
    places: Mapping[str, None] = {
        f"{visible(found.path, 80)}:{found.line}" if found.line else visible(found.path, 80): None for found in findings
    }
    names = list(places)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more places" if len(names) > 5 else "")
