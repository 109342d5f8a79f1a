"""Logits and settings to probabilities and draws, as build 2 does it."""

from __future__ import annotations

import math
import random


def penalised(asked: dict) -> dict[int, float]:
    """Logits of the tokens that may come, after the penalty: once for each occurrence in the window, three times at most."""
    settings = asked["settings"]
    recent = asked["history"][-settings["window"] :] if settings["window"] else []
    made = {at: float(logit) for at, logit in enumerate(asked["logits"]) if logit is not None}
    for token in set(recent) & set(made):
        factor = settings["repetition"] ** min(3, recent.count(token))
        made[token] = made[token] / factor if made[token] > 0 else made[token] * factor
    return made


def softmax(logits: dict[int, float], kept: list[int], temperature: float) -> dict[int, float]:
    raised = {at: math.exp(logits[at] / temperature) for at in kept}
    total = sum(raised.values())
    return {at: each / total for at, each in raised.items()}


def distribution(asked: dict) -> list[float]:
    settings, logits = asked["settings"], penalised(asked)
    kept = sorted(logits, key=lambda at: (-logits[at], at))
    if settings["temperature"] == 0:
        best = [at for at in kept if logits[at] == logits[kept[0]]]
        return spread({at: 1 / len(best) for at in best}, asked)
    if settings["top_k"]:
        border = logits[kept[min(settings["top_k"], len(kept)) - 1]]
        kept = [at for at in kept if logits[at] >= border]
    kept = nucleus(softmax(logits, kept, 1.0), kept, settings["top_p"])
    warm = softmax(logits, kept, settings["temperature"])
    least = settings["min_p"] * max(warm.values())
    kept = [at for at in kept if warm[at] >= least]
    return spread(softmax(logits, kept, settings["temperature"]), asked)


def nucleus(flat: dict[int, float], kept: list[int], share: float) -> list[int]:
    """The smallest number of the largest that add up to `share`, before the temperature."""
    total = 0.0
    for count, at in enumerate(kept, 1):
        total += flat[at]
        if total >= share:
            return kept[:count]
    return kept


def spread(chances: dict[int, float], asked: dict) -> list[float]:
    return [chances.get(at, 0.0) for at in range(len(asked["logits"]))]


def sample(asked: dict) -> list[int]:
    chances = distribution(asked)
    rng = random.Random(7)
    return rng.choices(range(len(chances)), chances, k=asked["count"])
