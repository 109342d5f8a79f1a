"""Two invented cohorts, by which the cuts were set before anybody had taken the challenge.

They are a guess: how likely somebody finds a thing was written down, not observed. `python -m world.cohorts` prints how
often each cohort passes, is unsure and fails, over rounds and people, with 95 % intervals.
"""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from functools import cache

from grader_kit import stream

from world.frame import Known, Template, drawn, same, truth
from world.rounds import tasks

FINDS: Mapping[str, Mapping[str, float]] = {
    "below": {"task": 0.75, "common": 0.6, "rare": 0.3, "deep": 0.3, "follow": 0.5},
    "ready": {"task": 0.95, "common": 0.92, "rare": 0.65, "deep": 0.65, "follow": 0.9},
}
"""Cohort → how likely somebody of it gets a task to run at all, and finds each thing in it. Invented."""
PASS, UNSURE = 65.0, 45.0
PEOPLE = 1000


@cache
def questions(task: Template) -> tuple[tuple[str, object], ...]:
    kinds = ("plain", "common", "rare", "deep", "follow", "still")
    return tuple((kind, drawn(task, stream("cohorts", task.id, kind, at), kind)) for kind in kinds for at in range(8))


@cache
def right(task: Template, known: Known) -> Mapping[str, float]:
    """Share of right answers by kind of somebody who knows so much; `follow` holds for part 2 only."""
    found: dict[str, list[bool]] = {}
    for kind, q in questions(task):
        said = task.solve(q, known._replace(follow=known.follow and kind in ("follow", "still")))
        found.setdefault(kind, []).append(same(truth(task, q, kind), said))
    return {kind: sum(each) / len(each) for kind, each in found.items()}


def credit(value: float) -> float:
    return max(0.0, min(1.0, (value - 0.1) / 0.9))


def earned(task: Template, known: Known) -> float:
    """Points of 20 as the hidden tests give them."""
    got = right(task, known)
    looked, still = (1 / 3 + 2 / 3 * got[kind] for kind in ("common", "still"))
    parts = {"common": 6, "rare": 6, "deep": 4, "follow": 4}
    share = {"deep": looked, "follow": still}
    return sum(points * credit(got[kind] * got["plain"] * share.get(kind, 1.0)) for kind, points in parts.items())


def score(rng: random.Random, number: int, finds: Mapping[str, float]) -> float:
    """Points of 100 of one person of a cohort in a round."""
    total = 0.0
    for family in tasks(number).values():
        for task in family:
            if rng.random() < finds["task"]:
                known = Known(**{name: rng.random() < finds[name] for name in Known._fields})
                total += earned(task, known) / len(family)
    return total


def scores(cohort: str, people: int = PEOPLE) -> list[float]:
    rng = stream("cohorts", cohort)
    return [score(rng, at % 105, FINDS[cohort]) for at in range(people)]


def wilson(count: int, of: int) -> tuple[float, float]:
    z, p = 1.96, count / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def report() -> str:
    lines = []
    for cohort in FINDS:
        every = scores(cohort)
        counts = {
            "pass": sum(value >= PASS for value in every), "unsure": sum(UNSURE <= value < PASS for value in every),
            "fail": sum(value < UNSURE for value in every),
        }  # fmt: skip
        for name, count in counts.items():
            low, high = wilson(count, len(every))
            lines.append(f"{cohort}: {name} {count / len(every):.1%} ({low:.1%} to {high:.1%} of {len(every)})")
        inner = sorted(every)
        lines.append(
            f"{cohort}: tenth, half, nine tenths at {inner[len(every) // 10]:.0f}, {inner[len(every) // 2]:.0f}, {inner[9 * len(every) // 10]:.0f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
