"""The judge against people on new reviews, since its calibration. Looked at whenever levels are opened, asked for by
nobody; where agreement has surely fallen the gate is closed, in the store, for all who grade.

New are reviews whose levels were opened after the calibration was made and that it does not rest on. What was settled
after the reveal is not people's here: the judge's level stood beside theirs by then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection, Engine, RowMapping

from grader.agreement.limits import limits_of
from grader.agreement.rolling import FALLEN, LEAST, WINDOW, Rolling, rolling
from grader.challenge.rubric import GateSettings
from grader.ratings.table import Rating, Ratings
from grader.records import Closed
from grader.review.records import File
from grader.review.second import chosen_runs
from grader.store import people as names
from grader.store.apart_tables import apart
from grader.store.case_tables import case_sources, cases
from grader.store.engine import reading, writing
from grader.store.label_tables import calibration_items, judged_levels
from grader.store.labels import close_gate
from grader.store.tables import ratings

if TYPE_CHECKING:
    from grader.agreement import Thresholds

_JUDGE = "\0judge"
"""Its name among raters, which no person can have in a store."""


@dataclass(frozen=True, kw_only=True)
class Under:
    """A calibration that gradings went by."""

    id: str
    made_at: datetime

    @classmethod
    def of(cls, id_: str, made_at: str) -> Under:
        return cls(id=id_, made_at=_moment(made_at))


@dataclass(frozen=True, kw_only=True)
class Question:
    """Of which judge is asked: a criterion of a challenge, its levels and limits, and the judge's digest."""

    challenge: str
    criterion: str
    levels: tuple[int, ...]
    judge: str
    limits: Thresholds


def follow(engine: Engine, file: File, at: str) -> tuple[Rolling, ...]:
    """Looks at each criterion of a case that was just opened, under each calibration that its newest reviews were
    graded by, and closes the gate of what has surely fallen. Returns what has."""
    fallen: list[tuple[Under, Rolling]] = []
    for question in _questions(file):
        with reading(engine) as connection:
            newest = _newest(connection, question)
            unders = _calibrations(connection, newest) if len(newest) >= LEAST else ()
        for under in unders:
            seen = since(engine, question, under)
            fallen += [(under, seen)] if seen.falling else []
    if fallen:
        with writing(engine) as connection:
            for under, seen in fallen:
                close_gate(connection, under.id, seen.criterion, Closed(reason=FALLEN.format(seen.sentence), since=at))
    return tuple(seen for _, seen in fallen)


def since(engine: Engine, question: Question, under: Under) -> Rolling:
    """Agreement on the newest reviews since a calibration was made."""
    with reading(engine) as connection:
        rests_on = select(calibration_items.c.case).where(
            calibration_items.c.calibration == under.id, calibration_items.c.criterion == question.criterion
        )
        old = set(connection.execute(rests_on).scalars())
        picked = chosen_runs(connection)
        newest = [
            row
            for row in _newest(connection, question)
            if row["id"] not in old and row["run"] not in picked and _moment(row["at"]) >= under.made_at
        ]
        rows = [one for row in newest for one in _ratings(connection, question, row)]
    (found,) = rolling(Ratings(rows=tuple(rows), levels={question.criterion: question.levels}), _JUDGE, question.limits,
                       criteria=[question.criterion])  # fmt: skip
    return found


def _questions(file: File) -> Iterable[Question]:
    rubric = file.source.challenge["rubric"]
    levels = {one["id"]: tuple(sorted(int(level) for level in one["levels"])) for one in rubric["criteria"]}
    limits = limits_of(GateSettings.model_validate(rubric.get("gate") or {}), "rubric.yaml")
    for criterion, said in file.judged.items():
        if criterion in levels:
            yield Question(challenge=file.case.challenge, criterion=criterion, levels=levels[criterion],
                           judge=said.judge, limits=limits)  # fmt: skip


def _newest(connection: Connection, question: Question) -> Sequence[RowMapping]:
    """The newest opened work of a challenge that this judge gave a level, the newest first. As with labels, what
    belongs to nobody does not count, nor what stands apart."""
    opened = func.max(ratings.c.at).label("at")
    same = and_(
        ratings.c.submission_digest == cases.c.submission_digest,
        ratings.c.challenge_digest == cases.c.challenge_digest,
        ratings.c.criterion == judged_levels.c.criterion,
    )
    whose = (
        cases.c.id,
        cases.c.run,
        cases.c.candidate,
        cases.c.blind,
        cases.c.submission_digest,
        cases.c.challenge_digest,
    )
    query = (
        select(*whose, judged_levels.c.level, opened)
        .select_from(cases.join(judged_levels, judged_levels.c.run == cases.c.run).join(ratings, same))
        .where(cases.c.challenge == question.challenge, judged_levels.c.criterion == question.criterion,
               judged_levels.c.judge == question.judge, cases.c.id.not_in(apart()),
               or_(cases.c.candidate != "", cases.c.blind != ""))
        .group_by(*whose, judged_levels.c.level).order_by(opened.desc(), cases.c.id).limit(WINDOW)
    )  # fmt: skip
    return connection.execute(query).mappings().all()


def _ratings(connection: Connection, question: Question, row: RowMapping) -> list[Rating]:
    query = select(ratings.c.rater, ratings.c.level, ratings.c.at).where(
        ratings.c.submission_digest == row["submission_digest"], ratings.c.challenge_digest == row["challenge_digest"],
        ratings.c.criterion == question.criterion,
    )  # fmt: skip
    given = {one.rater: (one.level, one.at) for one in connection.execute(query.order_by(ratings.c.id))}
    given[_JUDGE] = (row["level"], row["at"])
    whose = names.key(row["candidate"] or row["blind"])
    return [
        Rating(item=row["id"], criterion=question.criterion, rater=rater, level=level, candidate=whose,
               rated_at=_moment(at))
        for rater, (level, at) in given.items()
    ]  # fmt: skip


def _calibrations(connection: Connection, newest: Sequence[RowMapping]) -> list[Under]:
    """The calibrations by which the work was graded."""
    query = select(case_sources.c.machine).where(case_sources.c.case.in_([row["id"] for row in newest]))
    found = [json.loads(text).get("judge", {}).get("calibration") for text in connection.execute(query).scalars()]
    return [Under.of(*key) for key in dict.fromkeys((str(one["id"]), str(one["made_at"])) for one in found if one)]


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
