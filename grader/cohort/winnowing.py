"""Fingerprints of a submission: the hashes of some of its runs of tokens, chosen so that any longer common run is
caught (Schleimer, Wilkerson and Aiken, Winnowing: Local Algorithms for Document Fingerprinting, SIGMOD 2003).

A common run of at least K + W − 1 tokens always shares a fingerprint; one shorter than K never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from grader.cohort.tokens import Cut, cut

CODE_K, CODE_W = 23, 17
"""Of code: half a dozen lines. The same figures as Dolos, another tool of this kind, has by default."""
PROSE_K, PROSE_W = 9, 8
MOST_TOTAL_BYTES = 3_000_000
_BASE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, kw_only=True)
class Prints:
    """Fingerprints of one submission, one entry a fingerprint, in the order of the files and their tokens."""

    hashes: np.ndarray
    """uint64."""
    files: np.ndarray
    """Index into `paths`."""
    starts: np.ndarray
    ends: np.ndarray
    """First and last line (from 1)."""
    paths: tuple[str, ...]

    @property
    def distinct(self) -> np.ndarray:
        return np.asarray(np.unique(self.hashes))


class Flat(NamedTuple):
    """Fingerprints as they come from another process: `Prints`, its arrays as bytes of this machine's whole numbers."""

    hashes: bytes
    files: bytes
    starts: bytes
    ends: bytes
    paths: tuple[str, ...]

    def prints(self) -> Prints:
        """Raises ValueError for arrays of different lengths, and for a file that is not named."""
        hashes = np.frombuffer(self.hashes, np.uint64)
        files, starts, ends = (np.frombuffer(part, np.int64) for part in self[1:4])
        if {len(files), len(starts), len(ends)} != {len(hashes)}:
            raise ValueError("fingerprints of different lengths")
        if len(files) and not 0 <= int(files.min()) <= int(files.max()) < len(self.paths):
            raise ValueError("a fingerprint of no file")
        return Prints(hashes=hashes, files=files, starts=starts, ends=ends, paths=self.paths)


def flat_fingerprints(files: Mapping[str, bytes]) -> Flat:
    """`fingerprints` for another process to read."""
    found = fingerprints(files)
    index, starts, ends = (np.asarray(part, np.int64).tobytes() for part in (found.files, found.starts, found.ends))
    return Flat(found.hashes.tobytes(), index, starts, ends, found.paths)


def warm() -> None:
    """Has numpy import what it imports when it is first used, which takes longer than a submission's fingerprints."""
    fingerprints({"x.py": b"x = 1\n" * 2 * CODE_K, "x.md": b"word " * 2 * PROSE_K})


def fingerprints(files: Mapping[str, bytes]) -> Prints:
    """Fingerprints of the files that can be compared, as long as they fit into MOST_TOTAL_BYTES."""
    left = MOST_TOTAL_BYTES
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    paths: list[str] = []
    for path, content in files.items():
        tokens = cut(path, content) if left > 0 else None
        if tokens is None:
            continue
        left -= len(content)
        k, w = (PROSE_K, PROSE_W) if tokens.prose else (CODE_K, CODE_W)
        hashes, at = winnow(tokens.numbers, k, w)
        found.append((hashes, np.full(len(at), len(paths)), tokens.lines[at], tokens.lines[_ends(tokens, at, k)]))
        paths.append(path)
    if not found:
        none = np.empty(0, dtype=np.int64)
        return Prints(hashes=none.astype(np.uint64), files=none, starts=none, ends=none, paths=())
    hashes, index, starts, ends = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Prints(hashes=hashes, files=index, starts=starts, ends=ends, paths=tuple(paths))


def _ends(tokens: Cut, at: np.ndarray, k: int) -> np.ndarray:
    return np.asarray(np.minimum(at + k - 1, max(len(tokens.lines) - 1, 0)))


def winnow(tokens: np.ndarray, k: int, w: int) -> tuple[np.ndarray, np.ndarray]:
    """Hash and first token of each chosen run of `k` tokens: of every `w` runs in a row the one with the smallest
    hash, the last of equals. A text shorter than that gives one, or none when it has fewer than `k` tokens."""
    hashes = rolling(tokens, k)
    if not len(hashes):
        return hashes, np.empty(0, dtype=np.int64)
    w = min(w, len(hashes))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, w)
    last = w - 1 - np.argmin(windows[:, ::-1], axis=1)
    at = np.unique(np.arange(len(windows)) + last)
    return hashes[at], at


def rolling(tokens: np.ndarray, k: int) -> np.ndarray:
    """A 64-bit hash of each run of `k` tokens: a polynomial of their numbers, then mixed (splitmix64)."""
    count = len(tokens) - k + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(count, dtype=np.uint64)
    for at in range(k):
        total = total * _BASE + tokens[at : at + count]
    total = (total ^ (total >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    total = (total ^ (total >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(total ^ (total >> np.uint64(31)))
