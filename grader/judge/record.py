"""calibration/calibration.json of a pack: what was measured, what it is bound to, and what it allows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from grader import files
from grader.agreement.check import CheckOutcome, verdict_of
from grader.canonical import key_of
from grader.errors import ChallengeError

SCHEMA = 1
MIN_AT_LEVEL = 10
"""Items judged at a level from which that level has an error of its own."""
Z_90 = 1.6448536269514722
"""Normal quantile for a two-sided interval of 90 %."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Whether a judge's levels count for a criterion. `verdict` is empty where there is no calibration."""

    verdict: Literal["", "ACCEPT", "REJECT", "INCONCLUSIVE", "STALE"]
    sentence: str
    figures: Mapping[str, object] = field(default_factory=dict)

    @property
    def accepts(self) -> bool:
        return self.verdict == "ACCEPT"


@dataclass(frozen=True, kw_only=True)
class Error:
    """The judge's error over labelled items, adjudicated level less the judge's: mean, standard deviation, root mean
    square, in levels."""

    mean: float
    sd: float
    rmse: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Between which levels people would be, by the error that this rests on; None where none was measured."""

    low: float
    high: float
    error: Error | None


@dataclass(frozen=True, kw_only=True)
class Canary:
    """An item whose level the judge and people agreed on, in every repeat."""

    item: str
    level: int


@dataclass(frozen=True, kw_only=True)
class CriterionCalibration:
    """What was found for one criterion."""

    verdict: Literal["ACCEPT", "REJECT", "INCONCLUSIVE"]
    sentence: str
    reasons: tuple[str, ...]
    checks: tuple[Mapping[str, Any], ...]
    figures: Mapping[str, Any]
    """qwk, qwk_low, qwk_high, human_human_qwk, n, …"""
    labels_needed: int | None
    parts: Mapping[str, str]
    """The fingerprint: part → digest (grader/judge/fingerprint.py), and `labels`."""
    error: Mapping[str, Error]
    """`all`, and each judged level with enough items."""
    canaries: tuple[Canary, ...] = ()
    modes: tuple[str, ...] = ()
    """How the endpoint was asked."""
    system_fingerprints: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Erased:
    """How many of the reviews that a calibration rests on have been erased since, by criterion. It names nobody."""

    items: Mapping[str, int]
    noted: str
    """The day on which that was seen: they were erased then or before, and after the calibration."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A calibration file, and the labels that the pack holds now."""

    id: str
    """Digest of the file, without what was noted later."""
    made_at: str
    labels_from: str
    """`ratings.csv` of the pack, or `elsewhere`: then the ratings cannot be compared, only the items."""
    criteria: Mapping[str, CriterionCalibration]
    items: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    labels_now: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Criterion → digest of its items and ratings in the pack now."""
    erased: Erased | None = None

    def gate(self, criterion: str, parts: Mapping[str, str], phrases: Mapping[str, str]) -> Gate:
        """Whether levels count for `criterion` when the judge is `parts` (`phrases` names them for people)."""
        known = self.criteria.get(criterion)
        if known is None:
            return Gate(verdict="", sentence="The calibration does not cover this criterion.")
        now = {**parts, "labels": self.labels_now.get(criterion, known.parts.get("labels", ""))}
        changed = [phrases.get(name, name) for name, value in now.items() if known.parts.get(name) != value]
        if changed:
            sentence = f"STALE: since the calibration of {self.made_at[:10]}, {_listed(changed)} changed."
            return Gate(verdict="STALE", sentence=sentence, figures={})
        figures = {**known.figures, "reasons": list(known.reasons)}
        return Gate(verdict=known.verdict, sentence=known.sentence, figures=figures)

    def interval(self, criterion: str, level: int, max_level: int) -> Interval:
        """The 90 % prediction interval of the level that people would give where the judge gave `level`: level + mean
        error ± 1.645·sd·√(1 + 1/n), cut to the scale."""
        errors = self.criteria[criterion].error
        used = errors.get(str(level)) or errors.get("all")
        if used is None:
            return Interval(low=1.0, high=float(max_level), error=None)
        half = Z_90 * used.sd * math.sqrt(1 + 1 / used.n)
        middle = level + used.mean
        return Interval(
            low=round(min(max(1.0, middle - half), float(level)), 3),
            high=round(max(min(float(max_level), middle + half), float(level)), 3),
            error=used,
        )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def errors_of(judged: Sequence[tuple[int, int]]) -> dict[str, Error]:
    """The errors over pairs (judge's level, adjudicated level): over all, and at each level judged often enough."""
    groups = {"all": [people - judge for judge, people in judged]}
    for level in sorted({judge for judge, _ in judged}):
        at = [people - judge for judge, people in judged if judge == level]
        if len(at) >= MIN_AT_LEVEL:
            groups[str(level)] = at
    return {name: _error(values) for name, values in groups.items() if values}


def _error(values: Sequence[int]) -> Error:
    n = len(values)
    mean = sum(values) / n
    sd = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1)) if n > 1 else float("inf")
    rmse = math.sqrt(sum(value * value for value in values) / n)
    return Error(mean=round(mean, 4), sd=round(sd, 4) if n > 1 else 4.0, rmse=round(rmse, 4), n=n)


