"""The work of a case without its author: for those who rate it, and for those who learn on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.engine import Connection

from grader.review.base import files_of
from grader.review.grade import challenge_of
from grader.review.records import File
from grader.store.apart_tables import anchor_seeds
from grader.store.case_tables import cases
from grader.store.tables import runs

if TYPE_CHECKING:
    from grader.report.blind import Blind


def source_of(connection: Connection, file: File) -> str:
    """The name of the archive or folder that came in: it may say whose it is. An anchor's is that of its case."""
    anchor = select(cases.c.run).join(anchor_seeds, anchor_seeds.c.anchor == cases.c.id)
    run = connection.execute(anchor.where(anchor_seeds.c.case == file.case.id)).scalar() or file.case.run
    return connection.execute(select(runs.c.source).where(runs.c.run == run)).scalar() or ""


def blinded(file: File, source: str, files: Mapping[str, bytes] | None = None) -> tuple[Mapping[str, bytes], Blind]:
    """The files of the submission (`files`, where they are no run's), and what takes their author out of them. Raises
    UsageError where they are not on this machine."""
    from grader.report.blind import Blind, found_in, words_of

    files = files_of(file.case) if files is None else files
    hidden = Blind((file.case.candidate, source), words_of(challenge_of(file)), found_in(files))
    hidden.hide_paths(files)
    return files, hidden
