"""The words of a review: people, cases, assignments, assessments, and what is decided. Frozen plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from grader.ratings.sheet import Sheet

Role = Literal["reviewer", "bar_raiser", "lead", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Kind = Literal["assessor", "bar_raiser", "adjudicator"]
KINDS: tuple[Kind, ...] = get_args(Kind)
State = Literal["assigned", "draft", "submitted", "sealed", "recused", "late"]
"""Of an assignment. `sealed`: others may have seen it; `late`: a lead closed the case before it was in."""
Stage = Literal["collecting", "debrief", "decided", "released"]
"""Of a case. It is `ready` while it collects and nothing is missing: that is found, never stored."""
DecisionOutcome = Literal["advance", "decline", "more"]
OUTCOMES: tuple[DecisionOutcome, ...] = get_args(DecisionOutcome)
How = Literal["page", "command", "import"]
"""The way in which something was done."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who rates, leads or looks after it. Signing in is not known here."""

    id: str
    name: str
    team: str = ""
    roles: tuple[Role, ...] = ("reviewer",)
    candidates: tuple[str, ...] = ()
    """Candidates that this person is linked to (name, blind id or a submission's digest): their cases do not exist
    for this person."""
    active: bool = True
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something, and how. Without a person: whoever runs the program on the machine itself."""

    person: Person | None = None
    how: How = "page"
    user: str = ""
    """Login name of the machine's user, where there is no person."""

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.user or "the operator"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One submission of one version of a challenge, under review."""

    id: str
    run: str
    challenge: str
    challenge_version: str
    challenge_digest: str
    submission_digest: str
    candidate: str
    blind: str
    folder: str
    state: Stage
    round: int
    """1; one more each time that it is opened again."""
    minimum: int
    """Independent assessments that a reveal takes."""
    bar_raiser: bool
    """Whether a bar raiser's has to be among them."""
    early_why: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a case is about, as it was when the case was opened."""

    challenge: Mapping[str, Any] = field(repr=False)
    """`challenge` and `rubric`, as evidence/challenge.json holds them."""
    instruction: str = field(repr=False)
    """What the candidate was asked; empty where it is not known."""
    machine: Mapping[str, Any] = field(repr=False)
    """grade.json as the machine alone gave it."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A person asked to look at a case. There is one for each person and case, for ever."""

    id: str
    case: str
    person: str
    kind: Kind
    round: int
    state: State
    version: int
    """Number of the newest assessment; 0 before anything was written."""
    why: str
    """Why it was recused, or closed without an assessment."""
    at: str


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """One version of what a person wrote. `informed`: written after others' could be seen, so never independent."""

    assignment: str
    version: int
    kind: Literal["draft", "submitted", "informed"]
    sheet: Sheet
    at: str


@dataclass(frozen=True, kw_only=True)
class Adjudication:
    """A criterion settled by one person with a reason. Without a level: it cannot be judged, and that is settled."""

    person: str
    criterion: str
    level: int | None
    why: str
    for_candidate: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """Whether a person agrees with the outcome. Who gave none is silent, and that is all that is known."""

    person: str
    agrees: bool
    words: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a named person decided. `against`: it is not what the grade recommended."""

    person: str
    round: int
    outcome: DecisionOutcome
    why: str
    recommendation: str
    against: bool
    at: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The text for the candidate, as a person edited it. Once released it has gone out."""

    person: str
    text: str
    released: bool
    at: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened, in one chain a case (and one for people). `body` is None where it was erased."""

    chain: str
    number: int
    what: str
    digest: str
    previous: str
    hash: str
    at: str
    body: Mapping[str, Any] | None
    """`who`, `person`, `how` and what belongs to it."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the judge said on a criterion in the case's grading, whether it counted or not."""

    level: int
    judge: str
    """Digest of the judge."""
    counted: bool


@dataclass(frozen=True, kw_only=True)
class File:
    """All that is known about a case. Nobody is shown one: `visible` makes a View of it."""

    case: Case
    source: Source
    people: Mapping[str, Person]
    """By id: everybody who has to do with the case."""
    assignments: tuple[Assignment, ...]
    """In the order in which people were asked."""
    assessments: tuple[Assessment, ...]
    """All versions, by assignment and version."""
    adjudications: tuple[Adjudication, ...]
    responses: tuple[Response, ...]
    decisions: tuple[Decision, ...]
    letters: tuple[Letter, ...]
    glass: tuple[Event, ...] = ()
    """Where an admin looked before the reveal, and why."""
    waves: Mapping[str, int] = field(default_factory=dict)
    """Person → how many reveals there had been when they were asked."""
    judged: Mapping[str, Judged] = field(default_factory=dict, repr=False)
    """Criterion → the judge's level."""
    apart: bool = False
    """Whether nothing is decided by it: an anchor in the queue of one person, or an authored text."""

    def of(self, person: Person | None) -> Assignment | None:
        """The person's assignment."""
        return next((one for one in self.assignments if person and one.person == person.id), None)

    def versions(self, assignment: Assignment) -> tuple[Assessment, ...]:
        return tuple(one for one in self.assessments if one.assignment == assignment.id)

    def independent(self, assignment: Assignment) -> Assessment | None:
        """What counts of an assignment: the version that was handed in before its author could see another's."""
        if assignment.state not in {"submitted", "sealed"} or assignment.kind == "adjudicator":
            return None
        handed_in = [one for one in self.versions(assignment) if one.kind == "submitted"]
        return handed_in[-1] if handed_in else None

    @property
    def decision(self) -> Decision | None:
        """The decision in force: none after the case was opened again."""
        own = [one for one in self.decisions if one.round == self.case.round]
        return own[-1] if own else None

    @property
    def letter(self) -> Letter | None:
        """The letter as it was kept last. One that was kept under another outcome than the one in force, and has not
        gone out, is none: it says what is no longer so."""
        last = self.letters[-1] if self.letters else None
        if last is None or last.released or self.decision is None:
            return last
        before = [one.outcome for one in self.decisions if one.at <= last.at]
        return last if before[-1:] == [self.decision.outcome] else None
