"""What other systems say happened to candidates, as events of the store. Their exports are read; they are not asked.

Histories there can be edited, so an import is kept with its digest, and what changed since the last one is added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import csv_files
from grader.errors import UsageError, visible
from grader.store.hire import HireEvent

SOURCES = ("csv", "greenhouse", "lever", "ashby")


@dataclass(frozen=True, kw_only=True)
class File:
    """What was read of a file."""

    events: tuple[HireEvent, ...]
    digest: str
    """`sha256:…` of its bytes."""
    name: str


def read(path: Path, source: str) -> File:
    """The events in a file of one of SOURCES. Raises UsageError with the place of each fault."""
    from grader.analytics.imports import ashby, greenhouse, lever, table
    from grader.analytics.imports.document import Document

    if source == "csv":
        events = table.events(path)
    else:
        document = Document.read(path)
        events = {"greenhouse": greenhouse, "lever": lever, "ashby": ashby}[source].events(document)
        document.check()
    if not events:
        raise UsageError(f"{visible(str(path))}: nothing in it that happened to a candidate.")
    _in_order(path, events)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return File(events=tuple(events), digest=f"sha256:{digest}", name=path.name)


def _in_order(path: Path, events: Sequence[HireEvent]) -> None:
    """Raises UsageError for stages that were left before they were entered."""
    faults = [
        f"{visible(one.candidate, 60)}, {visible(one.name, 60)}: left {one.left_at}, entered {one.entered_at}"
        for one in events if one.left_at and one.left_at < one.entered_at
    ]  # fmt: skip
    if faults:
        raise UsageError(csv_files.report(path, faults))


def key(*parts: object) -> str:
    """What makes an event the same one when it comes again."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "backslashreplace")).hexdigest()


def chained(steps: Sequence[HireEvent]) -> list[HireEvent]:
    """Stages of one application by their entry, each left when the next was entered."""
    from dataclasses import replace

    ordered = sorted(steps, key=lambda one: one.entered_at)
    found = []
    for at, step in enumerate(ordered):
        following = ordered[at + 1].entered_at if at + 1 < len(ordered) else ""
        ends = following and not step.left_at
        found.append(replace(step, left_at=following, exit="advance") if ends else step)
    return found
