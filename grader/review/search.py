"""Words of cases, so that a lead finds one again: by what they may read of it, and by nothing else.

face  the blind id, the challenge and its title: whoever lists the case reads them
said  what people wrote: kept from the reveal on, when it is open to all who may read it. Before that it is not here
name  the candidate's
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, delete, false, insert, not_, or_, select, true
from sqlalchemy.engine import Connection

from grader.ratings.sheet import Said, Sheet
from grader.review.records import Actor, File
from grader.review.visible import View, visible
from grader.store.apart_tables import apart
from grader.store.case_tables import assignments, case_words, cases

MOST_WORDS = 8
"""Of one search; more are not looked for."""
BEGINNING = 3
"""Letters from which on a word stands for all that begin so: with one, every case would have to be looked through."""
LONGEST = 40
"""Characters of a word that are kept and looked for."""
_END = "\U0010ffff"
"""Behind every word that begins like another."""


def words(text: str) -> list[str]:
    """The words of a text as they are kept: without capitals and marks of writing, each once, in order."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return list(dict.fromkeys(word[:LONGEST] for word in re.findall(r"\w+", plain)))


def keep(connection: Connection, file: File) -> None:
    """Keeps the words of a case as it stands now, in place of those from before."""
    view = visible(Actor(), file)
    texts = {
        "face": [view.blind, view.challenge, view.title],
        "said": list(_said(view)) if view.revealed else [],
        "name": [file.case.candidate],
    }
    rows = [{"case": view.id, "kind": kind, "word": word} for kind, of in texts.items() for word in words(" ".join(of))]
    connection.execute(delete(case_words).where(case_words.c.case == view.id))
    if rows:
        connection.execute(insert(case_words), rows)


def _said(view: View) -> Iterable[str]:
    """What people wrote, as everybody reads it who may."""
    yield view.early_why
    for voice in view.voices:
        yield from (voice.rationale, voice.integrity)
        yield from _of_sheet(voice.informed.sheet) if voice.informed else ()
        yield voice.response.words if voice.response else ""
    for side in view.criteria:
        for one in side.sides:
            yield from _of_criterion(one.said)
        yield from (side.adjudication.why, side.adjudication.for_candidate) if side.adjudication else ()
    yield view.decision.why if view.decision else ""
    yield view.letter.text if view.letter else ""


def _of_sheet(sheet: Sheet) -> Iterable[str]:
    yield from (sheet.rationale, sheet.integrity)
    for said in sheet.said:
        yield from _of_criterion(said)


def _of_criterion(said: Said) -> Iterable[str]:
    yield from (said.note, said.cannot_judge, said.for_candidate, *said.evidence)


def holds(actor: Actor, text: str) -> ColumnElement[bool]:
    """Whether a case holds all words of `text`, or words that begin so, in what the actor may read of it."""
    wanted = words(text)[:MOST_WORDS]
    found: ColumnElement[bool] = true() if wanted or not text.strip() else false()
    for word in wanted:
        begins = and_(case_words.c.word >= word, case_words.c.word < word + _END)
        like = begins if len(word) >= BEGINNING else case_words.c.word == word
        found &= cases.c.id.in_(select(case_words.c.case).where(like, _readable(actor)))
    return found


def _readable(actor: Actor) -> ColumnElement[bool]:
    """The words that `visible` shows to a lead: what the rules say of one case, for all at once."""
    kind, person = case_words.c.kind, actor.person
    if person is None:
        return true()
    mine = select(assignments.c.case).where(assignments.c.person == person.id)
    rated = mine.where(assignments.c.kind != "adjudicator")
    through = assignments.c.state.in_(["sealed", "late"])
    settles = and_(assignments.c.kind == "adjudicator", assignments.c.state != "recused")
    blind = mine.where(not_(or_(settles, and_(assignments.c.kind != "adjudicator", through))))
    known: ColumnElement[bool] = case_words.c.case.not_in(rated)
    if "admin" not in person.roles:
        known &= case_words.c.case.in_(select(cases.c.id).where(cases.c.state.in_(["decided", "released"])))
    return or_(kind == "face", and_(kind == "said", case_words.c.case.not_in(blind)), and_(kind == "name", known))


def unkept(connection: Connection) -> list[str]:
    """Cases that no words are kept of: those that an older grader opened."""
    query = select(cases.c.id).where(cases.c.id.not_in(select(case_words.c.case)), cases.c.id.not_in(apart()))
    return list(connection.execute(query).scalars())
