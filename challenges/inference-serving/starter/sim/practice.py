"""Episodes to practise on, from data/. Servers and models are here what their vendors say of them."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import batching, caching, routing

DATA = Path(__file__).resolve().parent.parent / "data"
PARTS = ("step", "route", "look")


@dataclass(frozen=True)
class Claims:
    """Models as their vendors describe them: each answers in its time, hints are right, and the list is what is billed. Only outages are real."""

    models: dict[str, Any]
    outages: dict[str, list[Any]]

    def attempt(self, model: str, request: dict[str, Any], now: float) -> tuple[str, float]:
        for begins, ends, how in self.outages.get(model, ()):
            if begins <= now < ends:
                return how, 350.0
        one = self.models[model]
        shake = random.Random(f"{model}:{request['id']}").gauss(0, 0.2)
        return "answer", (one["base_ms"] + one["token_ms"] * request["tokens"]) * math.exp(shake)

    def right(self, model: str, request: dict[str, Any]) -> float:
        one = self.models[model]
        return one["easy"] + (one["hard"] - one["easy"]) * request["hint"]

    def bill(self, model: str, request: dict[str, Any], how: str) -> float:
        return 0.0 if how == "error" else self.models[model]["price"] * request["tokens"] / 1000


def rows(part: str) -> list[dict[str, Any]]:
    """Episodes of a part; those with a policy too, once the second envelope is open."""
    made = json.loads((DATA / f"{part}.json").read_text("utf-8"))
    opened = DATA / "policies.json"
    return made + (json.loads(opened.read_text("utf-8"))[part] if opened.exists() else [])


def step_case(row: dict[str, Any], notes: dict[str, Any]) -> batching.Case:
    return batching.Case(
        server=row["server"], requests=row["requests"], aim=row["aim"], physics=batching.Physics(), notes=notes, policy=row.get("policy")
    )


def route_case(row: dict[str, Any], notes: dict[str, Any]) -> routing.Case:
    models = {each["id"]: {**each, **row["claims"][each["id"]]} for each in row["models"]}
    return routing.Case(
        models=row["models"], requests=row["requests"], cap=row["cap"], over=row["over"], ends=row["ends"], expected=row["expected"],
        world=Claims(models, row["outages"]), notes=notes, policy=row.get("policy"),
    )  # fmt: skip


def look_case(row: dict[str, Any], notes: dict[str, Any]) -> caching.Case:
    return caching.Case(
        prompts=row["prompts"], same=lambda one, other: other["id"] in one["serves"], error=row["error"], notes=notes, policy=row.get("policy")
    )
