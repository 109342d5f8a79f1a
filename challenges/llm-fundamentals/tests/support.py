"""What all tests use: asking the candidate's functions about inputs of several kinds at once, and counting what was right."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from grader_kit import problem_of, share, shown, stream, unusable

FLOOR = 0.1
"""Share right of a kind at which its credit begins."""


class Work:
    """The candidate's functions, with the seed of the submission."""

    def __init__(self, candidate: Any, seed: Any) -> None:
        self.candidate, self.seed = candidate, seed

    def stream(self, *names: object) -> random.Random:
        return stream(self.seed, *names)

    def by_kind(
        self, function: str, kinds: Mapping[str, Sequence[Any]], check: Callable[[Any, Any], str]
    ) -> dict[str, list[str]]:
        """What is wrong with each reply, by kind, "" where nothing is; `check` sees what was asked and the reply. All kinds are one list."""
        asked = [(kind, each) for kind, group in kinds.items() for each in group]
        replies = self.candidate.map(function, [each for _, each in asked], errors="return")
        found: dict[str, list[str]] = {kind: [] for kind in kinds}
        for (kind, each), reply in zip(asked, replies, strict=True):
            found[kind].append(problem_of(reply, lambda value, each=each: check(each, value)))
        return found


def credited(
    metric: Callable[..., None], found: Mapping[str, list[str]], weights: Mapping[str, int] | None = None
) -> None:
    """A metric for each kind. Fails where no reply of any kind was right: nothing was done then."""
    problems = [each for group in found.values() for each in group]
    if all(problems):
        pytest.fail(f"No reply was right.{unusable(problems)}")
    for kind, each in found.items():
        metric(kind, share(problem == "" for problem in each), floor=FLOOR, target=1.0)
    print(
        "; ".join(f"{kind}: {each.count('')} of {len(each)}" for kind, each in found.items()),
        unusable(problems, "replies"),
    )


def numbers(value: Any, length: int) -> list[float]:
    """`value` as so many numbers; what it is else says so."""
    if not isinstance(value, list) or len(value) != length:
        raise ValueError(f"{shown(value)} is not a list of {length} numbers")
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in value):
        raise ValueError(f"{shown(value)} holds what is no number")
    return [float(each) for each in value]


def near(one: float, other: float, by: float = 1e-6) -> bool:
    return abs(one - other) <= by * max(1.0, abs(other))
