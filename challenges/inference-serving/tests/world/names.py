"""Names that say nothing about what bears them."""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import random

KINDS = ("amber", "basalt", "coral", "delta", "ember", "flint", "grove", "heron")
TENANTS = ("orbit", "quarry", "ridge", "sable", "tarn", "umber", "vale", "wharf")
MODELS = ("kestrel", "linnet", "merlin", "nightjar", "osprey", "plover", "ruff", "siskin", "teal", "wren")
REGIONS = ("north", "east", "south", "west")


def ids(rng: random.Random, letter: str, many: int) -> list[str]:
    """Names of things of one kind, in no order."""
    return [f"{letter}{number:05x}" for number in rng.sample(range(16**5), many)]
