"""The work of a case and what takes its author out of it: for those who rate it, and for those who learn on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from grader.review.base import files_of
from grader.review.grade import challenge_of
from grader.review.records import File
from grader.store.apart_tables import anchor_seeds
from grader.store.case_tables import cases
from grader.store.tables import runs


@dataclass(frozen=True, kw_only=True)
class Material:
    """The files of a submission, and what a blind page of them is made from. It is read beside the server's process:
    reading hostile files takes as long as they like."""

    files: Mapping[str, bytes] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    """What the run knows of the author."""
    common: frozenset[str] = field(repr=False)
    """The challenge's own words, which make nobody's name."""
    challenge: str
    version: str
    instruction: str = field(repr=False)
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What came of running the figures of the documents: the block of that name of the machine's grade."""


def source_of(connection: Connection, file: File) -> str:
    """The name of the archive or folder that came in: it may say whose it is. An anchor's is that of its case."""
    anchor = select(cases.c.run).join(anchor_seeds, anchor_seeds.c.anchor == cases.c.id)
    run = connection.execute(anchor.where(anchor_seeds.c.case == file.case.id)).scalar() or file.case.run
    return connection.execute(select(runs.c.source).where(runs.c.run == run)).scalar() or ""


def material_of(file: File, source: str, files: Mapping[str, bytes] | None = None) -> Material:
    """What a page of the work is made from; of `files`, where they are no run's. Raises UsageError where those of the
    case are not on this machine."""
    from grader.report.blind import words_of

    return Material(
        files=files_of(file.case) if files is None else files,
        names=tuple(name for name in (file.case.candidate, source) if name),
        common=words_of(challenge_of(file)),
        challenge=file.case.challenge,
        version=file.case.challenge_version,
        instruction=file.source.instruction,
        claims=file.source.machine.get("claims", {}) if files is None else {},
    )
