"""Norming: people rate the same borderline cases on one criterion, blind, then compare and mend the anchors.

    rating ─► compared ─► rating again, with the mended anchors ─► compared

While a session is rated, a person sees the cases, the anchors and their own levels. What is given here is practice: it
enters no grade, and no figure of the raters but those of the session. Mended anchors are a text to be committed into
the challenge, as a new version; nothing here changes a rubric that graded somebody.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from grader.errors import UsageError
from grader.ratings.sheet import LONGEST
from grader.review import authored, rows, rules
from grader.review import norming_rows as found
from grader.review.base import said
from grader.review.blinded import Material, material_of, source_of
from grader.review.figures import FiguresDesk
from grader.review.grade import challenge_of
from grader.review.norming_rows import Borderline, Listed, Norming, Source
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor, File, Person
from grader.store.engine import reading, writing
from grader.store.norming_tables import anchor_proposals, norming_items, norming_ratings, norming_sessions

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.challenge.rubric import Criterion
    from grader.ratings.items import Item


class NormingDesk(FiguresDesk):
    """The part of the desk where anchors are learnt and mended."""

    def borderline(
        self, actor: Actor, challenge: str, criterion: str, count: int = 5, *, source: Source = "people"
    ) -> tuple[Borderline, ...]:
        """Revealed cases for a lead to choose from, the widest gap first: of people's levels among each other, or of
        the judge's from what people's came to. Those with no gap are left out."""
        by_case: dict[str, list[int]] = {}
        settled: dict[str, int] = {}
        for row in self.ratings(actor, challenge=challenge).rows:
            if row.criterion == criterion and row.role == "rater":
                by_case.setdefault(row.item, []).append(row.level)
            elif row.criterion == criterion:
                settled[row.item] = row.level
        with reading(self.engine) as connection:
            judged = found.judged(connection, criterion, [*by_case, *settled])
        all_ = [found.borderline(case, by_case.get(case, ()), settled.get(case), judged[case], source)
                for case in {*by_case, *settled} & judged.keys()]  # fmt: skip
        return tuple(sorted((one for one in all_ if one.gap), key=lambda one: (-one.gap, one.case))[:count])

    def open_norming(
        self, actor: Actor, criterion: str, wanted: Sequence[str], raters: Sequence[Person], *,
        pack: Pack | None = None, items: Sequence[Item] = (),
    ) -> str:  # fmt: skip
        """Opens a session on revealed cases that share the criterion's anchors, and on authored texts (`items`) of
        `pack`, which are marked as such; its id. Raises UsageError."""
        if not rules.leads(actor):
            raise NotAllowedError("A norming session is opened by a lead.")
        if len({rater.id for rater in raters}) < 2 or not (wanted or items):
            raise UsageError("A norming session takes a case or an authored text, and two raters at least.")
        wanted, raters = tuple(dict.fromkeys(wanted)), tuple({rater.id: rater for rater in raters}.values())
        made = self.new_id()
        with writing(self.engine) as connection:
            written = [authored.case_of(connection, pack, one, new=self.new_id(), at=self.clock())
                       for one in items if pack is not None]  # fmt: skip
            wanted = (*wanted, *written)
            anchors = {json.dumps(found.anchors(connection, actor, case, criterion), sort_keys=True) for case in wanted}
            if len(anchors) > 1:
                raise UsageError(f"These cases were graded by different anchors of {criterion}.")
            row = {"id": made, "criterion": criterion, "anchors": anchors.pop(), "state": "rating", "phase": 1,
                   "raters": json.dumps([rater.id for rater in raters]), "at": self.clock()}  # fmt: skip
            connection.execute(insert(norming_sessions).values(row))
            connection.execute(insert(norming_items), [{"session": made, "case": case} for case in wanted])
        return made

    def norm(self, actor: Actor, session: str, case: str, level: int, note: str = "") -> None:
        """Gives a level; until the session is compared another may be given."""
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session)
            if actor.person is None or actor.person.id not in json.loads(row["raters"]) or row["state"] != "rating":
                raise NotAllowedError("Levels are given by those who were asked, until they are compared.")
            if case not in found.items(connection, actor, session):
                raise NotFoundError(case)
            if level not in found.anchors_of(connection, row):
                raise UsageError(f"There is no level {level}.")
            _short(note)
            values = {"session": session, "case": case, "person": actor.person.id, "phase": row["phase"],
                      "level": level, "note": note, "at": self.clock()}  # fmt: skip
            connection.execute(insert(norming_ratings).values(values))

    def compare(self, actor: Actor, session: str, *, early: bool = False) -> None:
        """Opens all levels to all raters at once, when everybody has rated every case that is there for them; `early`:
        when two have. A lead who rates in the session gives their own levels first."""
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session, lock=True)
            if not rules.leads(actor) or row["state"] != "rating":
                raise NotAllowedError("Levels are compared by a lead, once.")
            raters, through = json.loads(row["raters"]), self._through(connection, row)
            if actor.person and actor.person.id in raters and actor.person.id not in through:
                raise NotAllowedError("Give your own levels first.")
            if len(through) < 2 or (len(through) < len(raters) and not early):
                raise NotAllowedError("Not yet: all raters have to be through, or two of the raters to close it early.")
            self._turn(connection, session, state="compared")

    def propose(self, actor: Actor, session: str, level: int, text: str, why: str) -> None:
        """Another text for an anchor, after the comparison, with a reason."""
        body, reason = text.strip(), said(why, "Changing an anchor")
        if not body:
            raise UsageError("An anchor says what was observed; it cannot be empty.")
        _short(body, reason)
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session)
            if actor.person is None or row["state"] != "compared":
                raise NotAllowedError("Anchors are mended by a person, after the comparison.")
            if level not in found.anchors_of(connection, row):
                raise UsageError(f"There is no level {level}.")
            values = {"session": session, "person": actor.person.id, "level": level, "body": body, "why": reason,
                      "at": self.clock()}  # fmt: skip
            connection.execute(insert(anchor_proposals).values(values))

    def again(self, actor: Actor, session: str) -> None:
        """The same cases once more, by the mended anchors; blind again."""
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session, lock=True)
            if not rules.leads(actor) or row["state"] != "compared" or row["phase"] != 1:
                raise NotAllowedError("A second round is a lead's, after the first was compared.")
            self._turn(connection, session, state="rating", phase=2)

    def normings(self, actor: Actor) -> tuple[Listed, ...]:
        """The sessions that this person is asked to, and for a lead all others, the newest first."""
        me = actor.person.id if actor.person else ""
        query = select(norming_sessions).order_by(norming_sessions.c.at.desc(), norming_sessions.c.id)
        with reading(self.engine) as connection:
            all_ = connection.execute(query).mappings().all()
            mine = [row for row in all_ if rules.leads(actor) or me in json.loads(row["raters"])]
            return tuple(self._listed(connection, actor, row) for row in mine)

    def _listed(self, connection: Connection, actor: Actor, row: RowMapping) -> Listed:
        me = actor.person.id if actor.person else ""
        items = found.items(connection, actor, row["id"])
        own = {case for case, who in found.given(connection, row["id"], row["phase"]) if who == me and case in items}
        return Listed(
            id=row["id"], criterion=row["criterion"], at=row["at"], phase=row["phase"],
            compared=row["state"] == "compared", rates=me in json.loads(row["raters"]), items=len(items), own=len(own),
        )  # fmt: skip

    def norming(self, actor: Actor, session: str) -> Norming:
        """A session, for its raters and for leads. Raises NotFoundError."""
        with reading(self.engine) as connection:
            row = self._session(connection, actor, session)
            items = found.items(connection, actor, session)
            given = {key: one for key, one in found.given(connection, session, row["phase"]).items() if key[0] in items}
            me, compared = actor.person.id if actor.person else "", row["state"] == "compared"
            earlier = found.given(connection, session, 1) if row["phase"] == 2 else None
            mended = found.proposals(connection, session) if compared or row["phase"] == 2 else ()
            raters = json.loads(row["raters"])
            watches = rules.leads(actor) and me not in raters
            names = self._called(connection, row, [one.person for one in mended], real=watches or self.names)
            names |= {me: f"{names[me]} (you)"} if me in names else {}
            return Norming(
                id=session, criterion=row["criterion"], rates=me in raters,
                anchors=found.anchors_of(connection, row), items=tuple(items), blind=items, phase=row["phase"],
                compared=compared, own={case: one.level for (case, who), one in given.items() if who == me},
                own_notes={case: one.note for (case, who), one in given.items() if who == me},
                called=names if mended or compared else {}, authored=authored.named(connection, list(items)),
                notes={key: one.note for key, one in given.items()} if compared else {},
                through=tuple(names[one] for one in self._through(connection, row)) if watches else None,
                raters=tuple(names[one] for one in raters) if watches else None,
                levels=found.ratings(row, given, items) if compared else None,
                before=found.ratings(row, earlier, items) if earlier is not None else None, proposals=mended,
            )  # fmt: skip

    def norming_work(self, actor: Actor, session: str, case: str) -> Material:
        """The files of a case of the session, and what takes their author out of them; the reading is an event. Raises
        NotFoundError."""
        with writing(self.engine) as connection:
            self._session(connection, actor, session)
            if case not in found.items(connection, actor, session):
                raise NotFoundError(case)
            rows.lock(connection, case)
            self._note(connection, case, "read for norming", actor)
            file = rows.read(connection, case)
            source, written = source_of(connection, file), authored.files_of(connection, case)
        return material_of(file, source, written)

    def norming_criterion(self, actor: Actor, session: str, case: str) -> Criterion:
        """The criterion of the session as the case was graded by it: its question, and which files show it. Its own
        anchors may since have been mended: `Norming.anchors`."""
        with reading(self.engine) as connection:
            row = self._session(connection, actor, session)
            if case not in found.items(connection, actor, session):
                raise NotFoundError(case)
            known = challenge_of(rows.read(connection, case)).rubric.criteria
        return next(one for one in known if one.id == row["criterion"])

    def norming_instruction(self, actor: Actor, session: str, case: str) -> str:
        """What the candidate of a case of the session was asked."""
        with reading(self.engine) as connection:
            self._session(connection, actor, session)
            if case not in found.items(connection, actor, session):
                raise NotFoundError(case)
            file: File = rows.read(connection, case)
        return file.source.instruction

    def anchors_diff(self, actor: Actor, session: str) -> str:
        """What the mended anchors change, as a unified diff to be committed into the challenge; empty for nothing."""
        with reading(self.engine) as connection:
            row = self._session(connection, actor, session)
            before = {int(level): text for level, text in json.loads(row["anchors"]).items()}
            after = {**before, **{one.level: one.text for one in found.proposals(connection, session)}}
        name = f"rubric.yaml, {row['criterion']}"
        return "\n".join(
            difflib.unified_diff(found.lines(before), found.lines(after), name, f"{name}, mended", lineterm="")
        )

    def _session(self, connection: Connection, actor: Actor, session: str, *, lock: bool = False) -> RowMapping:
        query = select(norming_sessions).where(norming_sessions.c.id == session)
        row = connection.execute(query.with_for_update() if lock else query).mappings().first()
        me = actor.person.id if actor.person else ""
        if row is None or not (rules.leads(actor) or me in json.loads(row["raters"])):
            raise NotFoundError(session)
        return row

    def _through(self, connection: Connection, row: RowMapping) -> list[str]:
        """Raters who gave a level to every case that is there for them, and to one at least."""
        given = found.given(connection, row["id"], row["phase"])
        people = {one.id: one for one in rows.people_of(connection, json.loads(row["raters"]))}
        there = {one: set(found.items(connection, Actor(person=people[one]), row["id"])) for one in people}
        return [one for one in json.loads(row["raters"])
                if there.get(one) and there[one] <= {case for case, who in given if who == one}]  # fmt: skip

    def _called(self, connection: Connection, row: RowMapping, more: Sequence[str], *, real: bool) -> dict[str, str]:
        """Raters, and whoever else mended an anchor, as they are called to each other or, `real`, by name."""
        raters = json.loads(row["raters"])
        if real:
            named = {one.id: one.name for one in rows.people_of(connection, {*raters, *more})}
            return {one: named.get(one, "somebody erased") for one in (*raters, *more)}
        return {**dict.fromkeys(more, "A lead"), **found.letters(row["id"], raters)}

    def _turn(self, connection: Connection, session: str, **values: object) -> None:
        connection.execute(update(norming_sessions).where(norming_sessions.c.id == session).values(**values))


def _short(*texts: str) -> None:
    if any(len(text) > LONGEST for text in texts):
        raise UsageError(f"A text has more than {LONGEST} characters; say it shorter.")
