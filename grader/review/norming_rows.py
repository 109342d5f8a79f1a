"""Rows of norming sessions as records: what one person may see of a session, and what stands in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection, RowMapping

from grader.errors import UsageError
from grader.ratings.table import Rating, Ratings
from grader.review import authored, rules
from grader.review.anchoring import given_to
from grader.review.combine import combine
from grader.review.records import Actor, Case
from grader.store.case_tables import assignments, case_sources, cases
from grader.store.label_tables import judged_levels
from grader.store.norming_tables import anchor_proposals, norming_items, norming_ratings
from grader.store.tables import judgements


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Another text for an anchor. The latest for a level is the one in force from the next phase on."""

    person: str
    level: int
    text: str
    why: str


Source = Literal["people", "judge"]
"""Between whom a case lies apart."""


@dataclass(frozen=True, kw_only=True)
class Borderline:
    """A revealed case that may be normed by."""

    case: str
    levels: tuple[int, ...]
    """What people gave, the lowest first."""
    settled: int | None
    """What that came to."""
    judge: int | None
    """The judge's level, whether it counted or not; None where it gave none."""
    gap: int
    """In levels, as it was asked for."""


@dataclass(frozen=True, kw_only=True)
class Norming:
    """A session as one person may see it."""

    id: str
    criterion: str
    rates: bool
    """Whether this person is asked for levels."""
    anchors: Mapping[int, str]
    """As they are rated by in this phase."""
    items: tuple[str, ...]
    """Ids of the cases, without those that are not there for this person."""
    blind: Mapping[str, str]
    """Case → the candidate's blind id."""
    authored: Mapping[str, str]
    """Case → the id of the text, of those that a challenge's authors wrote: nobody's work."""
    phase: int
    """1 before the anchors were mended, 2 after."""
    compared: bool
    own: Mapping[str, int]
    """Case → the level that this person gave in this phase."""
    own_notes: Mapping[str, str]
    """Case → what decided it for this person in this phase."""
    called: Mapping[str, str]
    """Person → how this person may know them; empty until levels are compared."""
    notes: Mapping[tuple[str, str], str]
    """(case, person) → what decided it for them, once compared."""
    through: tuple[str, ...] | None
    """Names of the raters who are through, for leads who do not rate here; None for everybody else."""
    raters: tuple[str, ...] | None
    """Names of all raters, for the same people."""
    levels: Ratings | None
    """All levels of this phase, once compared; an item is a case, a rater a person's id."""
    before: Ratings | None
    """All levels of the phase before this one."""
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A session in a list."""

    id: str
    criterion: str
    at: str
    phase: int
    compared: bool
    rates: bool
    items: int
    """Cases that are there for this person."""
    own: int
    """How many of them they have given a level in this phase."""


def judged(connection: Connection, criterion: str, wanted: Sequence[str]) -> dict[str, int | None]:
    """Those of the cases that are revealed → the judge's level, accepted or as a suggestion."""
    by_run = (judgements.c.run == cases.c.run) & (judgements.c.criterion == criterion)
    by_judge = by_run & ((judgements.c.source == "judge") | judgements.c.suggestion.is_not(None))
    query = select(cases.c.id, judgements.c.level, judgements.c.suggestion).outerjoin(judgements, by_judge)
    found = connection.execute(query.where(cases.c.state.in_(rules.REVEALED), cases.c.id.in_(wanted))).all()
    unseen = select(cases.c.id, judged_levels.c.level).join(judged_levels, judged_levels.c.run == cases.c.run)
    unseen = unseen.where(judged_levels.c.criterion == criterion, cases.c.id.in_([row.id for row in found]))
    levels = {row.id: row.level for row in connection.execute(unseen)}
    told = {row.id: row.level if row.level is not None else row.suggestion for row in found}
    return {case: levels.get(case) if level is None else level for case, level in told.items()}


def borderline(case: str, levels: Sequence[int], settled: int | None, judge: int | None, source: Source) -> Borderline:
    """How far apart the levels of a case lie, as `source` has it; without a level on one side they do not."""
    people = combine(levels, adjudicated=settled, settled=settled is not None).level
    apart = abs(people - judge) if people is not None and judge is not None else 0
    gap = apart if source == "judge" else max(levels, default=0) - min(levels, default=0)
    return Borderline(case=case, levels=tuple(sorted(levels)), settled=people, judge=judge, gap=gap)


