"""Candidates' work that people have rated in reviews, as items of a calibration: what a grading judges, and no copy."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader import junk
from grader.challenge.named_files import matching
from grader.errors import GraderError
from grader.ratings.items import Item
from grader.ratings.table import Rating

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.challenge import Pack
    from grader.challenge.rubric import Criterion
    from grader.review.labels import Reviewed

_SHIPPED = ("submissions", "solution", "starter")
"""Folders of a pack with work that its authors wrote."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A whole submission, as the judge reads it in a grading."""

    files: Mapping[str, bytes] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    pack: Pack = field(repr=False)
    """What it answers."""


@dataclass(frozen=True, kw_only=True)
class RealItems:
    """What reviews brought. An item's id is its case's."""

    items: tuple[Item, ...] = ()
    ratings: tuple[Rating, ...] = ()
    works: Mapping[str, Work] = field(default_factory=dict, repr=False)
    chosen: frozenset[str] = frozenset()
    """Items that were picked for a second rating by what was known of them."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Why ratings are no labels of the criterion as it is now → how many."""


def same_question(before: Criterion | None, now: Criterion) -> bool:
    """Whether a level given by `before` is a level of `now`: the same question, anchors and files."""
    return before is not None and (before.question, before.levels, before.evidence) == (
        now.question, now.levels, now.evidence,
    )  # fmt: skip


def same_anchors(one: Criterion, other: Criterion | None) -> bool:
    """Whether two packs ask the same by the same anchors; the files that show it may be others."""
    return other is not None and (one.question, one.levels) == (other.question, other.levels)


def real_items(pack: Pack, reviewed: Sequence[Reviewed], *, shared_with: Pack | None = None) -> RealItems:
    """The work of `reviewed` whose files are on this machine, for each criterion that is still the one it was rated by.
    Whoever handed in what the pack ships handed in its authors' text, and it counts as theirs. `shared_with`: only for
    criteria that this other pack has, too."""
    shipped = frozenset(_shipped(pack))
    theirs = {one.id: one for one in (shared_with or pack).rubric.criteria}
    wanted = [one for one in pack.rubric.criteria if same_anchors(one, theirs.get(one.id))]
    items: list[Item] = []
    ratings: list[Rating] = []
    works: dict[str, Work] = {}
    left_out: Counter[str] = Counter()
    for one in reviewed:
        work = _work(one, pack)
        for criterion in wanted:
            own = [row for row in one.ratings if row.criterion == criterion.id]
            why = "its files are not on this machine" if work is None else ""
            why = why or ("" if same_question(one.criteria.get(criterion.id), criterion) else "rated by other anchors")
            if why or work is None:
                left_out[why] += len(own)
            elif own:
                items.append(_item(one, criterion, work, pack.submission.required, shipped))
                ratings += own
                works[one.case.id] = work
    return RealItems(
        items=tuple(items),
        ratings=tuple(ratings),
        works=works,
        chosen=frozenset(one.case.id for one in reviewed if one.chosen),
        left_out={why: n for why, n in left_out.items() if n},
    )


def _work(one: Reviewed, pack: Pack) -> Work | None:
    from grader.review.base import files_of

    try:
        return Work(files=files_of(one.case), claims=one.claims, pack=pack)
    except GraderError:
        return None


def _item(one: Reviewed, criterion: Criterion, work: Work, required: Sequence[str], shipped: Collection[str]) -> Item:
    named = matching(work.files, criterion.evidence, required)
    content = {path: work.files[path] for path in named}
    copied = bool(content) and all(_digest(text) in shipped for text in content.values())
    return Item(
        id=one.case.id,
        criterion=criterion.id,
        content=content,
        kind="authored" if copied else "candidate",
        written_to=None,
        candidate=one.candidate,
        development=False,
    )


def _shipped(pack: Pack) -> Iterator[str]:
    for name in _SHIPPED:
        folder = pack.root / name
        for path in junk.files(folder) if folder.is_dir() else ():
            yield _digest(path.read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
