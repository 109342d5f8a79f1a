"""The words of a candidate's loop: a round to be held, how each round stands, what is decided on a stage. Frozen plain
data, each as far as whoever asks may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.records import Grade
from grader.review.records import DecisionOutcome, Person, Stage, State
from grader.review.visible import SideBySide


@dataclass(frozen=True, kw_only=True)
class LiveWish:
    """A round to be held with a candidate."""

    candidate: str
    """Name or blind id; a name that is new is given an id."""
    loop: str
    """Digest of the loop as it was agreed."""
    body: Mapping[str, Any] = field(repr=False)
    """That loop and its scorecard."""
    round_id: str
    kit_digest: str


@dataclass(frozen=True, kw_only=True)
class LiveState:
    """One live round, as far as whoever asks may know."""

    case: str
    round_id: str
    state: Stage
    asked: tuple[tuple[Person, State], ...]
    opened: bool
    criteria: tuple[Mapping[str, Any], ...] = ()
    """As its card has them."""
    sides: tuple[SideBySide, ...] = ()
    """Empty until it is opened; evidence and levels by "Reviewer A"."""
    people: frozenset[str] = frozenset()
    """Ids of those whose independent cards are open."""
    behind: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Criterion → ids of those of them who gave a level on it."""
    early_why: str = ""


@dataclass(frozen=True, kw_only=True)
class HomeState:
    """One take-home of the candidate's, as far as whoever asks may know."""

    case: str
    challenge: str
    opened: bool
    grade: Grade | None = field(default=None, repr=False)
    """With people's levels; None until it is opened."""
    people: frozenset[str] = frozenset()
    behind: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """As of a live round."""
    outcome: str = ""
    """What was decided on its case; empty before."""


@dataclass(frozen=True, kw_only=True)
class StageLetter:
    """The text for the candidate after a decision on a stage, as it was kept last. Once released it has gone out."""

    text: str
    released: bool
    by: str
    at: str


@dataclass(frozen=True, kw_only=True)
class StageDecision:
    """What a person decided on a stage of a candidate's loop. `against`: it is not what the rule recommended."""

    id: int
    stage: str
    outcome: DecisionOutcome
    recommendation: str
    """What the stage's rule said at that moment: goes on, below, open."""
    against: bool
    at: str
    by: str = ""
    why: str = ""
    """Who and why are leads' to read; empty for others."""
    letter: StageLetter | None = None


@dataclass(frozen=True, kw_only=True)
class LoopView:
    """All that one person is shown of a candidate's loop."""

    blind: str
    candidate: str
    """The name; empty unless this person may know it."""
    loop: str
    body: Mapping[str, Any] = field(repr=False)
    live: tuple[LiveState, ...]
    homes: tuple[HomeState, ...]
    may_open: bool
    missing: tuple[str, ...]
    """What opening the cards waits for; for a lead who rates none."""
    may_decide: bool = False
    decisions: tuple[StageDecision, ...] = ()
    """All of them, in their order: the last on a stage is in force. Empty for whoever still rates."""

    def decision(self, stage: str) -> StageDecision | None:
        """The decision in force on a stage."""
        return next((one for one in reversed(self.decisions) if one.stage == stage), None)

    def outcome(self, stage: str) -> str:
        """What stands on a stage: what was decided on it, else on the take-home that it consists of; empty before."""
        if (found := self.decision(stage)) is not None:
            return found.outcome
        loop = self.body["loop"]
        inside = next(set(one["rounds"]) for one in loop["stages"] if one["id"] == stage)
        rounds = [one for one in loop["rounds"] if one["id"] in inside]
        asked = {name for one in rounds for name in (one["challenge"], *one["alternatives"]) if name}
        homes = [home.outcome for home in self.homes if home.challenge in asked and home.outcome]
        return homes[-1] if homes and all(one["kind"] == "take_home" for one in rounds) else ""
