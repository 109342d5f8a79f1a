"""The sampler that runs: from logits and settings to a distribution. `doc` names rules taken as the document has them."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Collection
from typing import Any

from grader_kit import untaken

RULES = ("counts", "before", "border", "greedy")
"""counts: the penalty for each occurrence, three at most; before: top_p looks at the probabilities before the temperature;
border: ties at the border of top_k stay; greedy: at temperature 0 the largest share it."""
LOW = -1e300
TOGETHER = ("all", "together")
"""Settings of all kinds at once; in `together` several rules decide, each by itself."""


def distribution(asked: dict[str, Any], doc: Collection[str] = ()) -> list[float]:
    logits = [LOW if each is None else float(each) for each in asked["logits"]]
    settings = asked["settings"]
    recent = asked["history"][-settings["window"] :] if settings["window"] else []
    for token in set(recent):
        times = 1 if "counts" in doc else min(3, recent.count(token))
        factor = settings["repetition"] ** times
        if logits[token] != LOW:
            logits[token] = logits[token] / factor if logits[token] > 0 else logits[token] * factor
    order = sorted((at for at, each in enumerate(logits) if each != LOW), key=lambda at: (-logits[at], at))
    if settings["temperature"] == 0:
        best = [at for at in order if logits[at] == logits[order[0]]]
        best = best[:1] if "greedy" in doc else best
        return [1 / len(best) if at in best else 0.0 for at in range(len(logits))]
    kept = order
    if settings["top_k"]:
        kept = order[: settings["top_k"]]
        if "border" not in doc:
            kept += [at for at in order[len(kept) :] if logits[at] == logits[kept[-1]]]
    flat = softmax(logits, kept, settings["temperature"] if "before" in doc else 1.0)
    total, nucleus = 0.0, []
    for at in kept:
        nucleus.append(at)
        total += flat[at]
        if total >= settings["top_p"]:
            break
    warm = softmax(logits, nucleus, settings["temperature"])
    least = settings["min_p"] * max(warm.values())
    left = softmax(logits, [at for at in nucleus if warm[at] >= least], settings["temperature"])
    return [left.get(at, 0.0) for at in range(len(logits))]


def softmax(logits: list[float], kept: list[int], temperature: float) -> dict[int, float]:
    top = max(logits[at] for at in kept)
    raised = {at: math.exp((logits[at] - top) / temperature) for at in kept}
    total = sum(raised.values())
    return {at: each / total for at, each in raised.items()}


def draw(rng: random.Random, what: str) -> dict[str, Any]:
    """A question in which this rule, or this difficulty, is at work."""
    size = rng.randint(8, 14)
    logits: list[float | None] = [round(rng.gauss(0, 2), 2) for _ in range(size)]
    settings = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "repetition": 1.0, "window": 0}
    history = rng.choices(range(size), k=rng.randint(0, 12))
    if what in ("counts", "capped", *TOGETHER):
        often = rng.choices(range(size), k=2)
        least = 4 if what == "capped" else 2
        history = rng.choices(range(size), k=4) + often * rng.randint(least, least + 1)
        rng.shuffle(history)
        settings |= {
            "repetition": rng.choice((1.1, 1.2, 1.3, 1.5)),
            "window": rng.choice((len(history), 64, 10 if what in TOGETHER else 64)),
        }
    if what in ("before", *TOGETHER):
        settings |= {
            "temperature": rng.choice((0.4, 0.5, 0.7, 1.5, 2.0)),
            "top_p": rng.choice((0.5, 0.6, 0.7, 0.8, 0.9)),
        }
    if what in ("border", "huge", *TOGETHER):
        settings["top_k"] = rng.randint(2, 5)
        for _ in range(4):
            logits[rng.randrange(size)] = sorted((each for each in logits if each is not None), reverse=True)[
                settings["top_k"] - 1
            ]
    if what == "greedy":
        settings["temperature"] = 0
        for at in rng.sample(range(size), rng.randint(2, 4)):
            logits[at] = max(each for each in logits if each is not None)
    if what in ("plain", *TOGETHER):
        settings["min_p"] = rng.choice((0.0, 0.05, 0.1, 0.2))
        logits[rng.randrange(size)] = None
    if what == "plain":
        settings |= rng.choice(
            (
                {"temperature": rng.choice((0.3, 0.8, 1.7))},
                {"top_k": rng.randint(2, 6)},
                {"top_p": rng.choice((0.6, 0.9))},
            )
        )
    if what == "huge":
        far = rng.choice((-4000, 3000, 7000))
        logits = [None if each is None else far + each for each in logits]
    return {"logits": logits, "settings": settings, "history": history}


def question(rng: random.Random, what: str) -> dict[str, Any]:
    """One that the document answers differently, where `what` is a rule, and alike where it is not."""
    rules = {"capped": ("counts",), "huge": ("border",), "together": ("counts", "before")}.get(what, (what,))
    if set(rules) <= set(RULES):
        return untaken(
            lambda: draw(rng, what),
            lambda made: min(moved(made, rule) for rule in rules) < 0.02 or (what == "together" and tied(made)),
        )
    if what == "plain":
        return untaken(lambda: draw(rng, what), lambda made: off(distribution(made), distribution(made, RULES)) > 1e-9)
    return draw(rng, what)


def moved(asked: dict[str, Any], rule: str) -> float:
    """By how much this one rule moves the answer."""
    return off(distribution(asked), distribution(asked, {rule}))


def tied(asked: dict[str, Any]) -> bool:
    """Whether a sum of the largest comes so near to top_p that rounding may decide."""
    settings = asked["settings"] | {"temperature": 1.0, "top_p": 1.0, "min_p": 0.0}
    sums = itertools.accumulate(sorted(distribution(asked | {"settings": settings}), reverse=True))
    return any(abs(each - asked["settings"]["top_p"]) < 1e-6 for each in sums)


def off(one: list[float], other: list[float]) -> float:
    """Total variation."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2
