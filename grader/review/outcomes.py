"""What people made of stored runs, beside the machine's own score, for lists and exports. Nothing before a reveal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine, RowMapping

from grader.review import rows, rules
from grader.review.grade import closed_grade
from grader.store.apart_tables import apart
from grader.store.case_tables import cases
from grader.store.engine import reading
from grader.store.export import PEOPLE

NONE: Mapping[str, Any] = dict.fromkeys(PEOPLE)


class Outcomes:
    """People's grades of the runs of one store. A case that was opened again has none until it is revealed again."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._known: dict[str, Mapping[str, Any]] = {}

    def beside(self, runs: Iterable[RowMapping]) -> Iterator[Mapping[str, Any]]:
        """The rows of `runs`, each with the columns PEOPLE; None where people have not closed it."""
        for run in runs:
            case = self._revealed.get(run["run"]) or self._revealed.get(_work(run))
            yield {**run, **(self._of(case) if case else NONE)}

    @cached_property
    def _revealed(self) -> dict[object, str]:
        """Run, and what the case is about → case: another run of the same submission has the same people's grade."""
        query = select(cases).where(cases.c.state.in_(rules.REVEALED), cases.c.id.not_in(apart()))
        with reading(self.engine) as connection:
            found = connection.execute(query).mappings().all()
        return {key: row["id"] for row in found for key in (row["run"], _work(row))}

    def _of(self, case: str) -> Mapping[str, Any]:
        if case not in self._known:
            with reading(self.engine) as connection:
                file = rows.read(connection, case)
            grade, decision = closed_grade(file), file.decision
            score = grade.score
            values = (score and score.value, score and score.final, grade.recommendation, decision and decision.outcome)
            self._known[case] = dict(zip(PEOPLE, values, strict=True))
        return self._known[case]


def _work(row: RowMapping) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("submission_digest", "challenge_digest", "candidate"))
