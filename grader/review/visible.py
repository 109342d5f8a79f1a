"""Who sees what, in one function. Pages, partials, exports, mails and the command line show a View and nothing else.

Before the reveal a person who rates sees the work, the instruction, the rubric and their own words. Not the machine's
score, the judge's levels, how many others are in, or when; and nothing in a View depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from grader.ratings.sheet import Lean, Said
from grader.review import rules
from grader.review.combine import Combined, combine
from grader.review.problems import NotFoundError
from grader.review.records import (
    Actor,
    Adjudication,
    Assessment,
    Assignment,
    Decision,
    Event,
    File,
    Judged,
    Kind,
    Letter,
    Person,
    Response,
    Stage,
    State,
)


@dataclass(frozen=True, kw_only=True)
class Own:
    """A person's own part: their assignment and every version that they wrote."""

    assignment: Assignment
    versions: tuple[Assessment, ...]

    @property
    def latest(self) -> Assessment | None:
        return self.versions[-1] if self.versions else None


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One assessor after the reveal. `who` is "Reviewer A", whoever looks."""

    who: str
    name: str
    """Empty where names may not be shown: to each other by the policy, to leads who did not rate always."""
    person: str
    """Id; empty where the name is."""
    kind: Kind
    round: int
    lean: Lean
    rationale: str
    integrity: str
    informed: Assessment | None
    """What they wrote after the reveal; never counted."""
    response: Response | None
    """None is silence."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one assessor says on one criterion."""

    who: str
    said: Said


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """One criterion after the reveal: all levels beside each other, and what they come to."""

    criterion: str
    sides: tuple[Side, ...]
    combined: Combined
    adjudication: Adjudication | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a case stands, for a lead who does not rate it: states, never levels."""

    asked: tuple[tuple[Person, Kind, State], ...]
    missing: tuple[str, ...]
    """What the reveal waits for; empty when it is ready."""


@dataclass(frozen=True, kw_only=True)
class View:
    """All that one person is shown of one case. A template gets this, never rows."""

    id: str
    title: str
    challenge: str
    challenge_version: str
    blind: str
    """The candidate's blind id."""
    candidate: str
    """The candidate's name; empty unless this person may know it."""
    state: Stage
    """As far as this person may know: a person who still rates is told `collecting`."""
    work: bool
    """Whether the submission, its instruction and the rubric may be shown."""
    rubric: Mapping[str, Any] = field(repr=False)
    instruction: str = field(repr=False)
    may: frozenset[str]
    """What this person may do now; see `rules.may`."""
    kit: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """How a live round is held; empty for a take-home."""
    own: Own | None = None
    revealed: bool = False
    """Whether all that follows is shown; before, it is empty."""
    early_why: str = ""
    glass: tuple[Event, ...] = ()
    """Where an admin looked before the reveal, and why: everybody is told."""
    voices: tuple[Voice, ...] = ()
    criteria: tuple[SideBySide, ...] = ()
    """Largest gap first; in the rubric's order where gaps are equal."""
    machine: Mapping[str, Any] | None = field(default=None, repr=False)
    """grade.json as the machine alone gave it."""
    judged: Mapping[str, Judged] = field(default_factory=dict, repr=False)
    """Criterion → what the judge said, whether it counts or not."""
    decision: Decision | None = None
    decided_by: str = ""
    letter: Letter | None = None
    progress: Progress | None = None


def visible(actor: Actor, file: File, *, names: bool = False, broken_glass: bool = False) -> View:
    """What `actor` may see of a case. `names`: the policy shows assessors' names to each other after the reveal.
    `broken_glass`: an admin gave a reason, and that is an event. Raises NotFoundError, in the same words as for a case
    that there is not."""
    if not rules.known_to(actor, file):
        raise NotFoundError(file.case.id)
    own = file.of(actor.person)
    open_to = rules.sees_others(actor, file) or broken_glass
    face = _face(actor, file, own, open_to=open_to)
    if not open_to:
        progress = None if rules.rates(actor, file) or not rules.leads(actor) else _progress(file)
        return View(**face, progress=progress)
    called = reviewers(file)
    with_names = names or (own is None and rules.leads(actor))
    decision = file.decision
    return View(
        **face,
        revealed=True,
        early_why=file.case.early_why,
        glass=file.glass,
        voices=_voices(file, called, with_names=with_names, glass=broken_glass),
        criteria=side_by_side(file, called, glass=broken_glass),
        machine=file.source.machine,
        judged=file.judged,
        decision=decision,
        decided_by=file.people[decision.person].name if decision else "",
        letter=file.letter,
        progress=_progress(file) if rules.leads(actor) and not rules.rates(actor, file) else None,
    )


