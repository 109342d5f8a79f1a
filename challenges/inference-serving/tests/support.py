"""What all tests use: playing episodes against the candidate, a decision at a time, and credit between two policies."""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from engine.play import play
from grader_kit import problem_of, stream, unusable

NOTES = 200_000
"""Most characters of what `learn` may hand on."""
UNUSABLE = 0.02
"""Share of decisions that may be of no use: beyond it a test earns nothing."""
PADDING = 400
BEGINS, FULL = 0.1, 0.97
"""Shares of the way from the best rule that reads no profile to the reference: what earns nothing yet, and what earns everything."""


class Desk:
    """The candidate's functions, with the seed of the submission."""

    def __init__(self, candidate: Any, seed: Any) -> None:
        self.candidate, self.seed = candidate, seed
        self.rng = stream(seed, "padding")
        self.problems: list[str] = []

    def learned(self, what: str, profiles: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What `learn` makes of each profile; nothing where that is of no use, which is no fault by itself."""
        values = self.candidate.map("learn", [{"for": what, **each} for each in profiles], errors="return")
        problems = [problem_of(value, wrong_notes) for value in values]
        self.problems += problems
        return [{} if problem else value for value, problem in zip(values, problems, strict=True)]

    def play(
        self,
        what: str,
        made: Sequence[tuple[Any, dict[str, Any]]],
        episode: Any,
        shown: Callable[[Any], Any] = lambda state: state,
    ) -> list[Any]:
        """What the candidate makes of cases: `learn` once for each, then a decision at a time, all side by side."""
        notes = self.learned(what, [profile for _, profile in made])
        cases = [replace(case, notes=note) for (case, _), note in zip(made, notes, strict=True)]
        outcomes = play(
            lambda states: self.ask(what, [shown(each) for each in states]), [episode(each) for each in cases]
        )
        asked, wrong = sum(each.asked for each in outcomes), [said for each in outcomes for said in each.wrong]
        assert len(wrong) <= UNUSABLE * asked, (
            f"{len(wrong)} of {asked} decisions could not be carried out, the first: {wrong[0][:200]}{unusable(self.problems)}"
        )
        return outcomes

    def ask(self, what: str, states: list[Any]) -> list[Any]:
        values = self.candidate.map(what, [self.padded(each) for each in states], errors="return")
        self.problems += [problem_of(value, lambda _: "") for value in values]
        return [None if isinstance(value, Exception) else value for value in values]

    def padded(self, state: dict[str, Any]) -> dict[str, Any]:
        """A state with a field of no meaning: how long it is tells nothing."""
        return {**state, "checksum": f"{self.rng.getrandbits(4 * PADDING):x}"[: self.rng.randrange(PADDING)]}


def wrong_notes(value: Any) -> str:
    """`learn` gives a dict that is not too large."""
    if not isinstance(value, dict):
        return "learn has to return a dict"
    return "" if len(json.dumps(value)) <= NOTES else f"what learn returned is longer than {NOTES} characters"


def alone(made: Sequence[tuple[Any, dict[str, Any]]], learn: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Any]:
    """The cases with what the reference learns of their profiles."""
    return [replace(case, notes=json.loads(json.dumps(learn(profile)))) for case, profile in made]


def part(value: float, naive: float, reference: float) -> float:
    """How far `value` has come from the naive rule to the reference."""
    return (value - naive) / (reference - naive) if reference > naive else 0.0


def mean(values: Any) -> float:
    return statistics.fmean(values)
