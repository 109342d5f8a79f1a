"""What a candidate may read of their own case, and the way of an appeal into it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from grader.review import rows
from grader.review.base import Base
from grader.review.records import Actor, File
from grader.store.apart_tables import apart
from grader.store.case_tables import cases
from grader.store.engine import reading, writing


class ReleasedDesk(Base):
    """The part of the desk that a candidate's link reaches: a letter that a person has released, and nothing else."""

    def released_letter(self, blind: str, challenge: str, handed_in: Collection[str]) -> str:
        """The text of the letter that was released on one of the submissions that were `handed_in` (their digests);
        empty as long as there is none."""
        file = self._of(blind, challenge, handed_in)
        letter = file.letter if file else None
        return letter.text if letter and letter.released else ""

    def appealed(self, blind: str, challenge: str, handed_in: Collection[str], words: str) -> bool:
        """Writes an appeal into the case's events; whether there is a case that was told."""
        file = self._of(blind, challenge, handed_in)
        if file is None or not (file.letter and file.letter.released):
            return False
        with writing(self.engine) as connection:
            rows.lock(connection, file.case.id)
            candidate = Actor(how="page", user=f"candidate {blind}")
            self._note(connection, file.case.id, "appealed", candidate, words=words)
        return True

    def _of(self, blind: str, challenge: str, handed_in: Collection[str]) -> File | None:
        """The newest case of what the candidate handed in that a letter went out of, else the newest. A name is no
        proof: two people of one name have one blind id, and each reads of their own work alone."""
        mine = or_(cases.c.blind == blind, cases.c.blind.startswith(f"{blind}-", autoescape=True))
        query = select(cases.c.id).where(
            mine, cases.c.challenge == challenge, cases.c.submission_digest.in_(handed_in), cases.c.id.not_in(apart())
        )
        with reading(self.engine) as connection:
            found = connection.execute(query.order_by((cases.c.state == "released").desc(), cases.c.at.desc())).scalar()
            return rows.read(connection, str(found)) if found else None
