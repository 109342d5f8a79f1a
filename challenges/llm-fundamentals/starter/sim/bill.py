"""What answers cost: what the calls cost, and what wrong labels cost."""

from __future__ import annotations

from typing import Any


def total(batch: dict[str, Any], used: list[tuple[str, int, int]], labels: list[str], right: list[str]) -> float:
    """EUR: tokens at the prices of the batch, and `wrong` for each label that is not the right one."""
    spent = sum((into * batch["prices"][name]["input"] + out * batch["prices"][name]["output"]) / 1000 for name, into, out in used)
    return spent + batch["wrong"] * sum(one != other for one, other in zip(labels, right, strict=True))
