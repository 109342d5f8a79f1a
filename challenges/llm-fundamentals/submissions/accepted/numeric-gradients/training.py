"""Losses of the trainer; gradients by central differences."""

from __future__ import annotations

import math

STEP = 1e-5


def loss(asked: dict) -> dict:
    value = {"dpo": dpo, "distill": distill, "clip": clip}[asked["kind"]]
    batch = asked["batch"]
    return {"loss": value(batch), "grad": [slope(value, batch, row, at) for row in moved(batch) for at in range(len(row))]}


def moved(batch: dict) -> list[list[float]]:
    if "pairs" in batch:
        return [pair[side]["policy"] for pair in batch["pairs"] for side in ("chosen", "rejected")]
    return batch["student"] if "student" in batch else [row["new"] for row in batch["rows"]]


def slope(value, batch: dict, row: list[float], at: int) -> float:
    kept = row[at]
    row[at] = kept + STEP
    up = value(batch)
    row[at] = kept - STEP
    down = value(batch)
    row[at] = kept
    return (up - down) / (2 * STEP)


def nll(x: float) -> float:
    return math.log1p(math.exp(-x)) if x > -30 else -x


def dpo(batch: dict) -> float:
    total = 0.0
    for pair in batch["pairs"]:
        x = batch["beta"] * (gain(pair["chosen"]) - gain(pair["rejected"]))
        total += (1 - batch["smoothing"]) * nll(x) + batch["smoothing"] * nll(-x)
    return total / len(batch["pairs"])


def gain(side: dict) -> float:
    picked = [new - old for new, old, counts in zip(side["policy"], side["reference"], side["mask"]) if counts]
    return sum(picked) / len(picked) if picked else 0.0


def distill(batch: dict) -> float:
    heat = batch["temperature"]
    rows = [(s, t) for s, t, counts in zip(batch["student"], batch["teacher"], batch["mask"]) if counts]
    return heat**2 * sum(apart(s, t, heat) for s, t in rows) / max(1, len(rows))


def apart(student: list[float], teacher: list[float], heat: float) -> float:
    said, meant = logs(student, heat), logs(teacher, heat)
    return sum(math.exp(m) * (m - s) for s, m in zip(said, meant))


def logs(row: list[float], heat: float) -> list[float]:
    top = max(row)
    total = math.log(sum(math.exp((each - top) / heat) for each in row))
    return [(each - top) / heat - total for each in row]


def clip(batch: dict) -> float:
    costs = []
    for row in batch["rows"]:
        for new, old, counts in zip(row["new"], row["old"], row["mask"]):
            if counts:
                ratio = math.exp(min(600.0, new - old))
                worth = min(ratio * row["advantage"], max(1 - batch["low"], min(1 + batch["high"], ratio)) * row["advantage"])
                costs.append(-max(worth, batch["cap"] * row["advantage"]) if row["advantage"] < 0 else -worth)
    return sum(costs) / max(1, len(costs))
