"""What reviewing leaves for the judge to learn by: independent levels of real work, once they are sealed.

Nothing else is a label: not what was written after the reveal, nor an adjudication, which was given with all levels
beside it; not what people said of anchors and authored texts; and not work that no candidate's name or blind id belongs
to, for nobody could have it taken out again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from grader.challenge.rubric import Criterion
from grader.ratings.table import Rating
from grader.review import rows, rules
from grader.review.figures import FiguresDesk
from grader.review.problems import NotAllowedError
from grader.review.rating import criteria_of
from grader.review.records import Actor, Assignment, Case, File, Judged
from grader.review.second import chosen_runs
from grader.store import people as names
from grader.store.apart_tables import apart
from grader.store.case_tables import assignments, cases
from grader.store.engine import reading


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A candidate's work that people have rated, blind, with what they said; an item of a calibration is its case."""

    case: Case
    candidate: str
    """Whose it is, the same for all that one person sent: items of one candidate are resampled together."""
    criteria: Mapping[str, Criterion] = field(repr=False)
    """As they were when it was rated."""
    claims: Mapping[str, Any] = field(repr=False)
    """What came of running its figures, as the judge is told in a grading."""
    ratings: tuple[Rating, ...]
    chosen: bool = False
    """Whether it was picked for a second rating by what was known of it: then it enters no estimate."""
    judged: Mapping[str, Judged] = field(default_factory=dict, repr=False)
    """Criterion → what the judge said when it was graded."""


class LabelsDesk(FiguresDesk):
    """The part of the desk that hands out labels."""

    def labels(self, actor: Actor, challenge: str) -> tuple[Reviewed, ...]:
        """All work on a challenge that carries labels, the oldest case first. For the same people as `ratings`."""
        wanted = (
            select(cases.c.id).where(cases.c.challenge == challenge, cases.c.id.not_in(apart()))
            .where(cases.c.id.in_(select(assignments.c.case).where(assignments.c.state == "sealed")))
            .order_by(cases.c.at, cases.c.id)
        )  # fmt: skip
        with reading(self.engine) as connection:
            if not rules.leads(actor) or self._still_rates(connection, actor):
                raise NotAllowedError("Labels of all cases are for leads who are through with their own.")
            hidden = self._linked(connection, actor)
            chosen = chosen_runs(connection)
            found = [_reviewed(connection, case, chosen) for case in connection.execute(wanted).scalars().all()
                     if case not in hidden]  # fmt: skip
        return tuple(one for one in found if one.ratings)


def _reviewed(connection: Connection, case: str, chosen: Collection[str]) -> Reviewed:
    file = rows.read(connection, case)
    whose = file.case.candidate or file.case.blind
    return Reviewed(
        case=file.case,
        candidate=names.key(whose) if whose else "",
        criteria={one.id: one for one in criteria_of(file)},
        judged=file.judged,
        chosen=file.case.run in chosen,
        claims=file.source.machine.get("claims", {}),
        ratings=tuple(one for part in rules.shown(file) for one in _ratings(file, part)) if whose else (),
    )


def _ratings(file: File, part: Assignment) -> tuple[Rating, ...]:
    counted = file.independent(part)
    said = counted.sheet.said if counted is not None else ()
    return tuple(
        Rating(item=file.case.id, criterion=one.criterion, rater=file.people[part.person].name, level=one.level,
               candidate=file.case.id, rated_at=datetime.fromisoformat(counted.at))
        for one in said if counted is not None and one.level is not None
    )  # fmt: skip
