"""Simulated people and judges, to see what the gate makes of them. No model is called and nothing here is a label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.agreement.kappa import Floats, Levels
from grader.agreement.labels import Labels
from grader.agreement.measured import Case
from grader.agreement.thresholds import PROBES, Thresholds

LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """Items with a true level and a length, and people who see the level through noise."""

    labels: Labels
    truth: Levels
    """The true level of each item, 1..5."""
    length: Floats
    """Length of each item's text in standard deviations, independent of its level."""
    seed: int = 0
    items: tuple[str, ...] = field(repr=False)


def simulated_world(
    *, items: int = 150, people: int = 3, noise: float = 0.4, items_per_candidate: int = 1, seed: int = 0
) -> World:
    """`items` spread evenly over five levels, rated by `people` with rounded normal errors of `noise` levels."""
    generator = np.random.default_rng(seed)
    truth = generator.permutation(np.arange(items) % len(LEVELS)) + 1
    names = tuple(f"item-{number:04d}" for number in range(items))
    rated = {
        f"person-{number}": dict(zip(names, _blurred(truth, noise, generator).tolist(), strict=True))
        for number in range(people)
    }
    candidates = {name: f"candidate-{number // items_per_candidate}" for number, name in enumerate(names)}
    labels = Labels(criterion="simulated", levels=LEVELS, people=rated, candidates=candidates)
    return World(labels=labels, truth=truth, length=generator.normal(size=items), seed=seed, items=names)


Judge = Callable[[World, np.random.Generator], Levels]
"""Judges every item of a world once: levels 1..5."""


def oracle(world: World, generator: np.random.Generator) -> Levels:
    """Sees the true level, with less noise than people."""
    return _blurred(world.truth, 0.2, generator)


def constant(world: World, generator: np.random.Generator) -> Levels:
    """Gives everything a 4."""
    return np.full_like(world.truth, 4)


def random(world: World, generator: np.random.Generator) -> Levels:
    """Draws any level."""
    return generator.integers(1, len(LEVELS) + 1, size=world.truth.size)


def lenient(world: World, generator: np.random.Generator) -> Levels:
    """Sees the true level and adds one on every third item."""
    generous: Levels = world.truth + (np.arange(world.truth.size) % 3 == 0)
    return np.minimum(generous, LEVELS[-1])


def verbose_loving(world: World, generator: np.random.Generator) -> Levels:
    """Takes length for quality: a standard deviation of length is worth a level and a half."""
    return _blurred(world.truth + 1.5 * world.length, 0.1, generator)


JUDGES: Mapping[str, Judge] = {
    "oracle": oracle,
    "constant": constant,
    "random": random,
    "lenient": lenient,
    "verbose-loving": verbose_loving,
}


def judged(world: World, judge: Judge, *, repeats: int = 3) -> dict[str, tuple[int, ...]]:
    """Item → the judge's level in each repeat."""
    generator = np.random.default_rng([world.seed, 1])
    levels = np.stack([judge(world, generator) for _ in range(repeats)], axis=1)
    return {item: tuple(row) for item, row in zip(world.items, levels.tolist(), strict=True)}


def _blurred(truth: Levels | NDArray[np.floating[Any]], noise: float, generator: np.random.Generator) -> Levels:
    seen = np.rint(truth + generator.normal(scale=noise, size=truth.size))
    return np.clip(seen, LEVELS[0], LEVELS[-1]).astype(np.int64)


def unanimous_case(
    label: Sequence[int],
    judge: Sequence[int | None] | None = None,
    *,
    people: int = 2,
    repeats: int = 3,
    probes: Mapping[str, Sequence[float]] | None = None,
    thresholds: Thresholds | None = None,
    levels: tuple[int, ...] = LEVELS,
) -> Case:
    """A case in which all `people` give `label`, and the judge (by default the same) repeats itself `repeats` times.

    None is an item that the judge did not rate. Without `probes`, no twin moves the judge.
    """
    names = [f"item-{number:04d}" for number in range(len(label))]
    same = dict(zip(names, label, strict=True))
    given = zip(names, label if judge is None else judge, strict=True)
    return Case(
        labels=Labels(criterion="simulated", levels=levels, people={f"person-{n}": same for n in range(people)}),
        judge={name: (level,) * repeats for name, level in given if level is not None},
        probes=dict.fromkeys(PROBES, (0.0,)) if probes is None else probes,
        thresholds=thresholds or Thresholds(),
    )
