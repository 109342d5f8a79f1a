"""rubric.yaml: criteria with an anchor for each level, and the thresholds of the gate.

A criterion may come from a shared file of `rubrics/` (`use: eval-design#judge-validation`), with its weight or
evidence overridden by the pack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from grader.challenge import strict_yaml
from grader.challenge.kept import kept
from grader.challenge.record import Record, named
from grader.errors import ChallengeError
from grader.records import Competency
from grader.settings import PLACES

if TYPE_CHECKING:
    from pydantic import AfterValidator, Field

    from grader.challenge.schema import Number


def consecutive(levels: dict[int, str]) -> dict[int, str]:
    """The levels of a criterion, by their number. Raises ValueError for gaps, and for anchors that say nothing."""
    if sorted(levels) != list(range(1, len(levels) + 1)) or len(levels) < 2:
        raise ValueError("levels are numbered 1, 2, 3, … without a gap, at least two of them")
    empty = [str(level) for level, anchor in levels.items() if not anchor.strip()]
    if empty:
        raise ValueError(f"level {', '.join(empty)} has no anchor: say what is observed at that level")
    if len({anchor.strip() for anchor in levels.values()}) < len(levels):
        raise ValueError("two levels have the same anchor")
    return dict(sorted(levels.items()))


@dataclass(frozen=True, kw_only=True)
class Criterion(Record):
    """One question about a submission, answered with a level whose anchor says what was observed."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    """Lower-case letters, digits and hyphens."""
    competency: Competency
    """What it counts for."""
    weight: Annotated[Number, Field(gt=0, le=100)] = 1.0
    """Its share of the subjective points, against the other weights."""
    question: Annotated[str, Field(min_length=1)]
    """One question about the work."""
    evidence: Annotated[list[str], Field(min_length=1)]
    """Globs of the submission's files that the answer may rest on."""
    levels: Annotated[dict[int, str], AfterValidator(consecutive)]
    """Level → anchor."""
    title: str = ""
    """What readers see; made of the id where it is empty."""
    model: str = ""
    """Judge model for this criterion; the configured one where empty."""
    suggest: bool = True
    """Whether a judge's level that is not accepted may be shown to reviewers as a suggestion."""

    @property
    def max_level(self) -> int:
        return max(self.levels)

    @property
    def name(self) -> str:
        return self.title or self.id.replace("-", " ").capitalize()


@dataclass(frozen=True, kw_only=True)
class GateSettings(Record):
    """Thresholds of the gate that the rubric changes; None keeps the default of grader/agreement."""

    min_labels: Annotated[int | None, Field(ge=1)] = None
    """Least number of labelled items."""
    min_real: Annotated[int | None, Field(ge=11)] = None
    """Least number of items that are candidates' work."""
    human_qwk: Annotated[float | None, Field(ge=0, le=1)] = None
    """Least agreement of people with each other (quadratic weighted kappa)."""
    judge_qwk: Annotated[float | None, Field(ge=0, le=1)] = None
    """Least agreement of the judge with people."""
    judge_qwk_low: Annotated[float | None, Field(ge=0, le=1)] = None
    """Least lower end of its interval."""
    ceiling_gap: Annotated[float | None, Field(ge=0, le=1)] = None
    """By how much the judge may agree less than people do with each other."""
    smd: Annotated[float | None, Field(ge=0)] = None
    """Most standardised difference of the means of judge and people."""
    blunders: Annotated[float | None, Field(ge=0, le=1)] = None
    """Most share of items off by two levels or more, at its upper bound."""
    flips: Annotated[float | None, Field(ge=0, le=1)] = None
    """Most share of items whose level changes when the judge is asked again."""
    probe_shift: Annotated[float | None, Field(ge=0)] = None
    """Most levels by which a text moves that only looks different."""
    epsilon: Annotated[float | None, Field(ge=0, le=1)] = None
    """Allowance of the alternative-annotator test, which is reported and never a gate."""
    loosened_because: str = ""
    """Why a threshold is looser than the default; the report shows it."""


@dataclass(frozen=True, kw_only=True)
class SharedCriterion(Record):
    """A criterion of a file in rubrics/."""

    use: Annotated[str, Field(pattern=r"^[a-z0-9-]+#[a-z0-9-]+$")]
    """`file#criterion` of a shared file in rubrics/."""
    weight: Annotated[Number | None, Field(gt=0, le=100)] = None
    """In place of its own."""
    evidence: Annotated[list[str] | None, Field(min_length=1)] = None
    """In place of its own."""


@dataclass(frozen=True, kw_only=True)
class Rubric(Record):
    """The criteria of a challenge, in the order in which the report shows them."""

    criteria: tuple[Criterion, ...] = ()
    gate: GateSettings = GateSettings()

    def __post_init__(self) -> None:
        ids = [criterion.id for criterion in self.criteria]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"the criterion {twice[0]!r} stands twice")

    @property
    def weight(self) -> float:
        return sum(criterion.weight for criterion in self.criteria)


@dataclass(frozen=True, kw_only=True)
class _File(Record):
    version: Annotated[int, Field(ge=1, le=1)] = field(metadata=named("schema"))
    """Of this file; 1."""
    title: str = ""
    """For readers of a shared file."""
    criteria: list[dict[str, Any]] = field(default_factory=list)
    """In the order in which reports show them."""
    gate: GateSettings = GateSettings()
    """Thresholds that differ from the usual ones."""


def load_rubric(path: Path, *, shared: bool = False) -> Rubric:
    """The rubric in `path`, shared criteria filled in; a `shared` one may not take criteria from others. Raises
    ChallengeError with file and line for each problem."""
    return read_rubric(strict_yaml.read(path), path, shared=shared)


def read_rubric(raw: bytes, path: Path, *, shared: bool = False) -> Rubric:
    """As `load_rubric`, for the bytes of `path`."""
    gate, written = kept("rubric", [raw], lambda: _checked(raw, str(path)))
    if shared and any(isinstance(entry, SharedCriterion) for _, entry in written):
        raise ChallengeError(f"{path}: a shared rubric takes no criteria from others; write them out.")
    try:
        return Rubric(criteria=tuple(_criterion(entry, path, line) for line, entry in written), gate=gate)
    except ValueError as problem:
        raise ChallengeError(f"{path}: {problem}") from problem


def _checked(raw: bytes, name: str) -> tuple[GateSettings, list[tuple[int, Criterion | SharedCriterion]]]:
    """What the file says by itself: thresholds, and each criterion, or which one it takes, with a line."""
    data, lines = strict_yaml.loads(raw, name)
    file = strict_yaml.validate(_File, data, lines, name)
    written: list[tuple[int, Criterion | SharedCriterion]] = []
    for index, entry in enumerate(file.criteria):
        below = {at[2:]: line for at, line in lines.items() if at[:2] == ("criteria", index)}
        kind: type[Criterion | SharedCriterion] = SharedCriterion if "use" in entry else Criterion
        written.append((below.get(("use",), 1), strict_yaml.validate(kind, entry, below, name)))
    return file.gate, written


def _criterion(entry: Criterion | SharedCriterion, path: Path, line: int) -> Criterion:
    if isinstance(entry, Criterion):
        return entry
    shared = _shared(entry.use, path, line)
    changes = {"weight": entry.weight, "evidence": entry.evidence}
    return shared.model_copy(update={name: value for name, value in changes.items() if value is not None})


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
