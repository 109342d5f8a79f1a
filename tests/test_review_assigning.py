"""Who rates what: balanced, the same each time, without conflicts, in one block; looked at before it is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.agreement.connected import blocks
from grader.errors import UsageError
from grader.review.assigning import AssignmentPlan, Wish, plan
from grader.review.problems import NotAllowedError
from grader.review.records import Case, Person, Role
from grader.store import open_store
from tests.review_fixtures import OPERATOR, keep, panel, result


def person(name: str, *roles: Role, team: str = "", candidates: tuple[str, ...] = ()) -> Person:
    return Person(id=name, name=name, team=team, roles=roles or ("reviewer",), candidates=candidates)


def case(number: int, candidate: str = "") -> Case:
    return Case(
        id=f"case{number:03}", run=f"run{number}", challenge="c", challenge_version="1", challenge_digest="d",
        submission_digest=f"s{number}", candidate=candidate or f"Candidate {number}", blind="", folder="",
        state="collecting", round=1, minimum=2, bar_raiser=False, early_why="", at="",
    )  # fmt: skip


def made(cases: int, people: int, **wish: object) -> AssignmentPlan:
    team = [person(f"p{number:02}") for number in range(people)]
    return plan([case(number) for number in range(cases)], team, Wish(**wish), asked={})  # type: ignore[arg-type]


@given(st.integers(1, 40), st.integers(2, 9), st.integers(1, 3))
@pytest.mark.slow
def test_nobody_has_two_more_than_another_and_nobody_the_same_case_twice(cases: int, people: int, each: int) -> None:
    found = made(cases, people, each=each)
    loads = Counter(part.person for part in found.parts)
    assert max(loads.values()) - min(loads[f"p{number:02}"] for number in range(people)) <= 1
    assert len({(part.case, part.person) for part in found.parts}) == len(found.parts) == cases * min(each, people)
    assert len(found.lacking) == cases * max(0, each - people)


@given(st.integers(2, 9))
def test_pairs_take_turns_so_that_all_raters_are_in_one_block(people: int) -> None:
    found = made(4 * people, people)
    assert len(found.blocks) == 1
    by_case: dict[str, set[str]] = {}
    for part in found.parts:
        by_case.setdefault(part.case, set()).add(part.person)
    pairs = Counter(frozenset(pair) for pair in by_case.values())
    assert max(pairs.values()) <= -(-4 * people // (people * (people - 1) // 2)) + 2


def test_the_same_is_planned_each_time() -> None:
    assert made(17, 5) == made(17, 5)
    assert made(17, 5).digest != made(18, 5).digest


def test_conflicts_caps_and_who_is_asked_already_are_kept() -> None:
    team = [person("ann", candidates=("Cara Doe",)), person("ben"), person("cem"), person("dee")]
    cases = [case(1, "Doe, Cara"), case(2), case(3)]
    wish = Wish(cap=2, apart=frozenset({("ben", "case002")}))
    found = plan(cases, team, wish, asked={"case003": [("dee", "assessor")]}, gone={("case003", "cem")},
                 loads={"dee": 1})  # fmt: skip
    by_case = {name: {part.person for part in found.parts if part.case == name} for name in ("case001", "case002")}
    assert "ann" not in by_case["case001"]
    assert "ben" not in by_case["case002"]
    (third,) = [part.person for part in found.parts if part.case == "case003"]
    assert third in {"ann", "ben"}
    assert max(found.loads.values()) <= 2


def test_a_bar_raiser_is_of_another_team_than_the_assessors_and_said_to_lack_where_there_is_none() -> None:
    team = [person("ann", team="search"), person("ben", team="search"), person("bar", "bar_raiser", team="search"),
            person("far", "bar_raiser", team="platform")]  # fmt: skip
    wish = Wish(bar_raiser=True, apart=frozenset({("bar", "case001"), ("far", "case002")}))
    found = plan([case(1)], team[:2] + team[3:], wish, asked={})
    raised = {part.person for part in found.parts if part.kind == "bar_raiser"}
    assert raised == {"far"}
    found = plan(
        [case(2)], team[:3], Wish(bar_raiser=True), asked={"case002": [("ann", "assessor"), ("ben", "assessor")]}
    )
    assert [why for _, why in found.lacking] == [
        "no bar raiser of another team is free, without a conflict and below the cap"
    ]


def test_a_case_that_needs_a_bar_raiser_gets_one_whether_or_not_it_is_wished() -> None:
    people = [person("ann", team="search"), person("ben"), person("bar", "bar_raiser", team="platform")]
    found = plan([replace(case(1), bar_raiser=True), case(2)], people, Wish(), asked={})
    assert [(part.case, part.person) for part in found.parts if part.kind == "bar_raiser"] == [("case001", "bar")]


def test_blocks_are_what_shared_cases_tie_together() -> None:
    assert blocks([["x", "y"], ["y", "z"], ["u", "v"]]) == (("x", "y", "z"), ("u", "v"))


def test_what_is_done_is_what_was_looked_at(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        desk = panel(store, tmp_path).desk
        for number in (2, 3):
            run = keep(
                store, result(tmp_path / f"r{number}", number=number), candidate=f"C{number}", blind=f"B{number}"
            )
            desk.open_case(OPERATOR, run)
        shown = desk.preview(OPERATOR)
        assert len(shown.parts) == 6
        assert desk.cases(OPERATOR).rows[0].asked == 0
        with pytest.raises(UsageError, match="look at it again"):
            desk.carry_out(OPERATOR, "another")
        desk.carry_out(OPERATOR, shown.digest)
        assert [row.asked for row in desk.cases(OPERATOR).rows] == [2, 2, 2]
        assert desk.preview(OPERATOR).parts == ()


def test_only_a_lead_plans(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        made_ = panel(store, tmp_path)
        with pytest.raises(NotAllowedError):
            made_.desk.preview(made_.actor("ann"))
