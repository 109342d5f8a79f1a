"""The sentences that decide how a page is read, computed from the grade and nowhere else.

All of it is pure: a heading that names the deciding fact, what each level of an open criterion would do, a gate in
words that a manager understands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.challenge import Challenge
from grader.pages.text import competency, in_words, listed, near, number, sentence
from grader.records import CompetencyScore, CriterionResult, Grade

_TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The first line of a page: a word for the outcome and the fact that decides it."""

    word: str
    fact: str
    tone: str
    """`fine`, `open` or `bad`."""

    @property
    def heading(self) -> str:
        return f"{self.word}: {self.fact}"


@dataclass(frozen=True, kw_only=True)
class NoGrade:
    """What a page says when there is no grade: whose fault it is, and what to do next."""

    fault: str
    step: str


def outcome(grade: Grade, challenge: Challenge | None) -> Headline:
    """The heading of the page for any status. Only without a grade there may be no challenge."""
    if grade.status == "refused":
        return Headline(word="Refused", fact="this cannot be graded as it is", tone="bad")
    if grade.status == "challenge_error":
        return Headline(word="No grade", fact="the challenge is broken", tone="open")
    if grade.score is None or challenge is None:
        return Headline(word="No grade", fact="this machine or a service failed", tone="open")
    if grade.recommendation == "advance":
        return Headline(word="Advance", fact=_advance_fact(grade), tone="fine")
    if grade.recommendation == "decline":
        return Headline(word="Decline", fact=_decline_fact(grade, challenge), tone="bad")
    return Headline(word="Needs review", fact=_review_fact(grade, challenge), tone="open")


def no_grade(grade: Grade) -> NoGrade:
    """Whose fault it is that there is no grade, and the step that mends it."""
    if grade.status == "refused":
        return NoGrade(
            fault="The submission. Nothing of it was run, and no point was taken from anyone.",
            step="Ask the candidate for a new archive and tell them the reason above; grade it again when it comes.",
        )
    if grade.status == "challenge_error":
        name = grade.challenge.get("id") or "ID"
        return NoGrade(
            fault="The challenge’s author. The candidate did nothing wrong, and this costs them nothing.",
            step=f"Mend the challenge (`grade challenge check {name}` says where), then grade the submission again.",
        )
    return NoGrade(
        fault="The infrastructure. The candidate did nothing wrong, and this costs them nothing.",
        step="Mend what the reason names (`grade doctor` helps), then grade the submission again.",
    )


def _advance_fact(grade: Grade) -> str:
    bounded = [entry for entry in grade.competencies if entry.minimum is not None]
    return "the pass mark and every minimum are reached" if bounded else "the pass mark is reached"


def _decline_fact(grade: Grade, challenge: Challenge) -> str:
    missed = [entry.id for entry in grade.competencies if entry.met is False]
    if missed and grade.score and grade.score.value >= challenge.pass_mark - _TINY:
        return _missed(missed)
    assert grade.score is not None  # noqa: S101 - a declined grade has a score
    short = challenge.pass_mark - grade.score.value
    text = f"{number(short, 1)} {'point' if number(short, 1) == '1' else 'points'} below the pass mark"
    return f"{text}, and {_missed(missed)}" if missed else text


def _review_fact(grade: Grade, challenge: Challenge) -> str:
    known = {criterion.id for criterion in grade.criteria}
    assert grade.score is not None  # noqa: S101 - no_grade has its own words
    if grade.open:
        missed = [entry.id for entry in grade.competencies if entry.met is False]
        if missed:
            return _missed(missed)
        if grade.score.high < challenge.pass_mark - _TINY:
            return f"at best {near(grade.score.high, challenge.pass_mark)}, short of the pass mark"
        deciding = [entry.criterion for entry in grade.open if entry.decides]
        if deciding:
            return f"{_things(deciding, known)} {'decides' if len(deciding) == 1 else 'decide'}"
        names = [entry.criterion for entry in grade.open]
        return f"{_things(names, known)} {'is' if len(names) == 1 else 'are'} still open"
    if grade.score.low < challenge.pass_mark - _TINY <= grade.score.high:
        return "the pass mark lies inside the judge’s error"
    if challenge.unsure_at(grade.score.high):
        return f"{near(grade.score.value, challenge.pass_mark)} lies where this challenge does not tell"
    unsure = [entry.id for entry in grade.competencies if entry.met is None]
    if unsure:
        return f"{_inner(unsure[0])} is within the judge’s error of its minimum"
    return f"{in_words(len(grade.flags), 'flag')} for a person to read" if grade.flags else "a person decides"


def _missed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{_inner(names[0])} stays below its minimum"
    return f"{in_words(len(names), 'competency', 'competencies')} stay below their minimum"


def _things(names: Sequence[str], criteria: set[str]) -> str:
    rated = sum(name in criteria for name in names)
    parts = [in_words(rated, "criterion", "criteria")] if rated else []
    parts += [in_words(len(names) - rated, "test")] if len(names) - rated else []
    return listed(parts)


def _inner(name: str) -> str:
    shown = competency(name)
    return shown if shown.startswith("LLM") else shown[0].lower() + shown[1:]


def short_name(criterion: str, challenge: Challenge) -> str:
    """What lists call a criterion: its title, else its question."""
    known = next((entry for entry in challenge.rubric.criteria if entry.id == criterion), None)
    return (known.title or known.question) if known else criterion


# ---------------------------------------------------------------------------------------------- what a level would do


