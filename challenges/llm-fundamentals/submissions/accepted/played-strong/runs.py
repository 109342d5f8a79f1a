"""What is wrong with a training run."""

from __future__ import annotations

import math


def mean(x):
    x = [each for each in x if each is not None]
    return sum(x) / len(x) if x else 0.0


def measure(run):
    """Rows of steps that were run again count as they were logged last; losses in nats."""
    config, final = run["config"], run["final"]
    rows = sorted({row["step"]: row for row in run["rows"]}.values(), key=lambda row: row["step"])
    unit = math.log(2) if config["train_loss_in"] == "bits" else 1.0
    loss = [row["loss"] * unit for row in rows]
    n = len(rows)

    def level(key, part):
        return mean([row[key] for row in part])

    judge = [mean([row["judge"] for row in rows[max(0, at - 4) : at + 4]]) for at in range(n)]
    xs = [rows[i]["pad_share"] - (rows[i - 1]["pad_share"] + rows[i + 1]["pad_share"]) / 2 for i in range(1, n - 1)]
    ys = [loss[i] - (loss[i - 1] + loss[i + 1]) / 2 for i in range(1, n - 1)]
    gaps = [(row["step"], mean(loss[max(0, at - 2) : at + 3]) - row["eval_loss"]) for at, row in enumerate(rows) if row["eval_loss"] is not None]
    third = max(1, len(gaps) // 4)
    # a step down in the training loss against a straight line through its neighbours
    epoch, jumps = config["steps_of_an_epoch"], {}
    for at in range(6, n - 5):
        left, right = line(loss[at - 6 : at], 6.0 - 0.5), line(loss[at : at + 6], -0.5)
        jumps[at] = left - right
    away = {at: jump for at, jump in jumps.items() if min(at % epoch, epoch - at % epoch) > 4}
    ends = [mean([jumps[e + d] for d in (0,)]) for e in range(epoch, n - 5, epoch) if e in jumps]
    return {
        "gain": final["with_adapter"] - final["base"],
        "served": final["served"] - final["base"],
        "flat": final["entropy_student"] - final["entropy_teacher"],
        "stop": level("stop_rate", rows[-10:]),
        "limit": config["sample_limit"],
        "length": level("length", rows[-10:]),
        "reward": level("reward", rows[-10:]) - level("reward", rows[:4]),
        "judge_fall": max(judge) - mean(judge[-4:]),
        "kl": level("kl", rows[-10:]),
        "padding": sum(x * y for x, y in zip(xs, ys)) / math.sqrt(sum(x * x for x in xs) * sum(y * y for y in ys) or 1),
        "leak": mean([gap for _, gap in gaps[-third:]]) - mean([gap for _, gap in gaps[:third]]),
        "leak_end": mean([gap for _, gap in gaps[-third:]]),
        "overfit": -mean([gap for _, gap in gaps[-third:]]),
        "first_epoch": -mean([gap for step, gap in gaps if epoch * 0.6 < step < epoch]) + mean([gap for step, gap in gaps if step < epoch * 0.4]),
        "jump": max(away.values(), default=0.0),
        "ends": mean(ends),
    }


def line(values, at):
    n = len(values)
    mx, my = (n - 1) / 2, sum(values) / n
    slope = sum((i - mx) * (y - my) for i, y in enumerate(values)) / sum((i - mx) ** 2 for i in range(n))
    return my + slope * (at - mx)


def diagnose(run):
    m = measure(run)
    if m["gain"] > 0.04 and m["served"] < m["gain"] / 2:
        return "adapter_not_merged"
    if m["flat"] > 0.2:
        return "temperature_wrong"
    if m["stop"] < 0.5 and m["limit"] > 256:
        return "mask_shifted"
    if m["judge_fall"] > 0.08 and m["reward"] > 0.3:
        return "reward_hacked"
    if m["kl"] < 0.04 and m["reward"] > 0.4:
        return "reference_moved"
    if abs(m["padding"]) > 0.65:
        return "padding_counted"
    if m["leak"] > 0.12 and m["leak_end"] > 0.05:
        return "eval_leaked"
    if m["overfit"] > 0.25 and m["ends"] < 0.09:
        return "data_duplicated"
    return "sound"


if __name__ == "__main__":
    import json
    from pathlib import Path

    for text in (Path(__file__).resolve().parent / "data" / "runs.jsonl").read_text("utf-8").splitlines():
        run = json.loads(text)
        print(run["found"], "->", diagnose(run), {k: round(v, 2) for k, v in measure(run).items()})
