"""Which submissions of a cohort look alike. For people to look at; no score knows of it.

Fingerprints of the starter are taken away, and those that a good part of the cohort shares: idioms, the instruction's
own words. An index from fingerprint to submissions proposes pairs; a fingerprint that many share proposes each of them
only a few neighbours, so the work grows with the number of submissions and not with its square.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from grader import aside
from grader.cohort.pairs import Pair, Passage
from grader.cohort.winnowing import Prints, fingerprints, flat_fingerprints

LEAST_SHARE = 0.3
LEAST_SHARED = 8
"""A pair is shown when it shares at least so much of the smaller one, and so many fingerprints."""
COMMON_SHARE, COMMON_LEAST = 0.25, 20
"""A fingerprint of more than this share of the cohort, and of more than so many submissions, is common."""
NEIGHBOURS = 8
"""A fingerprint proposes so many neighbours for each submission that has it."""
MOST_PAIRS = 200
SECONDS = 10.0
"""Processor time for the fingerprints of one submission: three megabytes take one or two."""
_MOST_PASSAGES = 40


class Cohort:
    """Fingerprints of many submissions, added one by one; only the figures are kept, not the files."""

    def __init__(self, starter: Mapping[str, bytes] | None = None) -> None:
        self._starter = fingerprints(starter or {}).distinct
        self._ids: list[str] = []
        self._prints: list[Prints] = []

    def add(self, name: str, files: Mapping[str, bytes]) -> None:
        """A submission by its blind id, read beside this process. Raises AsideError where it cannot be, in time."""
        try:
            prints = aside.run(SECONDS, flat_fingerprints, files).prints()
        except ValueError as problem:
            raise aside.AsideError(f"what came back is no answer ({problem})") from None
        self._prints.append(prints)
        self._ids.append(name)

    def pairs(self, most: int = MOST_PAIRS) -> list[Pair]:
        """The pairs that look alike, the most alike first, at most `most`."""
        own = [np.setdiff1d(prints.distinct, self._starter, assume_unique=True) for prints in self._prints]
        index, rare = without_common(own)
        copies = twins(own)
        scored = [(1.0, len(own[left]), left, right, own[left]) for left, right in copies]
        for left, right in propose(index) - copies:
            shared = np.intersect1d(rare[left], rare[right], assume_unique=True)
            share = len(shared) / max(1, min(len(rare[left]), len(rare[right])))
            if len(shared) >= LEAST_SHARED and share >= LEAST_SHARE:
                scored.append((share, len(shared), left, right, shared))
        scored.sort(key=lambda found: (-found[0], -found[1], self._ids[found[2]], self._ids[found[3]]))
        return [self._pair(*found) for found in scored[:most]]

    def _pair(self, share: float, shared: int, left: int, right: int, hashes: np.ndarray) -> Pair:
        passages = join(_places(self._prints[left], hashes), _places(self._prints[right], hashes))
        return Pair(
            left=self._ids[left], right=self._ids[right], share=round(share, 4), shared=shared, passages=passages
        )


def without_common(all_of: Sequence[np.ndarray]) -> tuple[dict[int, np.ndarray], list[np.ndarray]]:
    """Fingerprint → submissions that share it, and each submission's fingerprints; common ones are in neither."""
    values = np.concatenate([*all_of, np.empty(0, dtype=np.uint64)])
    owners = np.repeat(np.arange(len(all_of)), [len(found) for found in all_of])
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    _, starts, sizes = np.unique(values, return_index=True, return_counts=True)
    limit = max(COMMON_LEAST, math.ceil(COMMON_SHARE * len(all_of)))
    common = values[starts[sizes > limit]]
    shared = [(start, size) for start, size in zip(starts, sizes, strict=True) if 1 < size <= limit]
    index = {int(values[start]): owners[start : start + size] for start, size in shared}
    return index, [np.setdiff1d(found, common, assume_unique=True) for found in all_of]


def twins(all_of: Sequence[np.ndarray]) -> set[tuple[int, int]]:
    """Submissions with the very same fingerprints, each with the next: however many they are, they are found."""
    last: dict[bytes, int] = {}
    found = set()
    for at, prints in enumerate(all_of):
        if len(prints) >= LEAST_SHARED:
            before = last.get(prints.tobytes())
            found |= {(before, at)} if before is not None else set()
            last[prints.tobytes()] = at
    return found


def propose(index: Mapping[int, np.ndarray]) -> set[tuple[int, int]]:
    """Pairs that share at least LEAST_SHARED fingerprints as far as neighbours show it: each submission that has a
    fingerprint is paired with the next NEIGHBOURS that have it."""
    votes: Counter[tuple[int, int]] = Counter()
    for owners in index.values():
        ring = owners.tolist()
        reach = min(NEIGHBOURS, len(ring) - 1)
        for at, one in enumerate(ring):
            others = (ring[(at + step) % len(ring)] for step in range(1, reach + 1))
            votes.update({(min(one, other), max(one, other)) for other in others})
    return {pair for pair, count in votes.items() if count >= LEAST_SHARED}


Place = tuple[str, int, int]


def _places(prints: Prints, hashes: np.ndarray) -> dict[int, Place]:
    """Hash → file and lines, where it occurs first."""
    found: dict[int, Place] = {}
    for at in np.flatnonzero(np.isin(prints.hashes, hashes)):
        place = (prints.paths[prints.files[at]], int(prints.starts[at]), int(prints.ends[at]))
        found.setdefault(int(prints.hashes[at]), place)
    return found


def join(left: Mapping[int, Place], right: Mapping[int, Place]) -> tuple[Passage, ...]:
    """Passages out of single common fingerprints: those that touch or overlap on both sides become one. The longest
    come first."""
    spots = sorted((left[value], right[value]) for value in left.keys() & right.keys())
    joined: list[list[Place]] = []
    for one, other in spots:
        last = joined[-1] if joined else None
        if last and _touch(last[0], one) and _touch(last[1], other):
            last[0], last[1] = _both(last[0], one), _both(last[1], other)
        else:
            joined.append([one, other])
    joined.sort(key=lambda found: (found[0][1] - found[0][2], found))
    return tuple(_passage(*found) for found in joined[:_MOST_PASSAGES])


def _touch(one: Place, other: Place) -> bool:
    return one[0] == other[0] and other[1] <= one[2] + 1 and other[2] >= one[1] - 1


def _both(one: Place, other: Place) -> Place:
    return one[0], min(one[1], other[1]), max(one[2], other[2])


def _passage(one: Place, other: Place) -> Passage:
    return Passage(
        left_path=one[0], left_start=one[1], left_end=one[2],
        right_path=other[0], right_start=other[1], right_end=other[2],
    )  # fmt: skip
