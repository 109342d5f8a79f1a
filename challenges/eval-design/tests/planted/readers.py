"""Two simulated readers who apply a candidate's rubric to replies.

Both see alike what can be seen. What can only be felt, each feels in their own way; and where no level fits, or more than
one, the lenient one takes the highest and the strict one the lowest. So their agreement is what the rubric leaves open.
"""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from planted.replies import OBSERVATIONS, SEEN, Reply

MOST_CRITERIA = 8
_CONDITIONS = ("all", "any", "none")
_FEELS = {"lenient": 0.8, "strict": 0.35}


class RubricError(Exception):
    """The rubric does not have the form that the instruction gives."""


@dataclass(frozen=True, kw_only=True)
class Level:
    number: int
    all: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]
    otherwise: bool

    def fits(self, seen: frozenset[str]) -> bool:
        return self.all <= seen and not self.none & seen and (not self.any or bool(self.any & seen))


@dataclass(frozen=True, kw_only=True)
class Criterion:
    id: str
    weight: float
    levels: tuple[Level, ...]


def parse(data: Any) -> tuple[Criterion, ...]:
    """`data`: what the document says. Raises RubricError with what is wrong."""
    criteria = data.get("criteria") if isinstance(data, dict) else None
    if not isinstance(criteria, list) or not 2 <= len(criteria) <= MOST_CRITERIA:
        raise RubricError(f"criteria is not a list of 2 to {MOST_CRITERIA} criteria")
    return tuple(_criterion(entry) for entry in criteria)


def _criterion(entry: Any) -> Criterion:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise RubricError("a criterion has an id")
    name, levels, weight = entry["id"], entry.get("levels"), entry.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 100:
        raise RubricError(f"the weight of {name!r:.40} is not a number above 0")
    if not isinstance(levels, dict) or not 2 <= len(levels) <= 5 or not set(levels) <= {1, 2, 3, 4, 5}:
        raise RubricError(f"{name!r:.40} does not have two to five of the levels 1 to 5")
    made = tuple(_level(name, number, levels[number]) for number in sorted(levels))
    if sum(level.otherwise for level in made) > 1:
        raise RubricError(f"{name!r:.40} has more than one level with `otherwise`")
    return Criterion(id=name, weight=float(weight), levels=made)


def _level(name: str, number: int, entry: Any) -> Level:
    if not isinstance(entry, dict) or not isinstance(entry.get("say"), str):
        raise RubricError(f"level {number} of {name!r:.40} has no `say`")
    lists = {key: entry.get(key, []) for key in _CONDITIONS}
    for key, value in lists.items():
        if not isinstance(value, list) or not all(isinstance(item, str) and item in OBSERVATIONS for item in value):
            raise RubricError(f"`{key}` in level {number} of {name!r:.40} is not a list of observations from the brief")
    sets = {key: frozenset(value) for key, value in lists.items()}
    return Level(number=number, otherwise=entry.get("otherwise") is True, **sets)


def read(criterion: Criterion, reply: Reply, reader: str) -> int:
    """The level that one reader gives."""
    seen = (reply.seen & frozenset(SEEN)) | {name for name in OBSERVATIONS - set(SEEN) if _feels(reader, reply, name)}
    fitting = [level.number for level in criterion.levels if not level.otherwise and level.fits(seen)]
    if not fitting:
        fitting = [level.number for level in criterion.levels if level.otherwise]
    if not fitting:
        fitting = [level.number for level in criterion.levels]
    return max(fitting) if reader == "lenient" else min(fitting)


def overall(criteria: tuple[Criterion, ...], reply: Reply, reader: str) -> float:
    """The weighted mean of the levels that one reader gives."""
    total = sum(criterion.weight for criterion in criteria)
    return sum(criterion.weight * read(criterion, reply, reader) for criterion in criteria) / total


def _feels(reader: str, reply: Reply, observation: str) -> bool:
    digest = hashlib.blake2b(f"{reader}:{reply.text}:{observation}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56 < _FEELS[reader]


# ---------------------------------------------------------------------------------------------------- arithmetic


def kappa(one: list[int], other: list[int]) -> float:
    """Cohen's kappa with quadratic weights; 0 where both say the same of everything."""
    count = len(one)
    observed = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) / count
    chance = sum((a - b) ** 2 for a in one for b in other) / count**2
    return 1 - observed / chance if chance else 0.0


def rank_correlation(one: list[float], other: list[float]) -> float:
    """Spearman's; 0 where one side is constant."""
    a, b = _ranks(one), _ranks(other)
    mean = (len(one) + 1) / 2
    spread = (sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)) ** 0.5
    return sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True)) / spread if spread else 0.0


def _ranks(values: list[float]) -> list[float]:
    return [sum(v < value for v in values) + (sum(v == value for v in values) + 1) / 2 for value in values]
