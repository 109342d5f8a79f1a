"""rubric.yaml: criteria with an anchor for each level, and the thresholds of the gate.

A criterion may come from a shared file of `rubrics/` (`use: eval-design#judge-validation`), with its weight or
evidence overridden by the pack.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_validator

from grader.challenge import strict_yaml
from grader.challenge.strict_yaml import Strict
from grader.errors import ChallengeError
from grader.records import Competency
from grader.settings import PLACES


class Criterion(Strict):
    """One question about a submission, answered with a level whose anchor says what was observed."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)
    competency: Competency
    weight: float = Field(default=1.0, gt=0, le=100)
    question: str = Field(min_length=1)
    evidence: list[str] = Field(min_length=1)
    """Globs of the submission's files that the answer may rest on."""
    levels: dict[int, str]
    """Level → anchor."""
    title: str = ""
    model: str = ""
    """Judge model for this criterion; the configured one where empty."""
    suggest: bool = True
    """Whether a judge's level that is not accepted may be shown to reviewers as a suggestion."""

    @field_validator("weight", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("levels")
    @classmethod
    def _consecutive(cls, levels: dict[int, str]) -> dict[int, str]:
        if sorted(levels) != list(range(1, len(levels) + 1)) or len(levels) < 2:
            raise ValueError("levels are numbered 1, 2, 3, … without a gap, at least two of them")
        empty = [str(level) for level, anchor in levels.items() if not anchor.strip()]
        if empty:
            raise ValueError(f"level {', '.join(empty)} has no anchor: say what is observed at that level")
        if len({anchor.strip() for anchor in levels.values()}) < len(levels):
            raise ValueError("two levels have the same anchor")
        return dict(sorted(levels.items()))

    @property
    def max_level(self) -> int:
        return max(self.levels)

    @property
    def name(self) -> str:
        return self.title or self.id.replace("-", " ").capitalize()


class GateSettings(Strict):
    """Thresholds of the gate that the rubric changes; None keeps the default of grader/agreement."""

    min_labels: int | None = Field(default=None, ge=1)
    min_real: int | None = Field(default=None, ge=11)
    human_qwk: float | None = Field(default=None, ge=0, le=1)
    judge_qwk: float | None = Field(default=None, ge=0, le=1)
    judge_qwk_low: float | None = Field(default=None, ge=0, le=1)
    ceiling_gap: float | None = Field(default=None, ge=0, le=1)
    smd: float | None = Field(default=None, ge=0)
    blunders: float | None = Field(default=None, ge=0, le=1)
    flips: float | None = Field(default=None, ge=0, le=1)
    probe_shift: float | None = Field(default=None, ge=0)
    epsilon: float | None = Field(default=None, ge=0, le=1)
    loosened_because: str = ""
    """Why a threshold is looser than the default; the report shows it."""


class _Use(Strict):
    use: str = Field(pattern=r"^[a-z0-9-]+#[a-z0-9-]+$")
    weight: float | None = Field(default=None, gt=0, le=100)
    evidence: list[str] | None = Field(default=None, min_length=1)

    @field_validator("weight", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Rubric(Strict):
    """The criteria of a challenge, in the order in which the report shows them."""

    criteria: tuple[Criterion, ...] = ()
    gate: GateSettings = GateSettings()

    @model_validator(mode="after")
    def _unique(self) -> Rubric:
        ids = [criterion.id for criterion in self.criteria]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"the criterion {twice[0]!r} stands twice")
        return self

    @property
    def weight(self) -> float:
        return sum(criterion.weight for criterion in self.criteria)


class _File(Strict):
    version: int = Field(alias="schema", ge=1, le=1)
    title: str = ""
    criteria: list[dict[str, Any]] = []
    gate: GateSettings = GateSettings()


def load_rubric(path: Path, *, shared: bool = False) -> Rubric:
    """The rubric in `path`, shared criteria filled in; a `shared` one may not take criteria from others. Raises
    ChallengeError with file and line for each problem."""
    return read_rubric(strict_yaml.read(path), path, shared=shared)


def read_rubric(raw: bytes, path: Path, *, shared: bool = False) -> Rubric:
    """As `load_rubric`, for the bytes of `path`."""
    data, lines = strict_yaml.loads(raw, str(path))
    file = strict_yaml.validate(_File, data, lines, str(path))
    if shared and any("use" in entry for entry in file.criteria):
        raise ChallengeError(f"{path}: a shared rubric takes no criteria from others; write them out.")
    criteria = tuple(
        _criterion(entry, path, {at[2:]: line for at, line in lines.items() if at[:2] == ("criteria", index)})
        for index, entry in enumerate(file.criteria)
    )
    try:
        return Rubric(criteria=criteria, gate=file.gate)
    except ValidationError as problem:
        message = problem.errors()[0]["msg"].removeprefix("Value error, ")
        raise ChallengeError(f"{path}: {message}") from problem


def _criterion(entry: dict[str, Any], path: Path, lines: dict[strict_yaml.Location, int]) -> Criterion:
    if "use" not in entry:
        return strict_yaml.validate(Criterion, entry, lines, str(path))
    use = strict_yaml.validate(_Use, entry, lines, str(path))
    shared = _shared(use.use, path, lines.get(("use",), 1))
    changes = {key: value for key, value in (("weight", use.weight), ("evidence", use.evidence)) if value is not None}
    return shared.model_copy(update=changes)


def _shared(reference: str, path: Path, line: int) -> Criterion:
    name, wanted = reference.split("#")
    roots = [path.parent / "rubrics", path.parent.parent.parent / "rubrics", PLACES.shipped / "rubrics"]
    file = next((root / f"{name}.yaml" for root in roots if (root / f"{name}.yaml").is_file()), None)
    if file is None:
        raise ChallengeError(
            f"{path}:{line}: there is no rubrics/{name}.yaml (looked in {', '.join(map(str, roots))})."
        )
    found = next((criterion for criterion in load_rubric(file, shared=True).criteria if criterion.id == wanted), None)
    if found is None:
        raise ChallengeError(f"{path}:{line}: {file} has no criterion {wanted!r}.")
    return found
