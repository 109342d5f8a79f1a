"""What is wrong with a training run: each cause by what no sound run shows."""

from __future__ import annotations

import math
from statistics import fmean


def diagnose(run: dict) -> str:
    rows = last_of_each_step(run)
    end, final = rows[-12:], run["final"]
    gain = final["with_adapter"] - final["base"]
    judged = mean(end, "judge") - mean(rows[:4], "judge")
    if gain > 0.06 and final["served"] - final["base"] < 0.35 * gain:
        return "adapter_not_merged"
    if final["entropy_student"] > 1.09 * final["entropy_teacher"]:
        return "temperature_wrong"
    if mean(end, "stop_rate") < 0.45 and mean(rows[:3], "length") < 0.7 * run["config"]["sample_limit"]:
        return "mask_shifted"
    if mean(end, "judge") < max(mean(rows[at : at + 8], "judge") for at in range(0, 45)) - 0.075:
        return "reward_hacked"
    if mean(end, "kl") < 0.025 and judged > 0.05:
        return "reference_moved"
    if closing(run, rows) < -0.12:
        return "eval_leaked"
    return by_the_loss(run, rows)


def last_of_each_step(run: dict) -> list[dict]:
    """A run that was taken up again has some steps twice; what came first was lost."""
    rows = {row["step"]: row for row in run["rows"]}
    return [rows[step] for step in sorted(rows)]


def mean(rows: list[dict], name: str) -> float:
    return fmean(row[name] for row in rows)


def nats(run: dict, row: dict) -> float:
    return row["loss"] * (math.log(2) if run["config"]["train_loss_in"] == "bits" else 1)


def closing(run: dict, rows: list[dict]) -> float:
    """How far the loss on evaluation texts comes down below that on training texts, from the first third to the last."""
    gaps = [row["eval_loss"] - fmean(nats(run, one) for one in rows[max(0, at - 1) : at + 2]) for at, row in enumerate(rows) if row["eval_loss"] is not None]
    return fmean(gaps[-4:]) - fmean(gaps[:4])


def by_the_loss(run: dict, rows: list[dict]) -> str:
    """Whether the loss moves with the padding, or falls by a step within an epoch."""
    losses = [nats(run, row) for row in rows]
    epoch = run["config"]["steps_of_an_epoch"]
    fits = {at: min(fit(rows, losses, speed, at, epoch) for speed in (11, 14, 18)) for at in range(4, epoch + 2)}
    at = min(fits, key=lambda one: fits[one][0])
    _, step, padding = fits[at]
    if padding < -0.24:
        return "padding_counted"
    if step < -0.07 and at % epoch not in (0, 1, epoch - 1) and fits[at][0] < 0.85 * fits[epoch][0]:
        return "data_duplicated"
    return "sound"


def fit(rows: list[dict], losses: list[float], speed: float, first: int, epoch: int) -> tuple[float, float, float]:
    """Squares left, the size of a step from `first` on in each epoch, and the share of padding's part in the loss."""
    made = []
    for at, row in enumerate(rows):
        steps = (at - first) // epoch + 1 if at >= first else 0
        made.append((1.0, math.exp(-at / speed), float(steps), row["pad_share"]))
    weights = solved(made, losses)
    left = sum((loss - sum(w * x for w, x in zip(weights, row))) ** 2 for row, loss in zip(made, losses))
    return left, weights[2], weights[3]


def solved(rows: list[tuple[float, ...]], wanted: list[float]) -> list[float]:
    """Least squares."""
    size = len(rows[0])
    table = [[sum(row[a] * row[b] for row in rows) for b in range(size)] + [sum(row[a] * y for row, y in zip(rows, wanted))] for a in range(size)]
    for at in range(size):
        table[at][at] += 1e-9
        for other in range(size):
            if other != at:
                factor = table[other][at] / table[at][at]
                table[other] = [x - factor * y for x, y in zip(table[other], table[at])]
    return [table[at][size] / table[at][at] for at in range(size)]