def path_of(root: Path) -> Path:
    return root / "calibration" / "calibration.json"


def save(root: Path, calibration: Calibration) -> Path:
    """Writes the calibration into the pack, one key a line, so that a change of it can be read in a diff."""
    data = {"schema": SCHEMA, **asdict(calibration)}
    for name in ("id", "labels_now", *(() if calibration.erased else ("erased",))):
        del data[name]
    return _write(root, data)


def note_erased(root: Path, erased: Erased) -> None:
    """Notes in the pack's calibration what has been erased since. All else stays, its id too. Raises
    InfrastructureError."""
    _write(root, {**json.loads(path_of(root).read_bytes()), "erased": asdict(erased)})


def _write(root: Path, data: Mapping[str, Any]) -> Path:
    path = path_of(root)
    files.write(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return path


def read(root: Path, labels_now: Mapping[str, str]) -> Calibration | None:
    """The pack's calibration, or None where it has none. Raises ChallengeError for a file that is not one."""
    path = path_of(root)
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_bytes())
        _known_schema(data["schema"])
        erased = data.pop("erased", None)  # noted later: the calibration is still the same one
        criteria = {name: _criterion(entry) for name, entry in data["criteria"].items()}
        for name, found in criteria.items():
            _check_verdict(name, found, data["items"])
        return Calibration(
            id=key_of(data)[:16],
            made_at=str(data["made_at"]),
            labels_from=str(data["labels_from"]),
            criteria=criteria,
            items=tuple(data["items"]),
            labels_now=labels_now if data["labels_from"] == "ratings.csv" else {},
            erased=_erased(erased),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ChallengeError(
            f"{path} is not a calibration: {type(problem).__name__}: {problem}.",
            fix="Write it anew with `grade calibrate`.",
        ) from problem


def _erased(entry: Mapping[str, Any] | None) -> Erased | None:
    if entry is None:
        return None
    return Erased(items={name: int(count) for name, count in entry["items"].items()}, noted=str(entry["noted"]))


def _known_schema(schema: object) -> None:
    if schema != SCHEMA:
        raise ValueError(f"schema {schema!r} is not known")


def _check_verdict(name: str, found: CriterionCalibration, rows: Sequence[Mapping[str, Any]]) -> None:
    """A verdict is what its checks come to, and what it rests on is there: a word that was changed by hand opens no
    gate. Raises ValueError."""
    checks = [(str(row["id"]), CheckOutcome(row["outcome"])) for row in found.checks]
    ids = sorted(one for one, _ in checks)
    if ids not in (list("ABCDEFGHI"), list("ABCDEFGHIJ")):
        raise ValueError(f"{name} has the checks {', '.join(ids) or 'none'}, not A to I (and J)")
    if (said := verdict_of(checks)) != found.verdict:
        raise ValueError(f"the verdict on {name} is {found.verdict}, and its checks come to {said}")
    rated = sum(
        row["criterion"] == name and row["level"] is not None and bool(row["people"] or row["adjudicated"])
        for row in rows
    )
    figures = found.figures
    there, needed = rated + int(figures.get("real_items", 0)), int(figures["n"])
    if (found.verdict == "ACCEPT" and needed < 1) or (not figures.get("pooled") and there < needed):
        raise ValueError(f"the verdict on {name} is said to rest on {needed} items, and {there} are there")


def _criterion(entry: Mapping[str, Any]) -> CriterionCalibration:
    if entry["verdict"] not in {"ACCEPT", "REJECT", "INCONCLUSIVE"}:
        raise ValueError(f"verdict {entry['verdict']!r}")
    return CriterionCalibration(
        **{
            **entry,
            "reasons": tuple(entry["reasons"]),
            "checks": tuple(entry["checks"]),
            "error": {name: Error(**row) for name, row in entry["error"].items()},
            "canaries": tuple(Canary(**row) for row in entry["canaries"]),
            "modes": tuple(entry["modes"]),
            "system_fingerprints": tuple(entry["system_fingerprints"]),
        }
    )
