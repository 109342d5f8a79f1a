"""Authored texts of a challenge's calibration as cases to norm by: nobody sent them, and no list of cases has them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from grader.challenge import Pack
from grader.ratings.items import Item
from grader.result import evidence
from grader.review.records import Case
from grader.store.apart_tables import authored_items
from grader.store.case_tables import case_sources, cases


def case_of(connection: Connection, pack: Pack, item: Item, *, new: str, at: str) -> str:
    """The case of an authored text; made, with the id `new`, where there is none of the same text and rubric yet."""
    files = {path: base64.b64encode(content).decode() for path, content in item.content.items()}
    source = json.dumps(evidence.snapshot(pack), ensure_ascii=False)
    digest = f"sha256:{sha256(json.dumps([item.id, files, source]).encode()).hexdigest()}"
    known = select(authored_items.c.case).where(authored_items.c.digest == digest)
    if (found := connection.execute(known).scalar()) is not None:
        return str(found)
    case = Case(id=new, run=new, challenge=pack.id, challenge_version=pack.version,
                challenge_digest=pack.digest, submission_digest=digest, candidate="", blind="", folder="",
                state="collecting", round=1, minimum=2, bar_raiser=False, early_why="", at=at)  # fmt: skip
    connection.execute(insert(cases).values(asdict(case)))
    connection.execute(insert(case_sources).values(case=new, challenge=source, instruction=pack.asked, machine="{}"))
    row = {"case": new, "item": item.id, "digest": digest, "files": json.dumps(files)}
    connection.execute(insert(authored_items).values(row))
    return new


def named(connection: Connection, wanted: list[str]) -> dict[str, str]:
    """Case → the id of the authored text that it is, of those that are one."""
    query = select(authored_items.c.case, authored_items.c.item).where(authored_items.c.case.in_(wanted))
    return {row.case: row.item for row in connection.execute(query)}


def files_of(connection: Connection, case: str) -> Mapping[str, bytes] | None:
    """The files of an authored text; None for a case that is none."""
    found = connection.execute(select(authored_items.c.files).where(authored_items.c.case == case)).scalar()
    return {path: base64.b64decode(content) for path, content in json.loads(found).items()} if found else None
