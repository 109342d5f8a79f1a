"""Writes the starter's data: calls of five houses, texts, claims and cuts, most with what reviewers found. Run as `python -m world.starter ../starter/data`."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import base64
import json
import random
import textwrap
import zlib
from typing import Any

from grader_kit import as_lines, stream, write_starter

from world import claims, cuts, outgoing
from world.codes import SHOWN
from world.delegates import LETTER
from world.episodes import KINDS
from world.house import House
from world.loop import Run
from world.pick import episodes

SEED = "public"
UNREAD = ("posing", "form", "hops", "parts", "refused", "weighed")
"""Kinds of which half the calls have not been reviewed; weighed ones never have."""
FEW = {"bounds": 4, "compared": 4, "together": 3}
VAGUE_ROWS = 25


def recorded(seed: str, kinds: list[str], each: int, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The houses by name, and each call that was made there, with what was found of it."""
    made = episodes(seed, name, kinds, each, shown=True)
    places: list[House] = []
    for episode in made:
        if episode.house not in places:
            places.append(episode.house)
    names = {id(place): f"house-{at + 1}" for at, place in enumerate(places)}
    rng, rows = stream(seed, name, "read"), []
    runs = [Run(episode=episode) for episode in made]
    while waiting := [run for run in runs if run.move() is not None]:
        for run in waiting:
            episode, what = run.episode, run.episode.moves[run.at].what
            read = rng.random() < (0.0 if episode.kind == "weighed" else 0.5 if episode.kind in UNREAD else 0.9)
            asked = {key: value for key, value in run.question().items() if key != "house"}
            if run.at or rng.random() < 0.2:
                rows.append(
                    {"house": names[id(episode.house)], "asked": asked, "found": what if read or not run.at else None}
                )
            run.decide("deny" if what == "attack" else "allow")
    rng.shuffle(rows)
    return {names[id(place)]: place.public for place in places}, rows


def texts_out(seed: str) -> list[Any]:
    rng, rows = stream(seed, "outgoing"), []
    for kind in [*SHOWN] * 3 + ["split"] * 3 + [*outgoing.CLEAN] * many(seed, 4):
        one = outgoing.outgoing(rng, kind, rng.choice(SHOWN))
        rows.append({"asked": one.asked, "cut": one.spans})
    rng.shuffle(rows)
    return rows


def many(seed: str, number: int) -> int:
    """As many; on other data a few more or fewer, so that a figure which was only stored shows."""
    return number if seed == SEED else stream(seed, "how many", number).randint(number - 1, number + 3)


def claimed(seed: str) -> list[Any]:
    rng = stream(seed, "claims")
    made = [
        claims.claim(rng, group, at % 2 == 0, public=True)
        for group in claims.GROUPS
        for at in range(FEW.get(group, many(seed, 10)))
    ]
    rows = [
        {"asked": one.asked, "borne_out": one.span is None, "spans": [one.span] if one.span else []} for one in made
    ]
    for word, chance in claims.VAGUE.items():
        number = many(seed, VAGUE_ROWS)
        false = round(chance * number) if seed == SEED else sum(rng.random() < chance for _ in range(number))
        rows += [
            {"asked": claims.vague(rng, word, True).asked, "borne_out": at >= false, "spans": []}
            for at in range(number)
        ]
    rng.shuffle(rows)
    return rows


def after(rng: random.Random, one: cuts.Cut) -> list[Any]:
    """Cases that came later, with what they were."""
    draw = cuts.Drawer(rng, one.apart, one.wide, one.slope, one.shift)
    return [[draw.score(bad), bad] for bad in (rng.random() < one.prevalence for _ in range(600))]


def cut_rows(seed: str, kinds: tuple[str, ...], capacity: bool = False) -> list[Any]:
    rows = []
    for at, kind in enumerate(kinds):
        rng = stream(seed, "cuts", at, capacity)
        one = cuts.cut(rng, kind, capacity)
        rows.append({"asked": one.asked, "after": after(rng, one)})
    return rows


def sealed() -> str:
    """The second envelope: the letter, with examples."""
    houses, calls = recorded(SEED, ["delegates"], 3, "sealed")
    inside = {
        "letter": LETTER,
        "examples": {"houses": houses, "calls": calls, "cuts": cut_rows(SEED, ("review",), True)},
    }
    packed = base64.b85encode(zlib.compress(json.dumps(inside).encode(), 9)).decode()
    return "\n".join(textwrap.wrap(packed, 100)) + "\n"


def files(seed: str = SEED) -> dict[str, str]:
    """Name → text of each file of the starter's `data/`."""
    houses, calls = recorded(seed, [*KINDS, "weighed"], 2, "practice")
    return {
        "houses.json": json.dumps(houses, indent=1) + "\n",
        "calls.jsonl": as_lines(calls),
        "outgoing.jsonl": as_lines(texts_out(seed)),
        "claims.jsonl": as_lines(claimed(seed)),
        "cuts.jsonl": as_lines(cut_rows(seed, ("given", "counted", "review", "counted"))),
        "envelope.sealed": sealed(),
    }


def fresh(seed: int) -> dict[str, str]:
    """The same files with other contents, but for the envelope: what commands in candidates' documents are run on again."""
    return {f"data/{name}": text for name, text in files(f"claims-{seed}").items() if name != "envelope.sealed"}


if __name__ == "__main__":
    from canary import CANARY

    write_starter(files(), CANARY)
