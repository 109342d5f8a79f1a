"""Who rates what: balanced, the same each time it is asked, with caps and conflicts of interest, pairs in turn. Pure.

One person after the other is taken who has the least to do; among equals the one who has shared the fewest cases with
those taken already. So nothing left over lands on one person, and pairs change, which ties all raters into one block:
only inside one can a rater's severity be told from the work they happened to get.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.agreement.connected import blocks
from grader.review import rules
from grader.review.records import Case, Kind, Person


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted for each case."""

    each: int = 2
    """Assessors of a case, those who are asked already among them."""
    bar_raiser: bool = False
    """Whether a bar raiser from another team is to be asked, beside them; of a case that needs one, one always is."""
    cap: int | None = None
    """Most that one person is asked for altogether, what they have open counted; None is without a limit."""
    apart: frozenset[tuple[str, str]] = frozenset()
    """(person, case) of conflicts of interest beside the links that people have."""
    anchors: int = 0
    """One anchor for every so many parts of a person; 0: none."""
    waiting: int = 2
    """Most anchors that wait for one person at a time."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One person to be asked for one case."""

    case: str
    person: str
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class AssignmentPlan:
    """What would be done, to be looked at before it is."""

    parts: tuple[Part, ...]
    lacking: tuple[tuple[str, str], ...]
    """(case, why) of what nobody could be found for."""
    loads: Mapping[str, int] = field(default_factory=dict)
    """Person → cases they would have open."""
    blocks: tuple[tuple[str, ...], ...] = ()
    """Raters who are tied to each other by shared cases; more than one block cannot be compared."""
    anchors: tuple[tuple[str, str], ...] = ()
    """(person, anchor) that would be put into queues; the case that is made of it has another id."""
    short: tuple[str, ...] = ()
    """People for whom an anchor is due that there is not, once for each."""

    @property
    def digest(self) -> str:
        """Says whether a plan is the one that somebody has looked at."""
        text = json.dumps([[part.case, part.person, part.kind] for part in self.parts])
        text += json.dumps(self.anchors) if self.anchors else ""
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass
class _Table:
    """How things stand while a plan is made."""

    people: Mapping[str, Person]
    wish: Wish
    loads: Counter[str]
    pairs: Counter[frozenset[str]]
    asked: dict[str, list[str]]


def plan(
    cases: Sequence[Case],
    people: Iterable[Person],
    wish: Wish,
    *,
    asked: Mapping[str, Sequence[tuple[str, Kind]]],
    gone: Collection[tuple[str, str]] = (),
    loads: Mapping[str, int] | None = None,
) -> AssignmentPlan:
    """Who is to be asked for `cases`, in their order.

    `asked`: case → people who are asked already, without those who stepped aside; those are in `gone`, as (case,
    person), and not asked again. `loads`: person → what they have open now.
    """
    active = {one.id: one for one in sorted(people, key=lambda one: one.name) if one.active}
    before = {case: [person for person, kind in found if kind != "adjudicator"] for case, found in asked.items()}
    table = _Table(people=active, wish=wish, loads=Counter(loads or {}), pairs=_pairs(before.values()), asked=before)
    parts: list[Part] = []
    lacking: list[tuple[str, str]] = []
    for case in cases:
        there = list(asked.get(case.id, ()))
        out = {person for gone_case, person in gone if gone_case == case.id} | {person for person, _ in there}
        assessors = sum(kind == "assessor" for _, kind in there)
        for _ in range(max(0, wish.each - assessors)):
            _take(case, "assessor", table, out, parts, lacking)
        if (wish.bar_raiser or case.bar_raiser) and not any(kind == "bar_raiser" for _, kind in there):
            _take(case, "bar_raiser", table, out, parts, lacking)
    return AssignmentPlan(
        parts=tuple(parts), lacking=tuple(lacking), loads=dict(table.loads), blocks=blocks(table.asked.values())
    )


def _take(
    case: Case, kind: Kind, table: _Table, out: set[str], parts: list[Part], lacking: list[tuple[str, str]]
) -> None:
    own = table.asked.setdefault(case.id, [])
    free = [one for one in table.people.values() if one.id not in out and _may(one, case, kind, table)]
    if not free:
        lacking.append((case.id, _why(kind)))
        return
    # who alone may raise the bar is kept for it
    spare = (table.wish.bar_raiser or case.bar_raiser) and kind == "assessor"
    chosen = min(
        free,
        key=lambda one: (spare and "bar_raiser" in one.roles, table.loads[one.id], _met(one.id, own, table.pairs),
                         _turn(case.id, one.id)),
    )  # fmt: skip
    parts.append(Part(case=case.id, person=chosen.id, kind=kind))
    table.loads[chosen.id] += 1
    table.pairs.update(frozenset({chosen.id, other}) for other in own)
    own.append(chosen.id)
    out.add(chosen.id)


def _may(person: Person, case: Case, kind: Kind, table: _Table) -> bool:
    """Whether a person can be asked for this part."""
    if rules.linked(person, case) or (person.id, case.id) in table.wish.apart:
        return False
    if table.wish.cap is not None and table.loads[person.id] >= table.wish.cap:
        return False
    if kind == "assessor":
        return bool({"reviewer", "bar_raiser"} & set(person.roles))
    teams = {table.people[other].team for other in table.asked.get(case.id, ()) if other in table.people} - {""}
    return "bar_raiser" in person.roles and person.team not in teams


def _why(kind: Kind) -> str:
    if kind == "bar_raiser":
        return "no bar raiser of another team is free, without a conflict and below the cap"
    return "nobody else is free, without a conflict and below the cap"


def _met(person: str, others: Sequence[str], pairs: Counter[frozenset[str]]) -> int:
    return sum(pairs[frozenset({person, other})] for other in others)


def _turn(case: str, person: str) -> str:
    """Among equals: random, and the same each time."""
    return hashlib.sha256(f"{case} {person}".encode()).hexdigest()


def _pairs(groups: Iterable[Sequence[str]]) -> Counter[frozenset[str]]:
    return Counter(frozenset({a, b}) for group in groups for at, a in enumerate(group) for b in group[at + 1 :])
