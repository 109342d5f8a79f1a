"""What the grader wrote into a folder that is graded now: left out, so that the same work stays the same submission."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grader import own_files
from grader.submission.entries import Entry, Kind, Source
from grader.submission.limits import IntakeLimits, Meter

REASON = "written by the grader"
_DATABASES = (".db", ".sqlite", ".sqlite3")
_MOST_STORES = 3
_MOST_MARKERS = 20
_MOST_MARKER_BYTES = 4_000_000
"""More and larger ones are looked at like any other file: reading them is work that a candidate can cause."""


def leave_out_own(
    kept: Sequence[Entry], source: Source, limits: IntakeLimits, given: Sequence[str] = ()
) -> tuple[list[Entry], list[tuple[str, str, Entry]]]:
    """Splits entries like `leave_out`. `given` are paths in the source that this run itself writes to."""
    paths = [entry.path for entry in kept if entry.kind is Kind.FILE]
    ours = set(given) & set(paths)
    for store in _stores(kept, source, limits):
        ours |= set(own_files.with_sides(store)) & set(paths)
    outputs = (*given, *_outputs(kept, source, limits))
    for folder in outputs:
        ours |= own_files.of_result(folder, paths)
    ours |= _reviews(outputs, kept, source, limits) & set(paths)
    if not ours:
        return list(kept), []
    shared = {folder for path in paths if path not in ours for folder in _folders(path)}
    parts = {path: next((folder for folder in _folders(path) if folder not in shared), path) for path in ours}
    left = [(parts[entry.path], REASON, entry) for entry in kept if entry.path in ours]
    return [entry for entry in kept if entry.path not in ours], left


def within(root: Path, own: Iterable[Path]) -> tuple[str, ...]:
    """Those of `own` that lie below the folder `root`, relative to it."""
    top = root.resolve()
    resolved = (path.resolve() for path in own)
    return tuple(path.relative_to(top).as_posix() for path in resolved if path != top and path.is_relative_to(top))


def _outputs(kept: Sequence[Entry], source: Source, limits: IntakeLimits) -> list[str]:
    """Folders in the source that are the output of a grading, by the content of their markers."""
    markers = {
        entry.index: name
        for entry in kept
        for name in own_files.MARKERS
        if entry.kind is Kind.FILE and f"/{entry.path}".endswith(f"/{name}") and entry.size <= _MOST_MARKER_BYTES
    }
    wanted = [entry for entry in kept if entry.index in markers][:_MOST_MARKERS]
    if not wanted:
        return []
    meter = Meter(replace(limits, max_bytes=_MOST_MARKERS * limits.max_file_bytes))
    return [
        entry.path.removesuffix(markers[entry.index]).rstrip("/")
        for entry, content in source.contents(wanted, meter)
        if own_files.is_result(markers[entry.index], content)
    ]


def _reviews(outputs: Iterable[str], kept: Sequence[Entry], source: Source, limits: IntakeLimits) -> set[str]:
    """What people's reviews keep beside output folders, by content: a name alone hides nothing."""
    names = {name for folder in outputs if folder for name in own_files.beside(folder)}
    wanted = [entry for entry in kept if entry.kind is Kind.FILE and entry.path in names][:_MOST_MARKERS]
    if not wanted:
        return set()
    meter = Meter(replace(limits, max_bytes=_MOST_MARKERS * limits.max_file_bytes))
    found = [entry.path for entry, content in source.contents(wanted, meter)
             if own_files.is_review(entry.path, content)]  # fmt: skip
    return {path for name in found for path in own_files.with_sides(name)}


def _stores(kept: Sequence[Entry], source: Source, limits: IntakeLimits) -> list[str]:
    """Databases in the source that are stores of ours, by their content: they name people, and hold their grades. What
    a store was told last may stand beside it."""
    small = {one.path: one for one in kept if one.kind is Kind.FILE and one.size <= limits.max_file_bytes}
    named = [path for path in small if path.lower().endswith(_DATABASES)][:_MOST_STORES]
    wanted = [small[part] for path in named for part in (path, f"{path}-wal") if part in small]
    if not wanted:
        return []
    meter = Meter(replace(limits, max_bytes=2 * _MOST_STORES * limits.max_file_bytes))
    content = {entry.path: data for entry, data in source.contents(wanted, meter)}
    return [path for path in named if own_files.is_database(content[path] + content.get(f"{path}-wal", b""))]


def _folders(path: str) -> list[str]:
    """The folders around a file, the highest first."""
    return [path[:at] for at, character in enumerate(path) if character == "/"]