def anchors(connection: Connection, actor: Actor, case: str, criterion: str) -> Mapping[str, str]:
    """The anchors that a revealed case was graded by. Raises UsageError, for one that the actor may not know of too."""
    joined = cases.join(case_sources, case_sources.c.case == cases.c.id)
    query = select(cases, case_sources.c.challenge.label("source")).select_from(joined).where(cases.c.id == case)
    row = connection.execute(query).mappings().first()
    known = row is not None and not (actor.person and rules.linked(actor.person, _case(row)))
    written = authored.named(connection, [case])
    if row is None or not known or (row["state"] not in rules.REVEALED and not written):
        raise UsageError(f"Case {case} is not revealed; a norming session is on cases that nobody rates any more.")
    found = {one["id"]: one["levels"] for one in json.loads(row["source"])["rubric"]["criteria"]}
    if criterion not in found:
        raise UsageError(f"Case {case} has no criterion {criterion!r}.")
    return {str(level): str(text) for level, text in found[criterion].items()}


def _case(row: RowMapping) -> Case:
    return Case(**{name: value for name, value in row.items() if name != "source"})


def anchors_of(connection: Connection, row: RowMapping) -> dict[int, str]:
    """As they are rated by: in the second phase with what was mended."""
    before = {int(level): text for level, text in json.loads(row["anchors"]).items()}
    mended = {one.level: one.text for one in proposals(connection, row["id"])} if row["phase"] == 2 else {}
    return {**before, **mended}


def proposals(connection: Connection, session: str) -> tuple[Proposal, ...]:
    query = select(anchor_proposals).where(anchor_proposals.c.session == session).order_by(anchor_proposals.c.id)
    return tuple(
        Proposal(person=row["person"], level=row["level"], text=row["body"], why=row["why"])
        for row in connection.execute(query).mappings()
    )


def items(connection: Connection, actor: Actor, session: str) -> dict[str, str]:
    """The cases of a session that are there for the actor, with their blind ids: neither those of somebody they are
    linked to, nor one that was opened again and that they now rate."""
    joined = norming_items.join(cases, cases.c.id == norming_items.c.case)
    query = select(cases).select_from(joined).where(norming_items.c.session == session).order_by(norming_items.c.id)
    found = [Case(**row) for row in connection.execute(query).mappings()]
    person = actor.person
    if person is None:
        return {one.id: one.blind for one in found}
    own = select(assignments.c.case).where(
        assignments.c.person == person.id, assignments.c.kind != "adjudicator", assignments.c.state.in_(rules.BLIND)
    )
    given = {anchor for anchor, who in given_to(connection) if who == person.id}  # in their queue under another name
    rated = set(connection.execute(own).scalars()) | given
    return {one.id: one.blind for one in found if one.id not in rated and not rules.linked(person, one)}


class Given(NamedTuple):
    """What somebody said of a case."""

    level: int
    note: str


def given(connection: Connection, session: str, phase: int) -> dict[tuple[str, str], Given]:
    """(case, person) → what stands."""
    table = norming_ratings
    query = select(table.c.case, table.c.person, table.c.level, table.c.note).where(
        table.c.session == session, table.c.phase == phase
    )
    found = connection.execute(query.order_by(table.c.id))
    return {(row.case, row.person): Given(row.level, row.note) for row in found}


def letters(session: str, raters: Sequence[str]) -> dict[str, str]:
    """Person → "Rater A", in an order that says nothing about who they are."""
    shuffled = sorted(raters, key=lambda one: sha256(f"{session} {one}".encode()).hexdigest())
    return {one: f"Rater {chr(ord('A') + number % 26)}{number // 26 or ''}" for number, one in enumerate(shuffled)}


def ratings(row: RowMapping, said: Mapping[tuple[str, str], Given], of: Collection[str]) -> Ratings:
    """The levels on the cases `of`; an item is a case, a rater a person's id."""
    rows = [Rating(item=case, criterion=row["criterion"], rater=who, level=one.level, candidate=case)
            for (case, who), one in said.items() if case in of]  # fmt: skip
    levels = tuple(sorted(int(level) for level in json.loads(row["anchors"])))
    return Ratings(rows=tuple(rows), levels={row["criterion"]: levels})


def lines(texts: Mapping[int, str]) -> list[str]:
    """Anchors as a diff has them: one a line."""
    return [f"{level}: {' '.join(text.split())}" for level, text in sorted(texts.items())]
