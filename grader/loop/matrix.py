"""A hiring loop: rounds, the matrix of what each of them measures, and the scorecard that all of them fill (R6, R8).

The matrix is agreed once, before the first candidate. Its digest stands in the file, so that a round which is changed
later without a new agreement is seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from grader.challenge import strict_yaml
from grader.challenge.schema import Number, Seconds
from grader.challenge.strict import Strict
from grader.challenge.strict_yaml import Location
from grader.errors import ChallengeError
from grader.records import Competency

ID = r"^[a-z0-9][a-z0-9-]*$"
PRIMARY_PARTS, SECONDARY_PARTS = 2, 1
"""How the weight of a competency is shared between the rounds that measure it. A convention, not a measurement: a round
that is planned around a competency is counted as twice the evidence of one that touches it."""


class ScorecardCompetency(Strict):
    """One competency of the role with an anchor for each level."""

    id: Competency
    title: str = ""
    levels: dict[int, str] = Field(min_length=2)

    @field_validator("levels")
    @classmethod
    def _consecutive(cls, levels: dict[int, str]) -> dict[int, str]:
        if sorted(levels) != list(range(1, len(levels) + 1)) or not all(anchor.strip() for anchor in levels.values()):
            raise ValueError("levels are numbered 1, 2, 3, … without a gap, each with an anchor")
        return dict(sorted(levels.items()))


class Scorecard(Strict):
    """What each level of each competency looks like in this role: three to six competencies (R8)."""

    version: int = Field(alias="schema", ge=1, le=1)
    role: str = Field(min_length=1)
    competencies: list[ScorecardCompetency] = Field(min_length=3, max_length=6)

    @model_validator(mode="after")
    def _unique(self) -> Scorecard:
        ids = [competency.id for competency in self.competencies]
        if len(set(ids)) < len(ids):
            raise ValueError("competencies: one stands twice")
        return self


class Round(Strict):
    """One step of the loop. A take-home is a round like the others; `interviewer` is who reads it.

    A `check` settles facts, or confirms what rounds have shown (a screening talk, references): it owns no competency,
    has no row in the matrix, and its card counts in no level.
    """

    id: str = Field(pattern=ID)
    title: str = Field(min_length=1)
    kind: Literal["take_home", "live", "check"]
    challenge: str = Field(default="", pattern=ID + "|^$")
    """Id of the challenge that a take-home uses."""
    alternatives: list[str] = []
    """Challenges that may be given instead, so that one which has got about can rest; each measures, and takes, the
    same."""
    kit: str = Field(default="", pattern=ID + "|^$")
    """Id of the kit by which a live round or a check is held."""
    time: Seconds
    interviewer: str = Field(min_length=1)
    """A role of `roles`."""

    @property
    def challenges(self) -> list[str]:
        """All that a candidate may be given."""
        return [self.challenge, *self.alternatives] if self.challenge else []

    @model_validator(mode="after")
    def _distinct(self) -> Round:
        if self.alternatives and not self.challenge:
            raise ValueError("alternatives stand beside a challenge")
        if len(set(self.challenges)) < len(self.challenges):
            raise ValueError("a challenge stands twice in this round")
        if self.kit and self.kind == "take_home":
            raise ValueError("a kit is for a live round or a check; a take-home has a challenge")
        return self

    def agreed(self) -> dict[str, object]:
        """What the digest covers. A key that a round does not use is left out, so that older agreements stand."""
        unused = {name for name in ("alternatives", "kit") if not getattr(self, name)}
        return self.model_dump(mode="json", exclude=unused)


class PassRule(Strict):
    """When a stage recommends to go on. It recommends and never turns anybody down: below it, people decide."""

    least: dict[Competency, int] = {}
    """Competency → level that it takes, from what has been measured so far."""
    total: Number | None = Field(default=None, ge=0, le=100)
    """Points of 100 over the competencies measured so far, by the loop's weights."""
    people: int = Field(default=2, ge=1, le=20)
    """Independent people behind it, over the rounds so far; two at least where something is measured."""


class Letters(Strict):
    """Files beside the loop's: what the candidate is written after the stage, whichever way it goes."""

    goes_on: str = Field(min_length=1)
    ends: str = Field(min_length=1)


class Stage(Strict):
    """Rounds after which somebody decides whether it goes on, and the candidate gets a letter."""

    id: str = Field(pattern=ID)
    title: str = Field(min_length=1)
    rounds: list[str] = Field(min_length=1)
    goes_on: PassRule = PassRule()
    decides: str = Field(min_length=1)
    """Who decides, as a part: hiring manager."""
    letters: Letters
    sends: str = Field(min_length=1)
    """Who sends the letter, as a part: never nobody."""
    answer: Seconds
    """Within what time after the stage's last round the letter is sent."""


class MatrixRow(Strict):
    """What a round measures: exactly one primary competency, and others that it touches."""

    primary: Competency
    secondary: list[Competency] = []

    @model_validator(mode="after")
    def _distinct(self) -> MatrixRow:
        if self.primary in self.secondary or len(set(self.secondary)) < len(self.secondary):
            raise ValueError("a competency stands twice in this round")
        return self


