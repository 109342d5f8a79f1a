"""A loop with live rounds in a store, people who hold them, and cards filled in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.loop.asked import case_of, wish_of
from grader.loop.matrix import LoadedLoop, load_loop
from grader.loop.rounds import round_of
from grader.ratings.sheet import Said, Sheet
from grader.review.desk import Desk
from grader.review.rating import criteria_in
from grader.review.records import Actor, Case, Person

LOOP = Path(__file__).parent.parent / "rubrics" / "genai-engineer.yaml"
OPERATOR = Actor(user="root", how="command")


def loaded() -> LoadedLoop:
    return load_loop(LOOP)


def ask(desk: Desk, round_id: str, candidate: str, person: Person, *, actor: Actor = OPERATOR,
        loop: LoadedLoop | None = None) -> Case:  # fmt: skip
    made = loop or loaded()
    one = round_of(made, round_id)
    return desk.ask_live(actor, wish_of(made, one, candidate), case_of(made, one), person)


def card(desk: Desk, person: Person, case: str, level: int | Mapping[str, int | None] = 3, words: str = "said so",
         **more: Any) -> Sheet:  # fmt: skip
    """A card that is complete: every level with what it rests on."""
    criteria = criteria_in(desk.view(Actor(person=person), case).rubric)
    chosen = {one.id: level if isinstance(level, int) else level.get(one.id, 3) for one in criteria}
    said = tuple(
        Said(criterion=name, level=given, evidence=(f"{words}, {name}",) if given else (),
             cannot_judge="" if given else "not observed")
        for name, given in chosen.items()
    )  # fmt: skip
    return Sheet(said=said, **more)


def hand_in(desk: Desk, person: Person, case: str, level: int | Mapping[str, int | None] = 3, **more: Any) -> None:
    own = desk.view(Actor(person=person), case).own
    assert own is not None
    sheet = card(desk, person, case, level, **more)
    desk.submit_card(Actor(person=person), case, sheet, version=own.assignment.version)
