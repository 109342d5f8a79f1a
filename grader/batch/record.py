"""From results on disk to the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch import blind
from grader.batch.blind import Known
from grader.network import without_secrets
from grader.store.folder import evidence_digest, read_result
from grader.store.people import called

if TYPE_CHECKING:
    from grader.store.store import Recorded, Store


@dataclass(frozen=True, kw_only=True)
class Result:
    """A result on disk, and whose it is where a batch made it."""

    folder: Path
    known: Known | None = None
    kept: Path | None = None
    """Where the result stays, when `folder` is only a copy of it."""
    source: str = ""
    """What was graded, where no batch knows it."""


def known_results(folder: Path) -> Iterator[Result]:
    """The result in `folder`, or those of the batch that `folder` is the output of. Raises UsageError."""
    people = blind.load(folder)
    if not people:
        yield Result(folder=folder)
    for one in people:
        if (folder / one.entry.name / "grade.json").is_file():
            yield Result(folder=folder / one.entry.name, known=one)


def record(store: Store, result: Result, *, why: str, added: bool = False) -> Recorded:
    """Keeps `result` in the store. `added`: nobody here saw it run. Raises UsageError, InfrastructureError."""
    from grader.result.evidence import load_levels
    from grader.store.store import About

    known, folder = result.known, result.folder.absolute()
    kept = (result.kept or folder).absolute()
    about = About(
        folder=str(kept),
        evidence=evidence_digest(folder),
        candidate=known.entry.candidate if known else called(result.source),
        blind=known.id if known else "",
        source=without_secrets(known.entry.source if known else result.source),
        batch=str(kept.parent) if known else "",
        why=why,
        added=added,
    )
    return store.record(read_result(folder), about, judged=load_levels(folder))
