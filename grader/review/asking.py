"""Operations that ask many people for many cases: a plan to look at, then the same plan carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from grader.errors import UsageError
from grader.review import rows, rules
from grader.review.anchoring import CHANGED, AnchorsDesk, given_to
from grader.review.assigning import AssignmentPlan, Wish, plan
from grader.review.debrief import DebriefDesk
from grader.review.people import PeopleDesk
from grader.review.problems import NotAllowedError
from grader.review.records import Actor, Case, Kind
from grader.store.apart_tables import apart
from grader.store.case_tables import assignments, cases
from grader.store.engine import joined, reading


class AskingDesk(PeopleDesk, DebriefDesk, AnchorsDesk):
    """The part of the desk that plans who rates what."""

    def preview(self, actor: Actor, wanted: Sequence[str] = (), wish: Wish | None = None) -> AssignmentPlan:
        """Who would be asked for the cases `wanted` (all that collect, where none is named); nothing is done. Cases
        that the actor rates, or may not know of, are left out. Raises NotAllowedError for one who leads nothing."""
        if not rules.leads(actor):
            raise NotAllowedError("People are asked by a lead.")
        with reading(self.engine) as connection:
            query = select(cases).where(cases.c.state == "collecting", cases.c.id.not_in(apart()))
            query = query.order_by(cases.c.at, cases.c.id)
            if wanted:
                query = query.where(cases.c.id.in_(list(wanted)))
            found = [Case(**row) for row in connection.execute(query).mappings()]
            parts = connection.execute(select(assignments)).mappings().all()
            everybody = rows.people_of(connection)
            known = set(given_to(connection))
        mine = actor.person
        own = {row["case"] for row in parts if mine and row["person"] == mine.id and row["state"] in rules.BLIND}
        open_ = [case for case in found if case.id not in own and not (mine and rules.linked(mine, case))]
        asked: dict[str, list[tuple[str, Kind]]] = {}
        for row in sorted(parts, key=lambda row: (row["at"], row["id"])):
            if row["state"] != "recused":
                asked.setdefault(row["case"], []).append((row["person"], row["kind"]))
        gone = {(row["case"], row["person"]) for row in parts if row["state"] == "recused"} | known
        loads = Counter(row["person"] for row in parts if row["state"] in rules.OPEN)
        made = plan(open_, everybody, wish or Wish(), asked=asked, gone=gone, loads=loads)
        with reading(self.engine) as connection:
            return self._with_anchors(connection, made, wish or Wish(), everybody)

    def carry_out(
        self, actor: Actor, digest: str, wanted: Sequence[str] = (), wish: Wish | None = None
    ) -> AssignmentPlan:
        """Asks everybody as `preview` said, whose digest it was, or nobody; the plan, with the cases that were made of
        its anchors. Raises UsageError where things have changed since, so that what is done is what was looked at."""
        with joined(self.engine) as connection:
            made = self.preview(actor, wanted, wish)
            if made.digest != digest:
                raise UsageError(CHANGED)
            for case in sorted({*(part.case for part in made.parts), *(anchor for _, anchor in made.anchors)}):
                rows.lock(connection, case)  # in one order, so that two who do so wait for each other
            known = {one.id: one for one in self.people()}
            for part in made.parts:
                self.assign(actor, part.case, known[part.person], part.kind)
            given = [(person, self._give(connection, actor, known[person], anchor)) for person, anchor in made.anchors]
        return replace(made, anchors=tuple(given))
