"""Losses of the trainer with their gradients, as they are logged."""

from __future__ import annotations

import math


def loss(asked: dict) -> dict:
    value, grad = {"dpo": dpo, "distill": distill, "clip": clip}[asked["kind"]](asked["batch"])
    return {"loss": value, "grad": grad}


def softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def dpo(batch: dict) -> tuple[float, list[float]]:
    """Means, and no sums, of the tokens that count."""
    beta, smoothing, number = batch["beta"], batch["smoothing"], len(batch["pairs"])
    total, grad = 0.0, []
    for pair in batch["pairs"]:
        sides = (pair["chosen"], pair["rejected"])
        gains = [mean(side) for side in sides]
        x = beta * (gains[0] - gains[1])
        total += (1 - smoothing) * softplus(-x) + smoothing * softplus(x)
        slope = beta * (smoothing * sigmoid(x) - (1 - smoothing) * sigmoid(-x)) / number
        for side, sign in zip(sides, (1, -1)):
            grad += [sign * slope * counts / max(1, sum(side["mask"])) for counts in side["mask"]]
    return total / number, grad


def mean(side: dict) -> float:
    rows = zip(side["policy"], side["reference"], side["mask"])
    return sum((new - old) * counts for new, old, counts in rows) / max(1, sum(side["mask"]))


def log_softmax(row: list[float], temperature: float) -> list[float]:
    top = max(row)
    total = math.log(sum(math.exp((each - top) / temperature) for each in row))
    return [(each - top) / temperature - total for each in row]


def distill(batch: dict) -> tuple[float, list[float]]:
    """Times the temperature squared, over the positions that count."""
    heat, number = batch["temperature"], max(1, sum(batch["mask"]))
    total, grad = 0.0, []
    for student, teacher, counts in zip(batch["student"], batch["teacher"], batch["mask"]):
        said, meant = log_softmax(student, heat), log_softmax(teacher, heat)
        total += counts * sum(math.exp(m) * (m - s) for s, m in zip(said, meant)) * heat * heat
        grad += [counts * heat * (math.exp(s) - math.exp(m)) / number for s, m in zip(said, meant)]
    return total / number, grad


def clip(batch: dict) -> tuple[float, list[float]]:
    """The mean over all tokens of the batch."""
    number = max(1, sum(sum(row["mask"]) for row in batch["rows"]))
    total, grad = 0.0, []
    for row in batch["rows"]:
        gain = row["advantage"]
        for new, old, counts in zip(row["new"], row["old"], row["mask"]):
            ratio = math.exp(min(700.0, new - old))
            kept = min(max(ratio, 1 - batch["low"]), 1 + batch["high"])
            worth, moves = min(ratio * gain, kept * gain), ratio * gain <= kept * gain
            total -= counts * worth
            grad.append(-counts * ratio * gain / number if moves else 0.0)
    return total / number, grad
