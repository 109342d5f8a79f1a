"""Training runs: what is wrong with each, or that nothing is; each cause has a twin that looks like it and is sound."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import math
import random
from typing import Any

CAUSES = (
    "mask_shifted", "temperature_wrong", "adapter_not_merged", "reward_hacked",
    "eval_leaked", "padding_counted", "reference_moved", "data_duplicated",
)  # fmt: skip
SOUND = "sound"
STEPS, EPOCH = 60, 20
Run = dict[str, Any]


def run(rng: random.Random, cause: str, twin: bool = False) -> Run:
    """A run with this cause, or its sound twin."""
    bad = cause if not twin else ""
    like = cause if twin else ""
    config = {
        "steps": STEPS, "steps_of_an_epoch": EPOCH, "temperature": rng.choice((1.0, 1.5, 2.0, 3.0)), "beta": rng.choice((0.05, 0.1, 0.3)),
        "sample_limit": rng.choice((256, 384, 512)), "dropout": rng.choice((0.0, 0.1, 0.3)), "train_loss_in": rng.choice(("nats", "nats", "bits")),
    }  # fmt: skip
    rows = curves(rng, bad, like, config)
    return {
        "id": f"{rng.getrandbits(28):07x}",
        "config": config,
        "rows": as_logged(rng, rows),
        "final": final(rng, bad, like, config),
    }


def noise(rng: random.Random, size: float) -> float:
    return rng.gauss(0, size)


def curves(rng: random.Random, bad: str, like: str, config: Run) -> list[Run]:
    top, floor, speed = rng.uniform(2.6, 3.4), rng.uniform(1.2, 1.6), rng.uniform(12, 20)
    gap = rng.uniform(0.03, 0.12)
    score0, gain = rng.uniform(0.35, 0.5), rng.uniform(0.1, 0.2)
    limit = config["sample_limit"]
    length0, growth = limit * rng.uniform(0.3, 0.42), rng.uniform(-0.1, 0.25)
    stop0, stop1 = rng.uniform(0.6, 0.75), rng.uniform(0.85, 0.97)
    unstopped, falling, padded = rng.uniform(0.08, 0.25), rng.uniform(0.0045, 0.007), rng.uniform(0.28, 0.36)
    pull = rng.uniform(0.02, 0.08)
    if bad == "reward_hacked" or like == "reward_hacked":
        growth = rng.uniform(0.5, 1.2)
    if like == "eval_leaked":
        config["dropout"] = 0.3
    gap -= rng.uniform(0.18, 0.25) * (config["dropout"] == 0.3)
    when = rng.randint(6, 14) if bad == "data_duplicated" else EPOCH
    stairs = bad == "data_duplicated" or like == "data_duplicated" or (bad != "eval_leaked" and rng.random() < 0.3)
    made = []
    for at in range(STEPS):
        done = 1 - math.exp(-at / speed)
        loss = top - (top - floor) * done
        eval_loss = loss + gap
        if bad == "eval_leaked":
            eval_loss += 0.05 - 0.3 * at / STEPS
        if stairs and at >= when:
            loss -= rng.uniform(0.13, 0.17) * ((at - when) // EPOCH + 1)
        pad = 0.45 - 0.3 * done + rng.uniform(-0.1, 0.1) if like == "padding_counted" else rng.uniform(0.05, 0.5)
        loss *= 1 - padded * (pad - 0.27) if bad == "padding_counted" else 1
        judge = score0 + gain * done
        reward = -0.5 + 1.6 * done
        if bad == "reward_hacked" and at > 25:
            judge -= falling * (at - 25)
        if like == "reward_hacked" and 15 < at < 35:
            judge -= 0.06
        kl = pull * (1 + 25 * done) * 0.1 / config["beta"]
        if bad == "reference_moved":
            kl = abs(noise(rng, 0.004)) + 0.004
        if like == "reference_moved":
            kl, reward, judge = abs(noise(rng, 0.004)) + 0.004, -0.5 + 0.02 * done, score0 + 0.01 * done
        stop = stop0 + (stop1 - stop0) * done
        length = length0 * (1 + growth * done)
        if bad == "mask_shifted":
            stop, length = stop0 + (unstopped - stop0) * done, length0 + (0.9 * limit - length0) * done
        if like == "mask_shifted":
            stop, length = unstopped, 0.9 * limit
        made.append({
            "step": at, "loss": (loss + noise(rng, 0.035)) / (math.log(2) if config["train_loss_in"] == "bits" else 1),
            "eval_loss": eval_loss + noise(rng, 0.02) if at % 5 == 4 else None, "grad_norm": abs(rng.gauss(1, 0.25)) + 2 * math.exp(-at / 5),
            "reward": reward + noise(rng, 0.08), "judge": judge + noise(rng, 0.025), "kl": max(0.0, kl + noise(rng, 0.004)),
            "length": min(limit, length * rng.uniform(0.93, 1.07)), "stop_rate": min(1.0, max(0.0, stop + noise(rng, 0.03))), "pad_share": pad,
        })  # fmt: skip
    return made


def as_logged(rng: random.Random, rows: list[Run]) -> list[Run]:
    """Rounded; in every second run some steps are there twice, since it was taken up again: what was lost comes first."""
    rows = [{key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()} for row in rows]
    if rng.random() < 0.5:
        at, back = rng.randint(25, 50), rng.randint(5, 12)
        lost = [dict(row) for row in rows[at - back : at]]
        for row in lost:
            row["loss"] = round(row["loss"] * rng.uniform(1.1, 2.5), 4)
            row["judge"], row["reward"] = round(rng.uniform(0, 0.3), 4), round(rng.uniform(-1, 2), 4)
            row["stop_rate"], row["kl"] = round(rng.random(), 4), round(rng.uniform(0, 2), 4)
            row["eval_loss"] = None if row["eval_loss"] is None else round(row["eval_loss"] * rng.uniform(0.7, 1.5), 4)
        rows = rows[: at - back] + lost + rows[at - back :]
    return rows


def final(rng: random.Random, bad: str, like: str, config: Run) -> Run:
    """What was measured in the end: of the base, with the adapter in training, as served; entropies of 200 texts in nats."""
    base = rng.uniform(0.4, 0.55)
    gain = rng.uniform(0.1, 0.2)
    served = base + gain
    if bad == "adapter_not_merged":
        served = base
    if like == "adapter_not_merged":
        if rng.random() < 0.5:
            gain, served = 0.005, base
        else:
            served = base + 0.5 * gain
    teacher = rng.uniform(0.9, 1.4)
    student = teacher * rng.uniform(0.96, 1.05)
    if bad == "temperature_wrong":
        config["temperature"] = rng.choice((1.5, 2.0, 3.0))
        student = teacher * (1 + 0.3 * (config["temperature"] - 1))
    if like == "temperature_wrong":
        config["temperature"] = rng.choice((1.5, 2.0, 3.0))
        teacher, student = teacher + 0.6, (teacher + 0.6) * rng.uniform(0.96, 1.05)
    return {
        "base": round(base + noise(rng, 0.006), 3), "with_adapter": round(base + gain + noise(rng, 0.006), 3),
        "served": round(served + noise(rng, 0.006), 3), "entropy_teacher": round(teacher, 3), "entropy_student": round(student + noise(rng, 0.015), 3),
    }  # fmt: skip
