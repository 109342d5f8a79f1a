"""What a person would not count as part of a submission: version history, installed packages, caches, system files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader import junk
from grader.records import LeftOut
from grader.submission.entries import Entry, Kind

_MOST_RECORDS = 100
_DEEPEST = 32
"""Names of a path that are searched for a virtual environment; deeper ones are refused anyway, or left out already."""


def leave_out(entries: Sequence[Entry]) -> tuple[list[Entry], list[tuple[str, str, Entry]]]:
    """Splits entries into those kept and those left out; the latter with the path of the part and the reason."""
    kept: list[Entry] = []
    left: list[tuple[str, str, Entry]] = []
    for entry in entries:
        part = _part_by_name(entry)
        if part is None:
            kept.append(entry)
        else:
            left.append((*part, entry))
    environments = _environments(kept)
    if not environments:
        return kept, left
    remaining = []
    for entry in kept:
        root = _root_of(entry.path, environments)
        if root is None:
            remaining.append(entry)
        else:
            left.append((root, junk.ENVIRONMENT, entry))
    return remaining, left


def _part_by_name(entry: Entry) -> tuple[str, str] | None:
    if entry.kind is Kind.SUBMODULE:
        return entry.path, "a git submodule, whose files are in another repository"
    return junk.part(entry.path.split("/"))


def _environments(kept: Sequence[Entry]) -> set[str]:
    """Folders with a `pyvenv.cfg`, but none that holds the whole submission: nothing would be left of it."""
    roots = {entry.path.rpartition("/")[0] for entry in kept if entry.path.endswith("/pyvenv.cfg")}
    if not roots:
        return roots
    common = common_folder(entry.path for entry in kept if entry.kind is not Kind.FOLDER)
    return {root for root in roots if not f"{common}/".startswith(f"{root}/")}


def _root_of(path: str, environments: set[str]) -> str | None:
    names = path.split("/", _DEEPEST)
    for depth in range(1, len(names) + 1):
        root = "/".join(names[:depth])
        if root in environments:
            return root
    return None


def common_folder(paths: Iterable[str]) -> str:
    """The deepest folder that holds all `paths`; empty where they share none."""
    folders = [path.split("/")[:-1] for path in paths]
    if not folders:
        return ""
    first, last = min(folders), max(folders)
    shared = 0
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    return "/".join(first[:shared])


def left_out_records(left: Iterable[tuple[str, str, Entry]], top: str) -> tuple[LeftOut, ...]:
    """One record for each part that was left out, with its files and declared bytes, paths relative to folder `top`."""
    sums: dict[tuple[str, str], list[int]] = {}
    for path, reason, entry in left:
        counted = sums.setdefault((path.removeprefix(f"{top}/") if top else path, reason), [0, 0])
        if entry.kind is not Kind.FOLDER:
            counted[0] += 1
            counted[1] += entry.size
    records = [
        LeftOut(path=path, files=files, bytes=size, reason=reason)
        for (path, reason), (files, size) in sorted(sums.items())
    ]
    return tuple(_summed(records))


def _summed(records: list[LeftOut]) -> list[LeftOut]:
    """At most a hundred records and a sum of the rest: a report is no place for thousands."""
    if len(records) <= _MOST_RECORDS:
        return records
    rest = records[_MOST_RECORDS:]
    total = LeftOut(
        path="…",
        files=sum(record.files for record in rest),
        bytes=sum(record.bytes for record in rest),
        reason=f"{len(rest)} more of these kinds",
    )
    return [*records[:_MOST_RECORDS], total]