def _face(actor: Actor, file: File, own: Assignment | None, *, open_to: bool) -> dict[str, Any]:
    case, source = file.case, file.source
    works = own is None or own.state != "recused"
    told: Stage = "collecting" if rules.rates(actor, file) else case.state
    return {
        "id": case.id,
        "title": str(source.challenge.get("challenge", {}).get("title", case.challenge)),
        "challenge": case.challenge,
        "challenge_version": case.challenge_version,
        "blind": case.blind,
        "candidate": case.candidate if _knows_who(actor, file, own) else "",
        "state": told,
        "work": works and (own is not None or open_to),
        "rubric": source.challenge.get("rubric", {}) if works else {},
        "instruction": source.instruction if works else "",
        "may": rules.may(actor, file),
        "kit": source.challenge.get("kit", {}) if works else {},
        "own": Own(assignment=own, versions=file.versions(own)) if own else None,
    }


def _knows_who(actor: Actor, file: File, own: Assignment | None) -> bool:
    """Those who look after it, unless they rate; a lead once it is decided."""
    if own is not None and own.kind != "adjudicator":
        return False
    if actor.person is None or "admin" in actor.person.roles:
        return True
    return "lead" in actor.person.roles and file.case.state in {"decided", "released"}


def _progress(file: File) -> Progress:
    asked = tuple((file.people[one.person], one.kind, one.state) for one in file.assignments)
    return Progress(asked=asked, missing=rules.missing(file) if file.case.state == "collecting" else ())


# ------------------------------------------------------------------------------------------------ after the reveal


def heard(file: File, *, glass: bool = False) -> tuple[Assignment, ...]:
    """Assignments whose words are open; with broken glass also those that are handed in and not yet revealed."""
    if glass:
        return tuple(one for one in file.assignments if file.independent(one) is not None)
    return tuple(one for one in rules.shown(file) if one.kind != "adjudicator")


def reviewers(file: File) -> dict[str, str]:
    """Person → "Reviewer A": in an order that says nothing about who was asked or ready first. Whoever is asked after a
    reveal comes behind those who were in it, so that nobody's letter changes."""
    raters = [one for one in file.assignments if one.kind != "adjudicator"]
    shuffled = sorted(raters, key=lambda one: (file.waves.get(one.person, 0), _hash(one)))
    return {one.person: f"Reviewer {_letter(number)}" for number, one in enumerate(shuffled)}


def _hash(one: Assignment) -> str:
    return sha256(f"{one.case} {one.person}".encode()).hexdigest()


def _letter(number: int) -> str:
    return chr(65 + number) if number < 26 else f"{_letter(number // 26 - 1)}{chr(65 + number % 26)}"


def _voices(file: File, called: Mapping[str, str], *, with_names: bool, glass: bool) -> tuple[Voice, ...]:
    """By letter."""
    voices = [_voice(one, file, called, with_names=with_names) for one in heard(file, glass=glass)]
    return tuple(sorted(voices, key=lambda one: one.who))


def _voice(one: Assignment, file: File, called: Mapping[str, str], *, with_names: bool) -> Voice:
    counted = file.independent(one)
    informed = [version for version in file.versions(one) if version.kind == "informed"]
    said = [response for response in file.responses if response.person == one.person]
    return Voice(
        who=called[one.person],
        name=file.people[one.person].name if with_names else "",
        person=one.person if with_names else "",
        kind=one.kind,
        round=one.round,
        lean=counted.sheet.lean if counted else "",
        rationale=counted.sheet.rationale if counted else "",
        integrity=counted.sheet.integrity if counted else "",
        informed=informed[-1] if informed else None,
        response=said[-1] if said else None,
    )


def criterion_ids(file: File) -> tuple[str, ...]:
    """The criteria of the case's rubric, in its order."""
    return tuple(str(one["id"]) for one in file.source.challenge.get("rubric", {}).get("criteria", ()))


def side_by_side(file: File, called: Mapping[str, str], *, glass: bool = False) -> tuple[SideBySide, ...]:
    """Every criterion with all levels and what they come to, the largest gap first."""
    inside = [(one, file.independent(one)) for one in heard(file, glass=glass)]
    sheets = sorted(
        ((called[one.person], version.sheet) for one, version in inside if version is not None), key=lambda one: one[0]
    )
    found = []
    for name in criterion_ids(file):
        sides = tuple(Side(who=who, said=sheet.on(name)) for who, sheet in sheets)
        last = next((one for one in reversed(file.adjudications) if one.criterion == name), None)
        combined = combine(
            [side.said.level for side in sides if side.said.level is not None],
            adjudicated=last.level if last else None,
            settled=last is not None,
            why=last.why if last else "",
        )
        found.append(SideBySide(criterion=name, sides=sides, combined=combined, adjudication=last))
    return tuple(sorted(found, key=lambda one: -one.combined.gap))