class Matrix(Strict):
    """Round → what it measures, and who agreed on that when."""

    agreed_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    agreed_by: list[str] = Field(min_length=1)
    rows: dict[str, MatrixRow]
    digest: str = ""
    """`sha256:…` of rounds, rows, weights and scorecard as agreed; see `digest`."""


class LoopLimits(Strict):
    """Time after which a round or the loop tires people; what is right is for the team to say. Seconds."""

    live_round: Seconds
    live_total: Seconds
    take_home_total: Seconds


class Loop(Strict):
    """A loop as its file describes it."""

    version: int = Field(alias="schema", ge=1, le=1)
    role: str = Field(min_length=1)
    scorecard: str = Field(min_length=1)
    """File of the scorecard, beside this one."""
    weights: dict[Competency, Number]
    equal_weights_because: str = ""
    limits: LoopLimits
    roles: dict[str, list[Competency]]
    """Role of an interviewer → competencies that this role can judge."""
    rounds: list[Round] = Field(min_length=1)
    stages: list[Stage] = []
    matrix: Matrix

    @property
    def measuring(self) -> list[Round]:
        """The rounds that own a competency."""
        return [one for one in self.rounds if one.kind != "check"]

    @model_validator(mode="after")
    def _consistent(self) -> Loop:
        for name, ids in (("rounds", [one.id for one in self.rounds]), ("stages", [one.id for one in self.stages])):
            if len(set(ids)) < len(ids):
                raise ValueError(f"{name}: an id stands twice")
        if any(weight <= 0 for weight in self.weights.values()):
            raise ValueError("weights: each is above 0; a competency that does not count is left out")
        return self


@dataclass(frozen=True, kw_only=True)
class LoadedLoop:
    """A loop that has been read, with its scorecard and the lines where things stand."""

    loop: Loop
    scorecard: Scorecard
    path: Path
    lines: Mapping[Location, int]

    def place(self, *at: int | str) -> str:
        return f"{self.path}:{self.lines.get(at, 1)}"


def load_loop(path: Path) -> LoadedLoop:
    """The loop in `path` and its scorecard. Raises ChallengeError with file and line for whatever is wrong."""
    data, lines = strict_yaml.load(path)
    loop = strict_yaml.validate(Loop, data, lines, str(path))
    beside = path.parent / loop.scorecard
    if not beside.is_file():
        raise ChallengeError(f"{path}:{lines.get(('scorecard',), 1)}: there is no {beside}.")
    data, places = strict_yaml.load(beside)
    scorecard = strict_yaml.validate(Scorecard, data, places, str(beside))
    return LoadedLoop(loop=loop, scorecard=scorecard, path=path, lines=lines)


def digest(loaded: LoadedLoop) -> str:
    """`sha256:…` of what was agreed: rounds, rows, weights, stages, scorecard with its anchors, and the date."""
    loop = loaded.loop
    agreed: dict[str, object] = {
        "agreed_on": loop.matrix.agreed_on,
        "rounds": [one.agreed() for one in loop.rounds],
        "rows": {name: row.model_dump(mode="json") for name, row in loop.matrix.rows.items()},
        "weights": loop.weights,
        "scorecard": [competency.model_dump(mode="json") for competency in loaded.scorecard.competencies],
    }
    if loop.stages:
        agreed["stages"] = [one.model_dump(mode="json") for one in loop.stages]
    return "sha256:" + hashlib.sha256(json.dumps(agreed, sort_keys=True).encode()).hexdigest()


def signal(loop: Loop) -> dict[str, float]:
    """Round → points of the loop's weights that it stands for. The weight of each competency is shared between the
    rounds that measure it, 2 parts to a primary and 1 to a secondary; all rounds together have the covered weights."""
    rows = loop.matrix.rows
    parts: dict[Competency, dict[str, int]] = {}
    for name, row in rows.items():
        parts.setdefault(row.primary, {})[name] = PRIMARY_PARTS
        for touched in row.secondary:
            parts.setdefault(touched, {})[name] = SECONDARY_PARTS
    points = dict.fromkeys(rows, 0.0)
    for competency, shares in parts.items():
        for name, part in shares.items():
            points[name] += loop.weights.get(competency, 0.0) * part / sum(shares.values())
    return points


def snapshot(loop: Loop, scorecard: Scorecard) -> dict[str, Any]:
    """A loop as the store keeps it."""
    return {
        "loop": loop.model_dump(mode="json", by_alias=True),
        "scorecard": scorecard.model_dump(mode="json", by_alias=True),
    }


def loaded_from(body: Mapping[str, Any]) -> tuple[Loop, Scorecard]:
    """The inverse of `snapshot`."""
    loop = Loop.model_validate_json(json.dumps(body["loop"]))
    return loop, Scorecard.model_validate_json(json.dumps(body["scorecard"]))
