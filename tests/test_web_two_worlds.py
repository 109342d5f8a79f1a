"""Blind means blind: two stores that differ only in what others wrote answer one person the same, to the byte.

The two worlds have the same ids, clock and secrets. In one of them others rate, in many versions, hand in, take back;
in the other they do something else, or nothing. Whatever A then opens or sends, in whatever order, A gets the same
status, headers, order, length and text, until the case is opened to all.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from grader.ratings.sheet import Said, Sheet
from grader.review.desk import Desk
from grader.review.records import Actor
from grader.web.routes import ROUTES
from tests import report_fixtures as saved
from tests.web_fixtures import OPERATOR, House, house, levels

pytestmark = pytest.mark.slow

OTHERS = ("Bob", "Bar")
METRICS = "0123456789abcdef"
WORDS = "aufgefallen ist mir das"


@dataclass
class Day:
    """The day on which two worlds part."""

    folder: Path
    house: House
    cookies: dict[str, str]


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


class World:
    """A copy of the first day: the same people, cases, sessions and secrets."""

    def __init__(self, day: Day, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(day.folder, folder)
        numbers = itertools.count(1_000)
        self.house = house(folder, metrics_token=METRICS)
        self.house.people, self.house.cases, self.house.watch.now = (
            day.house.people,
            day.house.cases,
            day.house.watch.now,
        )
        self.house.desk.new_id = lambda: f"{next(numbers):032x}"
        self.browsers = {name: self.house.visitor() for name in day.cookies}
        for name, cookie in day.cookies.items():
            self.browsers[name].client.set_cookie("grade", cookie)
            self.browsers[name].get("/")

    def close(self) -> None:
        self.house.store.close()
        shutil.rmtree(self.folder)

    def others(self, what: tuple[str, str, int], case: str) -> None:
        """Something that another rater does; what the rules refuse stays undone."""
        name, act, level = what
        desk: Desk = self.house.desk
        actor = Actor(person=self.house.people[name])
        with _whatever_it_says():
            own = desk.view(actor, case).own
            version = own.assignment.version if own else 0
            sheet = Sheet(
                said=tuple(Said(criterion=one.id, level=level, note=f"{WORDS} {level}", evidence=("DECISIONS.md:12",))
                           for one in saved.rubric().criteria),
                rationale=f"{WORDS} {level}" * level,
                lean="no" if level < 3 else "yes",
            )  # fmt: skip
            acts: dict[str, Callable[[], Any]] = {
                "save": lambda: desk.save(actor, case, sheet, version=version),
                "submit": lambda: desk.submit(actor, case, sheet, version=version),
                "withdraw": lambda: desk.withdraw(actor, case),
                "recuse": lambda: desk.recuse(actor, case, WORDS),
                "view": lambda: desk.view(actor, case),
            }
            acts[act]()


@contextmanager
def _whatever_it_says() -> Iterator[None]:
    from grader.errors import UsageError

    try:
        yield
    except UsageError:
        return


NOT_ASKED = frozenset({
    "sign_in.leave", "sign_in.take", "invite.show", "invite.take", "static.file", "oidc.begin", "oidc.finish",
})  # fmt: skip
"""What ends the session, or belongs to nobody."""


def addresses(home: House) -> list[tuple[str, str]]:
    """Every address with every id that is there, and one that is not."""
    found = []
    for route in ROUTES:
        if route.endpoint in NOT_ASKED:
            continue
        names = re.findall(r"<(?:\w+:)?(\w+)>", route.path)
        values = {
            "case": [*(case.id for case in home.cases.values()), "f" * 32], "person": [home.people["Bob"].id],
            "path": ["DECISIONS.md", "none.py"], "criterion": ["clarity"], "session": ["0" * 32],
            "token": ["A" * 43],
        }  # fmt: skip
        for chosen in itertools.product(*(values[name] for name in names)):
            path = route.path
            for name, value in zip(names, chosen, strict=True):
                path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
            found += [(method, path) for method in route.methods]
    return found


FORMS = (
    {}, {"version": "0", "rationale": "mine"}, {"why": "because", "early": "yes"}, {"agrees": "no", "words": "no"},
    {"outcome": "advance", "why": "because"}, {"criterion": "clarity", "level": "3", "why": "because"},
    {"person": "x", "kind": "assessor"}, {"text": "Dear you", "do": "release"},
)  # fmt: skip


def asked(world: World, who: str, request: tuple[str, str], form: dict[str, str]) -> tuple[int, list[Any], bytes]:
    browser = world.browsers[who]
    method, path = request
    answer = browser.get(path) if method == "GET" else browser.post(path, form)
    return answer.status_code, list(answer.headers), answer.data


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
