"""A submission as the cohort shows it: a few figures out of its grade, small enough for thousands to be in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.blind import Known
from grader.batch.entries import names_of
from grader.batch.finished import load
from grader.challenge import Challenge, Pack
from grader.cohort.lateness import Policy, Timing, capped, timing
from grader.network import without_secrets
from grader.records import Grade
from grader.submission.redact import blind

OTHER_VERSION = "Graded against another version of the challenge; start the batch again before comparing."


@dataclass(frozen=True, kw_only=True)
class CohortRow:
    """One submission of the cohort. `None` is not known, never zero."""

    id: str
    """Blind id."""
    name: str
    candidate: str
    source: str
    status: str
    """As in grade.json, or `not_started`."""
    reason: str
    digest: str
    score: float | None
    low: float | None
    high: float | None
    final: bool
    after_policy: float | None
    """The score under the policy for late submissions, where that differs."""
    recommendation: str
    recommendation_reason: str
    points: float | None
    max_points: float | None
    tests: tuple[tuple[str, float | None, float], ...]
    """Id, points (None where it could not be judged), most points."""
    levels: tuple[tuple[str, int | None, int], ...]
    """Criterion, level that counts, highest level."""
    flags: tuple[str, ...]
    timing: Timing
    seconds: float | None
    """How long the grading took."""

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to look: it is open, flagged, or without a grade that a new start would bring."""
        return self.recommendation == "needs_review" or bool(self.flags) or self.status not in {"graded", "refused"}


def rows(out: Path, known: Iterable[Known], challenge: Pack, policy: Policy, *, reveal: bool) -> list[CohortRow]:
    """A row for each entry, from the grades in `out`: by name, or by id where names are not revealed, for their order
    says something about them too. Then texts do not name anybody either."""
    now = challenge.digest
    found = [row(one, load(out / one.entry.name), challenge, policy, now) for one in known]
    if reveal:
        return sorted(found, key=lambda row: row.name)
    return sorted((_blind(row) for row in found), key=lambda row: row.id)


def _blind(row: CohortRow) -> CohortRow:
    names = names_of(row.name, row.candidate, row.source)
    flags = tuple(blind(flag, names)[0] for flag in row.flags)
    return replace(row, reason=blind(row.reason, names)[0], flags=flags, name="", candidate="", source="")


def row(one: Known, grade: Grade | None, challenge: Challenge, policy: Policy, now: str) -> CohortRow:
    """`now` is the digest of the challenge."""
    when = timing(one.entry, challenge.time)
    score = grade.score if grade else None
    objective = grade.objective if grade else None
    flags = tuple(grade.flags) if grade else ()
    if grade and grade.status == "graded" and grade.challenge.get("digest") != now:
        flags = (OTHER_VERSION, *flags)
    if when.late and policy.kind != "none":
        flags = (*flags, f"Late: {when.reason}.")
    return CohortRow(
        id=one.id,
        name=one.entry.name,
        candidate=one.entry.candidate,
        source=without_secrets(one.entry.source),
        status=grade.status if grade else "not_started",
        reason=grade.reason if grade else "",
        digest=str(grade.submission.get("digest") or "") if grade else "",
        score=score.value if score else None,
        low=score.low if score else None,
        high=score.high if score else None,
        final=bool(score and score.final),
        after_policy=capped(score.value, when.late, policy) if score else None,
        recommendation=grade.recommendation if grade and score else "",
        recommendation_reason=grade.recommendation_reason if grade and score else "",
        points=objective.points if objective else None,
        max_points=objective.max_points if objective else None,
        tests=tuple((test.id, None if test.is_open else test.points, test.max_points) for test in objective.tests)
        if objective
        else (),
        levels=tuple(
            (one.id, one.level if one.accepted else None, one.max_level) for one in (grade.criteria if grade else ())
        ),
        flags=flags,
        timing=when,
        seconds=grade.timings.get("total") if grade else None,
    )
