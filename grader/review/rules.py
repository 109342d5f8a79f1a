"""What may be done, by whom, and when: the whole state machine in one place. Pure.

assigned ─► draft ─► submitted ─► sealed (at the reveal) ─► a version marked informed
    └─► recused        └─► draft again, by its owner, until the reveal
collecting ─► debrief ─► decided ─► released;  from each of these three back to collecting, with fresh assessors
"""

from __future__ import annotations

from grader.review.records import Actor, Assignment, Case, File, Person
from grader.store import people

OPEN = frozenset({"assigned", "draft"})
BLIND = frozenset({"assigned", "draft", "submitted"})
"""States in which a person still rates: until the reveal they see their own words only."""
REVEALED = frozenset({"debrief", "decided", "released"})


def linked(person: Person, case: Case) -> bool:
    """Whether the case is that of a candidate whom the person is linked to, or the person's own."""
    ids = {text.casefold() for text in (case.blind, case.blind.split("-")[0], case.submission_digest) if text}
    known = [text for text in (*person.candidates, person.name) if text]
    return any(text.casefold() in ids or people.is_of(text, case.candidate) for text in known)


def leads(actor: Actor) -> bool:
    """Whether the actor answers for cases: a lead, an admin, or whoever runs the program on the machine."""
    return actor.person is None or bool({"lead", "admin"} & set(actor.person.roles))


def known_to(actor: Actor, file: File) -> bool:
    """Whether the actor may know that the case exists."""
    if actor.person is None:
        return True
    if file.apart:
        return file.of(actor.person) is not None and not linked(actor.person, file.case) and actor.person.active
    if linked(actor.person, file.case) or not actor.person.active:
        return False
    return leads(actor) or file.of(actor.person) is not None


def rates(actor: Actor, file: File) -> bool:
    """Whether the actor is to rate this case and others' words must not reach them yet."""
    own = file.of(actor.person)
    return own is not None and own.kind != "adjudicator" and own.state in BLIND


def sees_others(actor: Actor, file: File) -> bool:
    """Whether what is sealed may be shown: to those who are through with their own, and to leads who do not rate. In a
    case that was opened again, to those who saw the earlier rounds, and never to the fresh assessors."""
    if not shown(file) or not known_to(actor, file):
        return False
    own = file.of(actor.person)
    if own is None:
        return leads(actor)
    return own.state != "recused" if own.kind == "adjudicator" else own.state in {"sealed", "late"}


def shown(file: File) -> tuple[Assignment, ...]:
    """Assignments whose assessments may be shown to whoever sees others'. Nothing is shown before it is sealed."""
    return tuple(one for one in file.assignments if one.state == "sealed")


def missing(file: File, *, early: bool = False) -> tuple[str, ...]:
    """What a reveal waits for, one sentence each. `early` waives only that everybody asked is in."""
    raters = [one for one in file.assignments if one.kind != "adjudicator"]
    inside = [one for one in raters if file.independent(one) is not None]
    reasons = []
    if file.apart or len({one.person for one in inside}) < file.case.minimum:
        reasons.append(f"{len(inside)} of at least {file.case.minimum} independent assessments are in.")
    if file.case.bar_raiser and not any(one.kind == "bar_raiser" for one in inside):
        reasons.append("The bar raiser's assessment is asked for and not in.")
    if file.case.round > 1 and not any(one.round == file.case.round for one in inside):
        reasons.append("The case was opened again, and no fresh assessment is in.")
    outstanding = sum(one.state in OPEN for one in raters)
    if outstanding and not early:
        reasons.append(f"{outstanding} of those who were asked have not handed in.")
    return tuple(reasons)


def may(actor: Actor, file: File) -> frozenset[str]:
    """What the actor may do now: save submit withdraw recuse amend · assign reveal adjudicate respond decide reopen
    letter anchor break_glass. Nothing in it depends on what others wrote before the actor may see it."""
    if not known_to(actor, file):
        return frozenset()
    own = file.of(actor.person)
    return frozenset(_as_rater(own, file) | _as_adjudicator(actor, own, file) | _as_lead(actor, file))


def _as_rater(own: Assignment | None, file: File) -> set[str]:
    if own is None or own.kind == "adjudicator":
        return set()
    if own.state in OPEN:
        return {"save", "submit", "recuse"}
    if own.state == "submitted":
        return {"withdraw"}
    if own.state == "sealed" and file.case.state in REVEALED and not file.apart:
        return {"amend", "respond"}
    return set()


def _as_adjudicator(actor: Actor, own: Assignment | None, file: File) -> set[str]:
    """Somebody other than those who rated: named for it, or a lead."""
    if file.case.state != "debrief" or not sees_others(actor, file):
        return set()
    named = own is not None and own.kind == "adjudicator"
    return {"adjudicate"} if named or (own is None and leads(actor)) else set()


def _as_lead(actor: Actor, file: File) -> set[str]:
    """A lead who still rates the case is a rater like any other. What stands apart is nobody's to close as a case."""
    if not leads(actor) or rates(actor, file) or file.apart:
        return set()
    allowed = set() if file.case.state in {"decided", "released"} else {"assign"}
    if file.case.state == "collecting":
        allowed |= {"reveal"}
        if actor.person is not None and "admin" in actor.person.roles and file.of(actor.person) is None:
            allowed |= {"break_glass"}
    else:
        allowed |= {"reopen", "decide"}
    if file.case.state == "decided":
        allowed |= {"letter"}
    if file.case.state in {"decided", "released"}:
        allowed |= {"anchor"}
    return allowed


def independent_people(file: File) -> tuple[Assignment, ...]:
    """Assignments whose independent assessments are open to all: what levels are combined from."""
    return tuple(one for one in shown(file) if file.independent(one) is not None)


def fresh(person: Person, file: File) -> bool:
    """Whether the person has had nothing to do with the case yet."""
    return file.of(person) is None and not linked(person, file.case)
