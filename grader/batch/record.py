"""From results on disk to the store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch import blind
from grader.batch.blind import Known
from grader.errors import InfrastructureError, UsageError, visible
from grader.network import without_secrets
from grader.store.folder import evidence_digest, read_result
from grader.store.people import called

if TYPE_CHECKING:
    from grader.store.store import Recorded, Store


_LISTED = 20


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


def ran_here(store: Store, folder: Path) -> bool:
    """Whether the result in `folder` is of a run that the store knows; one that cannot be read is of none. Raises
    InfrastructureError."""
    try:
        return store.ran(read_result(folder))
    except (UsageError, LookupError, TypeError, AttributeError):  # whoever laid it there is no reason to stop
        return False


class Ours:
    """Which results in folders are of runs that the store knows; the others are noted, to be said at the end."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self.strange: list[str] = []
        """Names of the folders whose result is of no run that the store knows."""

    def __call__(self, folder: Path) -> bool:
        """Where the store went away meanwhile, nothing is known. Raises what opening the store raises."""
        store = self._store()
        with contextlib.suppress(InfrastructureError):
            if ran_here(store, folder):
                return True
        self.strange.append(folder.name)
        return False

    @property
    def problems(self) -> list[str]:
        if not self.strange:
            return []
        shown = ", ".join(visible(name, 60) for name in sorted(self.strange)[:_LISTED])
        more = f" and {len(self.strange) - _LISTED} more" if len(self.strange) > _LISTED else ""
        said = (
            f"Graded again, for what lay there is of no run that this store knows (killed, or not ours): {shown}{more}."
        )
        return [said]
