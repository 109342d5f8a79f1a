"""Writes the public data: `python -m world.starter FOLDER`, run where `grade challenge copy inference-serving tests DIR` has
written the hidden tests. They go into `starter/data/`.

They come from fixed seeds that no submission can get, and keep to the public wording and families. The profiles are those of real
servers; what practice is played on is the data sheet.
"""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import base64
import json
import textwrap
import zlib
from typing import Any

from grader_kit import stream, write_starter

from world import batches, canaries, gateways, prompts, replays
from world.envelope import LETTER

SEED = "public-1"


def step_rows(name: str, aim: str, *, change: bool, seed: object = SEED) -> list[dict[str, Any]]:
    made = batches.cases(seed, name, aim, change=change, public=True)
    return [
        {"server": case.server, "aim": aim, "requests": list(case.requests), "profile": seen}
        | ({"policy": case.policy} if change else {})
        for case, seen in made
    ]


def claims(case: Any) -> dict[str, Any]:
    """What vendors say of their models: round figures, and nothing of kinds."""
    rows = {}
    for name, one in case.world.models.items():
        easy, hard = (sum(each[at] for each in one.skill.values()) / len(one.skill) for at in (0, 1))
        rows[name] = {
            "base_ms": round(one.base_ms, -2),
            "token_ms": round(one.token_ms, 1),
            "easy": round(easy, 1),
            "hard": round(hard, 1),
        }
    return rows


def route_rows(name: str, *, change: bool, seed: object = SEED) -> list[dict[str, Any]]:
    made = gateways.cases(seed, name, budget=(0.2, 0.5), troubles=1, change=change, public=True)
    rows = []
    for case, seen in made:
        trace = [{key: value for key, value in each.items() if key not in gateways.HIDDEN} for each in case.requests]
        row = {
            "models": list(case.models), "claims": claims(case), "requests": trace, "cap": case.cap, "over": case.over, "ends": case.ends,
            "expected": case.expected, "profile": seen, "outages": {name: list(map(list, each)) for name, each in case.world.outages.items()},
        }  # fmt: skip
        rows.append(row | ({"policy": case.policy} if change else {}))
    return rows


def look_rows(name: str, many: int, *, change: bool, seed: object = SEED) -> list[dict[str, Any]]:
    rows = []
    for at in range(many):
        case, seen = prompts.case(seed, f"{name}:{at}", change=change, public=True)
        asked = []
        for place, one in enumerate(case.prompts):
            serves = [each["id"] for each in case.prompts[:place] if case.same(one, each)]
            asked.append({key: one[key] for key in ("id", "text", "tenant", "at")} | {"serves": serves})
        rows.append(
            {"prompts": asked, "error": case.error, "profile": seen} | ({"policy": case.policy} if change else {})
        )
    return rows


def lines(value: Any) -> str:
    """JSON with a row to a line where rows are many, so that people can read it."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(lines(each) for each in value) + "\n]"
    if isinstance(value, dict) and any(isinstance(each, list | dict) for each in value.values()):
        return "{" + ",\n".join(f"{json.dumps(key)}: {lines(each)}" for key, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def canary_rows(seed: object = SEED) -> list[dict[str, Any]]:
    """Canaries of the past, with what the build turned out to be."""
    rng = stream(seed, "canaries")
    made = [canaries.case(rng, kind, (300, 450)) for kind in canaries.KIND]
    rng.shuffle(made)
    return [{**one.shown, "turned_out": "bad" if one.kind in canaries.BAD else "fine"} for one in made]


def replay_rows(seed: object = SEED) -> list[dict[str, Any]]:
    return [{**one.shown, "changed": sorted(one.changed)} for one in replays.cases(seed, "replays", many=2, rows=60)]


def sealed() -> str:
    """The second envelope: the letter, and practice with the change."""
    practice = {
        "step": step_rows("promise", "worth", change=True), "route": route_rows("rules", change=True), "look": look_rows("apart", 1, change=True),
    }  # fmt: skip
    packed = base64.b85encode(zlib.compress(json.dumps({"letter": LETTER, "practice": practice}).encode(), 9)).decode()
    return "\n".join(textwrap.wrap(packed, 120)) + "\n"


def rows(seed: object = SEED) -> dict[str, str]:
    """Name → text of each file of the starter's `data/` but the envelope."""
    made = {
        "step.json": step_rows("worth", "worth", change=False, seed=seed) + step_rows("wait", "wait", change=False, seed=seed),
        "route.json": route_rows("route", change=False, seed=seed), "look.json": look_rows("look", 2, change=False, seed=seed),
        "canaries.json": canary_rows(seed), "replays.json": replay_rows(seed),
    }  # fmt: skip
    return {name: lines(each) + "\n" for name, each in made.items()}


def files() -> dict[str, str]:
    """Name → text of each file of the starter's `data/`."""
    return rows() | {"envelope.sealed": sealed()}


def fresh(seed: int) -> dict[str, str]:
    """The same files with other contents, but for the envelope: what commands in candidates' documents are run on again."""
    return {f"data/{name}": text for name, text in rows(f"fresh-{seed}").items()}


if __name__ == "__main__":
    from canary import CANARY

    write_starter(files(), CANARY)
