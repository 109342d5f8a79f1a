"""What a candidate may read of their own case, and the way of an appeal into it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from grader.review import live_rows, rows
from grader.review.base import Base
from grader.review.grade import closed_grade
from grader.review.records import Actor, File
from grader.store.apart_tables import apart
from grader.store.case_tables import cases
from grader.store.engine import reading, writing


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What people decided on a hand-in, as another system may know it. `score`: with their levels in it, of 100."""

    case: str
    outcome: str
    at: str
    score: float | None


class ReleasedDesk(Base):
    """The part of the desk that a candidate's link reaches: a letter that a person has released, and nothing else."""

    def released_letter(self, blind: str, challenge: str, handed_in: Collection[str]) -> str:
        """The text of the letter that was released on one of the submissions that were `handed_in` (their digests);
        empty as long as there is none."""
        file = self._of(blind, challenge, handed_in)
        letter = file.letter if file else None
        return letter.text if letter and letter.released else ""

    def answered(self, blind: str, challenge: str, handed_in: Collection[str]) -> Answered | None:
        """What people decided on what was handed in; None before."""
        file = self._of(blind, challenge, handed_in)
        if file is None or file.decision is None or file.decision.outcome == "more":
            return None
        score = closed_grade(file).score
        return Answered(case=file.case.id, outcome=file.decision.outcome, at=file.decision.at,
                        score=round(score.value, 1) if score else None)  # fmt: skip

    def released_stages(self, blind: str, handed_in: Collection[str]) -> tuple[tuple[str, str, str], ...]:
        """(stage, text, when) of the letters that were released after decisions on the loop's stages, in their order,
        of somebody one of whose submissions under this id is among those `handed_in`."""
        with reading(self.engine) as connection:
            mine = select(cases.c.id).where(cases.c.submission_digest.in_(handed_in), _under(blind))
            if connection.execute(mine.where(cases.c.id.not_in(apart())).limit(1)).first() is None:
                return ()
            decided = live_rows.decisions_of(connection, blind, whole=True)
        return tuple((one.stage, one.letter.text, one.letter.at) for one in decided
                     if one.letter is not None and one.letter.released)  # fmt: skip

    def appealed(self, blind: str, challenge: str, handed_in: Collection[str], words: str) -> bool:
        """Writes an appeal into the case's events; whether there is a case that was told."""
        file = self._of(blind, challenge, handed_in)
        case = file.case.id if file and file.letter and file.letter.released else ""
        with writing(self.engine) as connection:
            if not case:  # on a letter after a stage of the loop: into the case in whose chain that decision stands
                decided = live_rows.decisions_of(connection, blind, whole=True)
                out = [one for one in decided if one.letter and one.letter.released]
                case = live_rows.decision_case(connection, out[-1].id) if file and out else ""
            if not case:
                return False
            rows.lock(connection, case)
            candidate = Actor(how="page", user=f"candidate {blind}")
            self._note(connection, case, "appealed", candidate, words=words)
        return True

    def _of(self, blind: str, challenge: str, handed_in: Collection[str]) -> File | None:
        """The newest case of what the candidate handed in that a letter went out of, else the newest. A name is no
        proof: two people of one name have one blind id, and each reads of their own work alone."""
        query = select(cases.c.id).where(
            _under(blind),
            cases.c.challenge == challenge,
            cases.c.submission_digest.in_(handed_in),
            cases.c.id.not_in(apart()),
        )
        with reading(self.engine) as connection:
            found = connection.execute(query.order_by((cases.c.state == "released").desc(), cases.c.at.desc())).scalar()
            return rows.read(connection, str(found)) if found else None


def _under(blind: str) -> ColumnElement[bool]:
    """Cases of a blind id: its own, and those of a second submission (`-2`)."""
    return or_(cases.c.blind == blind, cases.c.blind.startswith(f"{blind}-", autoescape=True))