def full_points(criterion: CriterionResult, grade: Grade, challenge: Challenge) -> float:
    """Points of the total that the highest level of `criterion` is worth; a side that is not there, tests or criteria,
    leaves its share to the other."""
    tests = challenge.weights.objective if grade.objective and grade.objective.max_points > 0 else 0.0
    levels = challenge.weights.subjective
    share = levels / (tests + levels) if tests + levels else 1.0
    return 100.0 * share * criterion.weight / sum(entry.weight for entry in grade.criteria)


def earned_points(criterion: CriterionResult, grade: Grade, challenge: Challenge) -> float | None:
    """Points that the level of `criterion` earns: level 1 none, the highest all. None while it does not count."""
    if criterion.level is None or not criterion.accepted:
        return None
    return full_points(criterion, grade, challenge) * (criterion.level - 1) / (criterion.max_level - 1)


def minimum_points(entry: CompetencyScore, challenge: Challenge) -> float | None:
    """The minimum of a competency in points, out of the challenge's share."""
    share = {str(name): value for name, value in challenge.minimums.items()}.get(entry.id)
    return None if share is None else share * entry.max_score


def levels_in_words(criterion: CriterionResult, grade: Grade, challenge: Challenge) -> str:
    """What each level of an open criterion would do, as one sentence; empty where no level settles the outcome."""
    results = {level: _result(criterion, level, grade, challenge) for level in range(1, criterion.max_level + 1)}
    enough = [level for level, found in results.items() if found == "enough"]
    short = {level: found for level, found in results.items() if found not in {"enough", "open"}}
    others = any(entry.criterion != criterion.id for entry in grade.open)
    parts = []
    if enough:
        parts.append(
            f"at level {enough[0]}{'' if enough[0] == criterion.max_level else ' or better'} every mark is reached"
            + (", whatever else is open" if others else "")
        )
    for reason in dict.fromkeys(short.values()):
        levels = [str(level) for level, found in short.items() if found == reason]
        parts.append(f"at {'' if parts else 'level '}{listed(levels, 'or')}, {reason}")
    between = [str(level) for level, found in results.items() if found == "open"]
    if parts and between:
        parts.append(f"at {listed(between, 'or')} it depends on what else is open")
    text = "; ".join(parts)
    return text and text[0].upper() + text[1:] + "."


def _result(criterion: CriterionResult, level: int, grade: Grade, challenge: Challenge) -> str:
    """`enough`, `open`, or the reason why `level` is not enough whatever else happens."""
    assert grade.score is not None  # noqa: S101 - only a graded run has open criteria
    full = full_points(criterion, grade, challenge)
    gain = full * (level - 1) / (criterion.max_level - 1)
    states = []
    for entry in grade.competencies:
        minimum, own = minimum_points(entry, challenge), entry.id == criterion.competency
        if minimum is None:
            continue
        low, high = (entry.low + gain, entry.high - full + gain) if own else (entry.low, entry.high)
        if high < minimum - _TINY:
            return f"{_inner(entry.id)} stays below its minimum"
        states.append(low >= minimum - _TINY)
    if grade.score.high - full + gain < challenge.pass_mark - _TINY:
        return "the total stays below the pass mark"
    states.append(grade.score.low + gain >= challenge.pass_mark - _TINY)
    return "enough" if all(states) else "open"


# ---------------------------------------------------------------------------------------------- the judge's gate


_VERDICTS = {
    "ACCEPT": "The judge may score this criterion.",
    "REJECT": "The judge may not score this criterion.",
    "INCONCLUSIVE": "The judge may only suggest here.",
    "STALE": "The judge may not score here now.",
}


def gate_lead(gate: Mapping[str, object], *, counts: bool = True) -> str:
    """The verdict as a sentence. `counts`: whether the judge's level counts in this grade."""
    if gate.get("closed"):
        return "The judge’s gate is closed: its level does not count."
    if gate.get("verdict") == "ACCEPT" and not counts:
        return "The judge may score this criterion, but this reading does not count."
    return _VERDICTS.get(str(gate.get("verdict")), "The judge’s agreement with people is not known here.")


def gate_sentence(gate: Mapping[str, object]) -> str:
    """Why the verdict is what it is, in words that need no statistics; where figures are missing, what the judge stage
    says of it."""
    closed = gate.get("closed")
    if isinstance(closed, Mapping):
        return f"Closed since {str(closed.get('since'))[:10]}. {sentence(str(closed.get('reason') or ''))}"
    judge, people = _float(gate.get("qwk")), _float(gate.get("human_human_qwk"))
    low, labels = _float(gate.get("qwk_low")), _float(gate.get("n"))
    reasons = gate.get("reasons")
    given = " ".join(sentence(str(reason)) for reason in reasons) if isinstance(reasons, (list, tuple)) else ""
    if gate.get("verdict") == "STALE" or judge is None:
        said = str(gate.get("sentence") or "").removeprefix(f"{gate.get('verdict')}: ")
        return sentence(said) or given
    text = f"It agrees with people at {judge:.2f}"
    if people is not None:
        how = _compared(round(judge - people, 2))
        text = f"It agrees with people {how} people agree with each other: {judge:.2f}, people {people:.2f}"
    if low is not None:
        text += f"; 95 % sure it is above {low:.2f}"
    if labels is not None:
        text += f", on {near(labels, None)} labels"
    return f"{text}. {'' if gate.get('verdict') == 'ACCEPT' else given}".strip()


def _compared(gap: float) -> str:
    if gap >= -0.02:
        return "as well as"
    return "almost as well as" if gap >= -0.1 else "less well than"


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
