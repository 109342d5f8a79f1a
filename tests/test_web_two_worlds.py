"""Blind means blind: two stores that differ only in what others wrote answer one person the same, to the byte.

The two worlds have the same ids, clock and secrets. In one of them others rate, in many versions, hand in, take back;
in the other they do something else, or nothing. Whatever A then opens or sends, in whatever order, A gets the same
status, headers, order, length and text, until the case is opened to all.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from tests import report_fixtures as saved
from tests.web_fixtures import OPERATOR, house, levels
from tests.web_worlds import FORMS, METRICS, WORDS, Day, World, addresses, asked

pytestmark = pytest.mark.slow

OTHERS = ("Bob", "Bar")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("day")
    home = house(folder, metrics_token=METRICS)
    for name, role in (("Ann", "reviewer"), ("Bob", "reviewer"), ("Lea", "lead"), ("Cem", "reviewer")):
        home.person(name, role)  # type: ignore[arg-type]
    home.person("Bar", "bar_raiser", team="elsewhere")
    home.case("C1", "Ann", *OTHERS, bar_raiser=True)
    home.case("C2", "Ann", "Bob")
    home.desk.assign(OPERATOR, home.cases["C2"].id, home.people["Lea"])
    cookies = {}
    for name in ("Ann", "Lea"):
        cookie = home.visitor(name).client.get_cookie("grade")
        assert cookie is not None
        cookies[name] = cookie.value
    home.store.close()
    return Day(folder, home, cookies)


@pytest.fixture(autouse=True)
def _form_tokens_of_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form's token holds the second in which it was made, which says nothing about anybody."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: 1_790_000_000)


OTHER_ACTS = st.tuples(
    st.sampled_from(OTHERS), st.sampled_from(["save", "submit", "withdraw", "recuse", "view"]), st.integers(1, 5)
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 10_000), st.sampled_from(FORMS)),
        st.tuples(st.just("others"), st.one_of(st.none(), OTHER_ACTS), st.one_of(st.none(), OTHER_ACTS)),
    ),
    min_size=6, max_size=24,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(steps=STEPS, who=st.sampled_from(["Ann", "Lea"]))
def test_whatever_others_do_a_rater_sees_the_same_to_the_byte(
    day: Day, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any, Any]], who: str
) -> None:
    """Ann rates both cases. Lea, a lead, rates one of them, and is told of the other what a lead is told; so she asks
    for addresses of the case that she rates."""
    folder = tmp_path_factory.mktemp("worlds")
    first, second = World(day, folder / "a"), World(day, folder / "b")
    try:
        compare(first, second, steps, who)
    finally:
        first.close()
        second.close()


def compare(first: World, second: World, steps: list[tuple[str, Any, Any]], who: str) -> None:
    case = first.house.cases["C1" if who == "Ann" else "C2"].id
    open_to = [one for one in addresses(first.house) if who == "Ann" or case in one[1]]
    for kind, left, right in steps:
        for world in (first, second):
            world.house.watch.later(seconds=1)
        if kind == "ask":
            request = open_to[left % len(open_to)]
            assert asked(first, who, request, right) == asked(second, who, request, right), request
        else:
            for world, act in ((first, left), (second, right)):
                if act is not None:
                    world.others(act, case)


def test_every_page_is_the_same_when_one_world_is_full_and_the_other_empty(day: Day, tmp_path: Path) -> None:
    """Each address once, after all others have handed in, or have not begun."""
    full, empty = World(day, tmp_path / "a"), World(day, tmp_path / "b")
    for case, name in itertools.product(full.house.cases.values(), OTHERS):
        full.others((name, "submit", 2), case.id)
    for request, form in itertools.product(addresses(full.house), ({}, {"version": "0", "rationale": "mine"})):
        if request[0] == "POST" or not form:
            assert asked(full, "Ann", request, form) == asked(empty, "Ann", request, form), request
    assert "/metrics" in {path for _, path in addresses(full.house)}
    monitor = {"Authorization": f"Bearer {METRICS}"}
    counted = [world.house.visitor().get("/metrics", headers=monitor).data for world in (full, empty)]
    assert b"grader_requests_total" in counted[0]
    assert counted[0] == counted[1]
    assert WORDS not in full.browsers["Ann"].get(f"/rate/{full.house.cases['C1'].id}").text
    full.close()
    empty.close()


def judged(world: World, level: int) -> None:
    """What the judge said in the gradings of all cases; nothing for 0."""
    from grader.store.label_tables import judged_levels

    rows = [{"run": case.run, "criterion": one.id, "level": level, "model": "m", "judge": f"{level}" * 16,
             "counted": False, "at": "2026-11-20T09:00:00Z"}
            for case in world.house.cases.values() for one in saved.rubric().criteria] if level else []  # fmt: skip
    with world.house.store.engine.begin() as connection:
        if rows:
            connection.execute(judged_levels.insert(), rows)


@pytest.mark.parametrize("who", ["Ann", "Lea"])
def test_what_the_judge_said_in_shadow_is_on_no_page_before_the_reveal(day: Day, tmp_path: Path, who: str) -> None:
    """Neither for those who rate nor for leads; in one world it gave 2 everywhere, in the other nothing."""
    full, empty = World(day, tmp_path / "a"), World(day, tmp_path / "b")
    judged(full, 2)
    for request, form in itertools.product(addresses(full.house), ({}, {"version": "0", "rationale": "mine"})):
        opens = "reveal" in request[1] or "glass" in request[1]
        if not opens and (request[0] == "POST" or not form):
            assert asked(full, who, request, form) == asked(empty, who, request, form), request
    full.close()
    empty.close()


def test_what_the_judge_said_in_shadow_stands_beside_peoples_levels_after_the_reveal(day: Day, tmp_path: Path) -> None:
    world = World(day, tmp_path / "a")
    judged(world, 2)
    case = world.house.cases["C1"]
    for name in OTHERS:
        world.others((name, "submit", 4), case.id)
    assert world.browsers["Ann"].post(f"/rate/{case.id}/submit", levels(case)).status_code == 303
    world.house.desk.reveal(OPERATOR, case.id)
    page = asked(world, "Ann", ("GET", f"/cases/{case.id}/debrief"), {})[2].decode()
    assert "The judge said 2, unseen until now; it counts for nothing here." in page
    world.close()


def test_the_same_worlds_differ_once_the_case_is_opened(day: Day, tmp_path: Path) -> None:
    """The comparison above can fail: after the reveal it does."""
    worlds = [World(day, tmp_path / "a"), World(day, tmp_path / "b")]
    case = worlds[0].house.cases["C1"]
    for world, level in zip(worlds, (2, 4), strict=True):
        for name in OTHERS:
            world.others((name, "submit", level), case.id)
        assert world.browsers["Ann"].post(f"/rate/{case.id}/submit", levels(case)).status_code == 303
        world.house.desk.reveal(OPERATOR, case.id)
    first, second = (asked(world, "Ann", ("GET", f"/cases/{case.id}/debrief"), {}) for world in worlds)
    assert first[0] == second[0] == 200
    assert first[2] != second[2]
    assert WORDS.encode() in first[2]
    for world in worlds:
        world.close()
