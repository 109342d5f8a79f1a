"""A round that somebody is asked to hold, as the desk takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.loop.deciding import letters_of
from grader.loop.kits import find_kit
from grader.loop.matrix import LoadedLoop, Round, digest, snapshot
from grader.loop.rounds import draw
from grader.review.loop_records import LiveWish


def wish_of(loaded: LoadedLoop, one: Round, candidate: str) -> LiveWish:
    """The round to be held with a candidate, as the desk takes it."""
    kit = find_kit(one.kit, loaded.path)
    body = {**snapshot(loaded.loop, loaded.scorecard), "letters": letters_of(loaded)}
    return LiveWish(candidate=candidate, loop=digest(loaded), body=body,
                    round_id=one.id, kit_digest=kit.digest)  # fmt: skip


def case_of(loaded: LoadedLoop, one: Round) -> Callable[[str], Mapping[str, Any]]:
    """Makes what the case is about, from the candidate's blind id: the kit as it was drawn, and the card."""

    def made(blind: str) -> Mapping[str, Any]:
        found = draw(loaded, one, blind)
        return {
            "challenge": {"id": found.kit["id"], "title": f"{one.title} (live)"},
            "rubric": {"criteria": list(found.criteria)},
            "kit": {**found.kit, "variant": found.variant},
        }

    return made
