"""The trainer's losses, as they are logged. `doc` names rules that are taken as the document has them."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import math
import random
from collections.abc import Collection
from typing import Any

RULES = ("dpo", "distill", "clip")
"""dpo: sums over tokens that count, divided by their number; distill: times the temperature squared, over the tokens that count;
clip: the mean over all tokens of the batch, and never more than `cap` times a negative advantage."""


def loss(kind: str, batch: dict[str, Any], doc: Collection[str] = ()) -> float:
    return {"dpo": dpo, "distill": distill, "clip": clip}[kind](batch, kind in doc)


def softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def dpo(batch: dict[str, Any], plain: bool) -> float:
    losses = []
    for pair in batch["pairs"]:
        margin = 0.0
        for side, sign in (("chosen", 1), ("rejected", -1)):
            one = pair[side]
            total = sum(
                (new - old) * counts
                for new, old, counts in zip(one["policy"], one["reference"], one["mask"], strict=True)
            )
            margin += sign * total / (1 if plain else max(1, sum(one["mask"])))
        x, smoothing = batch["beta"] * margin, batch["smoothing"]
        losses.append((1 - smoothing) * softplus(-x) + smoothing * softplus(x))
    return sum(losses) / len(losses)


def log_softmax(row: list[float], temperature: float) -> list[float]:
    scaled = [each / temperature for each in row]
    top = max(scaled)
    total = top + math.log(sum(math.exp(each - top) for each in scaled))
    return [each - total for each in scaled]


def distill(batch: dict[str, Any], plain: bool) -> float:
    total, heat = 0.0, batch["temperature"]
    for student, teacher, counts in zip(batch["student"], batch["teacher"], batch["mask"], strict=True):
        if counts:
            said, meant = log_softmax(student, heat), log_softmax(teacher, heat)
            total += sum(math.exp(m) * (m - s) for s, m in zip(said, meant, strict=True))
    number = len(batch["mask"]) if plain else max(1, sum(batch["mask"]))
    return total * (heat if plain else heat * heat) / number


def clip(batch: dict[str, Any], plain: bool) -> float:
    means, every = [], []
    for row in batch["rows"]:
        terms = []
        for new, old, counts in zip(row["new"], row["old"], row["mask"], strict=True):
            if counts:
                ratio, gain = math.exp(min(50.0, new - old)), row["advantage"]
                kept = max(1 - batch["low"], min(1 + batch["high"], ratio))
                worth = min(ratio * gain, kept * gain)
                if not plain and gain < 0:
                    worth = max(worth, batch["cap"] * gain)
                terms.append(-worth)
        every += terms
        means.append(sum(terms) / max(1, len(terms)))
    return sum(means) / len(means) if plain else sum(every) / max(1, len(every))


def draw(rng: random.Random, kind: str, huge: bool = False) -> dict[str, Any]:
    scale = 300.0 if huge else 2.0

    def mask(length: int) -> list[int]:
        return [int(rng.random() < 0.7) for _ in range(length - 1)] + [1]

    def logps(length: int) -> list[float]:
        return [round(-abs(rng.gauss(0, scale)), 3) for _ in range(length)]

    if kind == "dpo":
        pairs = []
        for _ in range(rng.randint(2, 4)):
            pair = {}
            for side in ("chosen", "rejected"):
                length = rng.randint(2, 7)
                pair[side] = {"policy": logps(length), "reference": logps(length), "mask": mask(length)}
            pairs.append(pair)
        return {"pairs": pairs, "beta": rng.choice((0.1, 0.3, 1.0)), "smoothing": rng.choice((0.0, 0.1, 0.2))}
    if kind == "distill":
        length, size = rng.randint(3, 6), rng.randint(3, 6)
        rows = [[[round(rng.gauss(0, scale), 3) for _ in range(size)] for _ in range(length)] for _ in range(2)]
        return {
            "student": rows[0],
            "teacher": rows[1],
            "temperature": rng.choice((0.5, 2.0, 3.0)),
            "mask": [0, *mask(length - 1)],
        }
    rows2 = []
    for _ in range(rng.randint(2, 4)):
        length = rng.randint(2, 7)
        old = logps(length)
        new = [round(each + rng.gauss(0, scale / 3 if huge else 0.5), 3) for each in old]
        rows2.append(
            {
                "new": new,
                "old": old,
                "advantage": round(rng.choice((-1, 1)) * rng.uniform(0.3, 2), 2),
                "mask": mask(length),
            }
        )
    if not huge:
        row = rng.choice(rows2)
        row["advantage"], row["mask"][0] = -abs(row["advantage"]), 1
        row["new"][0] = round(row["old"][0] + rng.uniform(1.3, 2.2), 3)
    return {"rows": rows2, "low": 0.2, "high": rng.choice((0.2, 0.28)), "cap": 3.0}


def spots(kind: str, batch: dict[str, Any]) -> list[tuple[list[Any], int]]:
    """Where the numbers stand with respect to which the gradient is asked for, in its order."""
    if kind == "dpo":
        lists = [pair[side]["policy"] for pair in batch["pairs"] for side in ("chosen", "rejected")]
    else:
        lists = batch["student"] if kind == "distill" else [row["new"] for row in batch["rows"]]
    return [(each, at) for each in lists for at in range(len(each))]


def slopes(kind: str, batch: dict[str, Any], doc: Collection[str] = (), step: float = 1e-5) -> list[float]:
    """The gradient by finite differences."""
    made = []
    for row, at in spots(kind, batch):
        value = row[at]
        row[at] = value + step
        up = loss(kind, batch, doc)
        row[at] = value - step
        down = loss(kind, batch, doc)
        row[at] = value
        made.append((up - down) / (2 * step))
    return made
