"""Two houses that differ in what others do, and what one person sees of each."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.ratings.sheet import Said, Sheet
from grader.review.desk import Desk
from grader.review.records import Actor
from grader.web.routes import ROUTES
from tests import report_fixtures as saved
from tests.web_fixtures import House, house

METRICS = "0123456789abcdef"
WORDS = "aufgefallen ist mir das"


@dataclass
class Day:
    """The day on which two worlds part."""

    folder: Path
    house: House
    cookies: dict[str, str]


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
            "token": ["A" * 43], "blind": ["C1", "C2", "NONE"], "report": ["funnel", "none"],
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
