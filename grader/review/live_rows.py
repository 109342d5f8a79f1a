"""Rows of live rounds: the loop as it was agreed, the cases that a candidate's rounds are, and their removal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.engine import Connection, Engine

from grader.review import rows
from grader.review.loop_records import StageDecision, StageLetter
from grader.review.records import Case, File
from grader.store import people
from grader.store.apart_tables import apart, live_rounds, loops
from grader.store.case_tables import case_events, case_heads, case_sources, cases
from grader.store.case_tables import people as people_table
from grader.store.engine import reading, writing
from grader.store.loop_tables import loop_decisions, loop_letters


def keep_loop(connection: Connection, digest: str, body: Mapping[str, Any], at: str) -> None:
    """Keeps a loop as it is agreed, once."""
    if connection.execute(select(loops.c.digest).where(loops.c.digest == digest)).first() is None:
        connection.execute(insert(loops).values(digest=digest, body=json.dumps(body, ensure_ascii=False), at=at))


def loop_body(connection: Connection, digest: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        connection.execute(select(loops.c.body).where(loops.c.digest == digest)).scalar_one()
    )
    return found


def add(connection: Connection, case: Case, snapshot: Mapping[str, Any], *, loop: str, round_id: str) -> None:
    """A live round as a case: what it is about is its kit, and no machine has graded it."""
    body = json.dumps(snapshot, ensure_ascii=False)
    connection.execute(insert(cases).values(asdict(case)))
    connection.execute(insert(case_sources).values(case=case.id, challenge=body, instruction="", machine="{}"))
    connection.execute(insert(live_rounds).values(case=case.id, loop=loop, round=round_id))


def live_of(connection: Connection, blind: str) -> list[tuple[str, str, File]]:
    """(loop, round, case) of a candidate's live rounds, in the order in which they were opened."""
    query = select(live_rounds).join(cases, cases.c.id == live_rounds.c.case)
    query = query.where(func.upper(cases.c.blind) == blind.upper()).order_by(cases.c.at, cases.c.id)
    found = connection.execute(query).mappings().all()
    return [(row["loop"], row["round"], rows.read(connection, row["case"])) for row in found]


def handed_in_of(connection: Connection, blind: str, candidate: str) -> list[File]:
    """The candidate's take-homes as cases: under the same blind id, or a second submission's (`-2`)."""
    upper = func.upper(cases.c.blind)
    same = or_(upper == blind.upper(), upper.startswith(f"{blind.upper()}-", autoescape=True))
    query = select(cases.c.id).where(cases.c.candidate == candidate, same, cases.c.id.not_in(apart()))
    return [rows.read(connection, one) for one in connection.execute(query.order_by(cases.c.at)).scalars()]


def listed(connection: Connection) -> list[tuple[str, str, str]]:
    """(blind id, loop, when its newest live round was opened) of each candidate, the newest first."""
    newest = func.max(cases.c.at)
    query = select(cases.c.blind, live_rounds.c.loop, newest).join(live_rounds, live_rounds.c.case == cases.c.id)
    found = connection.execute(query.group_by(cases.c.blind, live_rounds.c.loop).order_by(newest.desc(), cases.c.blind))
    return [(row[0], row[1], row[2]) for row in found]


# ------------------------------------------------------------------------------------------------ what is decided


def decisions_of(connection: Connection, blind: str, *, whole: bool) -> tuple[StageDecision, ...]:
    """What was decided on a candidate's stages, in its order; `whole`: with by whom and why, and the letter."""
    query = select(loop_decisions, people_table.c.name).join(people_table, people_table.c.id == loop_decisions.c.person)
    query = query.where(func.upper(loop_decisions.c.blind) == blind.upper()).order_by(loop_decisions.c.id)
    found = list(connection.execute(query).mappings())
    kept = select(loop_letters, people_table.c.name).join(people_table, people_table.c.id == loop_letters.c.person)
    kept = kept.where(loop_letters.c.decision.in_([row["id"] for row in found])).order_by(loop_letters.c.id)
    texts = {row["decision"]: StageLetter(text=row["body"], released=row["released"], by=row["name"], at=row["at"])
             for row in connection.execute(kept).mappings()}  # fmt: skip
    return tuple(
        StageDecision(
            id=row["id"], stage=row["stage"], outcome=row["outcome"], recommendation=row["recommendation"],
            against=row["against"], at=row["at"], by=row["name"] if whole else "", why=row["why"] if whole else "",
            letter=texts.get(row["id"]) if whole else None,
        )
        for row in found
    )  # fmt: skip


def decision_case(connection: Connection, decision: int) -> str:
    """The case in whose chain a decision stands."""
    query = select(loop_decisions.c.case).where(loop_decisions.c.id == decision)
    return str(connection.execute(query).scalar_one())


# ------------------------------------------------------------------------------------------------ removal


def of_person(engine: Engine, wanted: str, how: people.Meaning = "either") -> list[str]:
    """The live rounds of a person, by name or blind id, as cases."""
    query = select(cases.c.id, cases.c.candidate, cases.c.blind).where(cases.c.id.in_(select(live_rounds.c.case)))
    with reading(engine) as connection:
        return [row.id for row in connection.execute(query)
                if people.is_meant(wanted, how, name=row.candidate, blind=row.blind)]  # fmt: skip


def older_than(engine: Engine, before: str) -> list[str]:
    """The live rounds that were opened before a moment, as cases."""
    query = select(cases.c.id).where(cases.c.id.in_(select(live_rounds.c.case)), cases.c.at < before)
    with reading(engine) as connection:
        return list(connection.execute(query).scalars())


def forget(engine: Engine, gone: Sequence[str]) -> None:
    """Removes live rounds, with what people wrote about them and what happened."""
    with writing(engine) as connection:
        for table in (case_events, case_heads):
            connection.execute(delete(table).where(table.c.chain.in_(gone)))
        connection.execute(delete(cases).where(cases.c.id.in_(gone)))  # all that belongs to them goes too
