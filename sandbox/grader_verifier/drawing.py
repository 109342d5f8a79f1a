"""What the seed draws beside the data: the order in which tests run, and the order of what each of them asks.

Nothing but the question may tell the answer. Without this, the number of a call would name the case that it is about,
and the number of a process the test: one table of answers would be right for everybody.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

IN_ORDER = "in_order"
"""Marker of a module or class whose tests run in the order in which they stand."""
MOST_NUMBERS = 32
"""Process numbers that may go by unused before a test."""


def stream(seed: int, name: str) -> random.Random:
    """Chance that is the same on a repeated run, and another one under another name."""
    return random.Random(f"{seed}:order:{name}")  # noqa: S311 - keyed by the operator's secret, see grader/secret.py


def tests(items: Sequence[pytest.Item], seed: int) -> list[pytest.Item]:
    """`items` in the order in which they run. Folders, modules and classes stay together, so that a fixture of theirs
    is made once; what is in one of them is shuffled, except where it is marked `in_order`."""
    return _drawn(items, stream(seed, "tests"), 1)


def _drawn(items: Sequence[pytest.Item], rng: random.Random, depth: int) -> list[pytest.Item]:
    """`items` have the same ancestors above `depth`."""
    blocks: dict[object, list[pytest.Item]] = {}
    for item in items:
        blocks.setdefault(item.listchain()[depth], []).append(item)
    parent = items[0].listchain()[depth - 1] if items else None
    if parent is not None and any(mark.name == IN_ORDER for mark in parent.own_markers):
        return list(items)
    groups = list(blocks.items())
    rng.shuffle(groups)
    return [item for node, block in groups for item in (block if node is block[0] else _drawn(block, rng, depth + 1))]
