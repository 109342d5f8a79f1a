"""The submission's files for a page, and who wrote them for a blind one: read beside this process, within a budget.

Where a file takes too long to read, the page shows all of them as plain text, without colours and rendered documents.
Where even that fails, it lists their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader import aside
from grader.report.blind import Blind, found_in
from grader.report.code import File, Mark, PageBudget, files_of, listed_only
from grader.submission.person import Identities

_PLAIN = "shown plain: {} took too long to be read"


class Shown(NamedTuple):
    """Files as the page shows them, and of a blind page what was taken out of them, by kind."""

    files: list[File]
    found: Identities
    removed: Mapping[str, int]
    unread: bool = False
    """Whether the files could not be read: then nothing is known of who they say wrote them."""


def shown(
    files: Mapping[str, bytes], marks: Sequence[Mark], names: tuple[str, ...] | None, common: frozenset[str]
) -> Shown:
    """`files` for a page, blind for `names` (None: everything as it is)."""
    try:
        return aside.run(aside.SECONDS, show, files, marks, names, common)
    except aside.AsideError as problem:
        note = _PLAIN.format(problem.at or "a file")
    try:
        return aside.run(aside.SECONDS, show, files, marks, names, common, note)
    except aside.AsideError:
        return Shown(listed_only(files), Identities(), {}, unread=True)


def show(
    files: Mapping[str, bytes],
    marks: Sequence[Mark],
    names: tuple[str, ...] | None,
    common: frozenset[str],
    plain: str = "",
) -> Shown:
    """The work itself. `plain`: why there are neither colours nor rendered documents."""
    found = found_in(files) if names is not None else Identities()
    blind = Blind(names, common, found) if names is not None else None
    budget = PageBudget(plain=plain)
    if blind is None:
        return Shown(files_of(files, marks, budget=budget), found, {})
    blind.hide_paths(files)
    marks = [mark._replace(title=blind.own(mark.title)) for mark in marks]
    made = files_of(files, marks, mask=blind.work, name=blind.path, budget=budget)
    return Shown(made, found, blind.removed)


def warm() -> None:
    """Imports and compiles what files usually need."""
    from grader.pages.documents import rendered
    from grader.pages.highlight import highlighted

    rendered("# Title")
    for path in ("x.py", "x.yaml", "x.json"):
        highlighted(["x = 1"], path)
