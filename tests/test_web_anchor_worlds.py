"""An anchor cannot be told from another task: two stores, in one of which a task of Ann's is an anchor, while in the
other somebody handed in the same work just now, answer Ann the same, to the byte, whatever she asks and sends."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from grader.ratings.sheet import Said, Sheet
from grader.review.assigning import Wish
from grader.review.records import Actor, Case
from tests import report_fixtures as saved
from tests.web_fixtures import OPERATOR, House, changed, house, levels
from tests.web_worlds import FORMS, Day, World, addresses, asked

pytestmark = pytest.mark.slow

WISH = Wish(each=1, anchors=1)


@pytest.fixture(autouse=True)
def _form_tokens_of_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: 1_790_000_000)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Day, Day, Case]:
    """The same morning twice. Then one store puts an anchor into Ann's queue, and in the other a case is opened for the
    same work, under the name that the anchor has."""
    morning = tmp_path_factory.mktemp("morning")
    home = house(morning)
    for name in ("Ann", "Bob", "Cem"):
        home.person(name)
    home.person("Lea", "lead")
    home.case("TASK22", "Ann", "Bob")
    cookie = home.visitor("Ann").client.get_cookie("grade")
    assert cookie is not None
    home.store.close()
    cookies = {"Ann": cookie.value}
    first, second = (_copy(home, tmp_path_factory.mktemp(name) / "day") for name in ("anchor", "ordinary"))
    seed = anchored(first)
    ordinary(second, seed)
    for one in (first, second):
        one.cases["SEED22"] = seed
        one.store.close()
    return Day(first.folder, first, cookies), Day(second.folder, second, cookies), seed


def _copy(home: House, folder: Path) -> House:
    shutil.copytree(home.folder, folder)
    made = house(folder)
    made.people, made.cases = dict(home.people), dict(home.cases)
    made.watch.now = home.watch.now
    return made


def anchored(home: House) -> Case:
    """A case that Bob and Cem close, and that is given to Ann once more; what she has in her queue."""
    closed = home.case("OLD222", "Bob", "Cem")
    for name in ("Bob", "Cem"):
        said = tuple(Said(criterion=one.id, level=3, note="so it is") for one in saved.rubric().criteria)
        home.desk.submit(
            Actor(person=home.people[name]), closed.id, Sheet(said=said, rationale="in all", lean="yes"), version=0
        )
    home.desk.reveal(OPERATOR, closed.id)
    home.desk.decide(Actor(person=home.people["Lea"]), closed.id, "decline", "as they say")
    home.desk.choose_anchor(OPERATOR, closed.id)
    plan = home.desk.carry_out(OPERATOR, home.desk.preview(OPERATOR, (), WISH).digest, (), WISH)
    case = dict(plan.anchors)[home.people["Ann"].id]
    run = home.desk.case_runs(OPERATOR, [case])[case]
    found = home.desk.case_of(run)
    assert found is not None
    return found


def ordinary(home: House, seed: Case) -> None:
    """A case of the same work, which Bob is asked to rate too."""
    ids = iter([seed.id, "a" * 32, "b" * 32])
    before, home.desk.new_id = home.desk.new_id, lambda: next(ids)
    made = home.case(seed.blind, "Ann", "Bob", submission=changed(saved.submission(), 1))
    home.desk.new_id = before
    assert made.id == seed.id
    assert replace(made, run="", folder="", candidate="", minimum=0) == replace(
        seed, run="", folder="", candidate="", minimum=0
    )


STEPS = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from((*FORMS, {"fill": "3"}))), min_size=8, max_size=24)


@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
@given(steps=STEPS)
def test_whatever_its_rater_does_an_anchor_answers_like_a_task(
    days: tuple[Day, Day, Case], tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, dict[str, str]]]
) -> None:
    first, second, seed = days
    folder = tmp_path_factory.mktemp("worlds")
    worlds = World(first, folder / "a"), World(second, folder / "b")
    try:
        open_to = addresses(worlds[0].house)
        for at, form in steps:
            for world in worlds:
                world.house.watch.later(seconds=1)
            request = open_to[at % len(open_to)]
            sent = levels(seed) if "fill" in form else form
            assert asked(worlds[0], "Ann", request, sent) == asked(worlds[1], "Ann", request, sent), request
    finally:
        for world in worlds:
            world.close()


def test_each_page_is_the_same_before_it_is_rated_and_after(days: tuple[Day, Day, Case], tmp_path: Path) -> None:
    first, second, seed = days
    worlds = World(first, tmp_path / "a"), World(second, tmp_path / "b")
    pages = [("GET", path) for method, path in addresses(worlds[0].house) if method == "GET"]

    def all_alike() -> list[Any]:
        for request in pages:
            left, right = (asked(world, "Ann", request, {}) for world in worlds)
            assert left == right, request
        return [asked(worlds[0], "Ann", request, {})[2] for request in pages]

    queue = ("GET", "/")
    assert asked(worlds[0], "Ann", queue, {})[2].count(b'href="/rate/') == 2
    before = all_alike()
    for world in worlds:
        assert world.browsers["Ann"].post(f"/rate/{seed.id}/submit", levels(seed)).status_code == 303
    assert all_alike() != before
    for world in worlds:
        assert world.browsers["Ann"].post(f"/rate/{seed.id}/withdraw", {}).status_code == 303
        assert world.browsers["Ann"].post(f"/rate/{seed.id}/recuse", {"why": "I know them."}).status_code == 303
    all_alike()
    for world in worlds:
        world.close()


def test_the_two_days_do_differ_for_a_lead(days: tuple[Day, Day, Case], tmp_path: Path) -> None:
    """Else the comparison would show nothing."""
    first, second, seed = days
    worlds = World(first, tmp_path / "a"), World(second, tmp_path / "b")
    seen = [{row.case for row in world.house.desk.cases(OPERATOR).rows} for world in worlds]
    assert [seed.id in found for found in seen] == [False, True]
    for world in worlds:
        world.close()
