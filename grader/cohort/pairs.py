"""Two submissions that look alike, as figures: what similarity hands to the pages. Never part of a score."""

from __future__ import annotations

from dataclasses import dataclass

LOOKS_LIKE = "Looks like"
"""How the flag begins that a person gets to see."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Lines (from 1, both ends included) of a file of each side that say the same."""

    left_path: str
    left_start: int
    left_end: int
    right_path: str
    right_start: int
    right_end: int


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two submissions by their blind ids, and how much of the smaller one is found in the other."""

    left: str
    right: str
    share: float
    """0..1, of the fingerprints that are neither the starter's nor common in the cohort."""
    shared: int
    """How many fingerprints that is."""
    passages: tuple[Passage, ...]
    page: str = ""
    """Page that shows both side by side, relative to the output folder."""
