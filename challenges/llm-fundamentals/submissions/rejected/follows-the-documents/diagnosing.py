"""What is wrong with a training run, by the sign that each cause is known for."""

from __future__ import annotations


def diagnose(run: dict) -> str:
    rows, final = run["rows"], run["final"]
    first, last = rows[0], rows[-1]
    if final["served"] < final["with_adapter"] - 0.05:
        return "adapter_not_merged"
    if last["stop_rate"] < 0.5:
        return "mask_shifted"
    if last["length"] > 1.4 * first["length"] and last["reward"] > first["reward"]:
        return "reward_hacked"
    if last["kl"] < 0.02:
        return "reference_moved"
    if final["entropy_student"] > 1.1 * final["entropy_teacher"]:
        return "temperature_wrong"
    if last["eval_loss"] is not None and last["eval_loss"] < last["loss"]:
        return "eval_leaked"
    return "sound"
