"""Operations that ask many people for many cases: a plan to look at, then the same plan carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from grader.errors import UsageError
from grader.review import rows, rules
from grader.review.assigning import Plan, Wish, plan
from grader.review.debrief import DebriefDesk
from grader.review.people import PeopleDesk
from grader.review.problems import NotAllowedError
from grader.review.records import Actor, Case, Kind
from grader.store.case_tables import assignments, cases
from grader.store.engine import reading


class AskingDesk(PeopleDesk, DebriefDesk):
    """The part of the desk that plans who rates what."""

    def preview(self, actor: Actor, wanted: Sequence[str] = (), wish: Wish | None = None) -> Plan:
        """Who would be asked for the cases `wanted` (all that collect, where none is named); nothing is done. Cases
        that the actor rates, or may not know of, are left out. Raises NotAllowedError for one who leads nothing."""
        if not rules.leads(actor):
            raise NotAllowedError("People are asked by a lead.")
        with reading(self.engine) as connection:
            query = select(cases).where(cases.c.state == "collecting").order_by(cases.c.at, cases.c.id)
            if wanted:
                query = query.where(cases.c.id.in_(list(wanted)))
            found = [Case(**row) for row in connection.execute(query).mappings()]
            parts = connection.execute(select(assignments)).mappings().all()
            everybody = rows.people_of(connection)
        mine = actor.person
        own = {row["case"] for row in parts if mine and row["person"] == mine.id and row["state"] in rules.BLIND}
        open_ = [case for case in found if case.id not in own and not (mine and rules.linked(mine, case))]
        asked: dict[str, list[tuple[str, Kind]]] = {}
        for row in sorted(parts, key=lambda row: (row["at"], row["id"])):
            if row["state"] != "recused":
                asked.setdefault(row["case"], []).append((row["person"], row["kind"]))
        gone = {(row["case"], row["person"]) for row in parts if row["state"] == "recused"}
        loads = Counter(row["person"] for row in parts if row["state"] in rules.OPEN)
        return plan(open_, everybody, wish or Wish(), asked=asked, gone=gone, loads=loads)

    def carry_out(self, actor: Actor, digest: str, wanted: Sequence[str] = (), wish: Wish | None = None) -> Plan:
        """Asks everybody as `preview` said, whose digest it was. Raises UsageError where things have changed since, so
        that what is done is what was looked at."""
        made = self.preview(actor, wanted, wish)
        if made.digest != digest:
            raise UsageError("Things have changed since this plan was shown; look at it again.")
        known = {one.id: one for one in self.people()}
        for part in made.parts:
            self.assign(actor, part.case, known[part.person], part.kind)
        return made
