"""calibration/items.yaml and the items' files: pieces of work to be rated, each for one criterion or for several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from grader import junk
from grader.challenge import strict_yaml
from grader.challenge.named_files import matching
from grader.challenge.strict import Strict
from grader.errors import ChallengeError

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.challenge.rubric import Criterion

Kind = Literal["authored", "model", "candidate"]


class ItemEntry(Strict):
    """A piece of work to be rated, in the folder `items/ID`."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=80)
    """The folder below items/. Raters do not see it."""
    criterion: str = ""
    """The one that it is rated for."""
    criteria: list[str] = []
    """Instead, several of them; without either, each whose evidence its files hold."""
    files: list[str] = []
    """Of its folder; all without it."""
    kind: Kind = "candidate"
    """Who wrote it: a candidate, we (`authored`), or a `model`."""
    written_to: int | None = None
    """The level that its author meant. Never a label, and shown to no rater."""
    written_between: list[int] = Field(default=[], max_length=2)
    """Instead, for texts meant to lie between anchors: the lower and the higher level."""
    candidate: str = ""
    """Whose work it is; items of one candidate count together."""
    development: bool = False
    """Whether it shaped the prompt or the anchors: then it is never used for the gate."""
    note: str = ""
    """For whoever reads this file."""


class ItemsFile(Strict):
    """calibration/items.yaml as it is written."""

    version: int = Field(alias="schema", ge=1, le=1)
    """Of this file; 1."""
    items: list[ItemEntry]
    """Pieces of work to be rated."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A piece of work to be rated for one criterion; work for several is one of these for each, under the same id. What
    it was written to is its author's word and no label."""

    id: str
    criterion: str
    content: Mapping[str, bytes] = field(repr=False)
    """Relative path → content."""
    kind: Kind
    """Who wrote it: us (`authored`), a model, or a candidate."""
    written_to: int | None
    written_between: tuple[int, int] | None = None
    """The lowest and the highest level that its author had in mind, where it was meant to lie between anchors."""
    candidate: str
    """Whose work it is; items of one candidate are resampled together."""
    development: bool
    """Whether it shaped the prompt or the anchors: then it is never used for the gate."""


def folder_of(challenge: Pack) -> Path:
    return challenge.root / "calibration"


def load_items(challenge: Pack) -> tuple[Item, ...]:
    """The pack's items, in the order of items.yaml: one for each criterion that an entry names, or, where it names
    none, for each whose evidence its files hold. Raises ChallengeError with file and line for what is wrong."""
    path = folder_of(challenge) / "items.yaml"
    if not path.is_file():
        raise ChallengeError(
            f"{path} is missing: there is nothing to calibrate the judge with.",
            fix="See docs/calibrating.md for its form.",
        )
    data, lines = strict_yaml.load(path)
    file = strict_yaml.validate(ItemsFile, data, lines, str(path))
    problems: list[str] = []
    seen: dict[str, int] = {}
    items: list[Item] = []
    for index, entry in enumerate(file.items):
        line = lines.get(("items", index), 1)
        found, problem = _items(entry, challenge)
        if entry.id in seen:
            problem = f"the item {entry.id!r} stands twice (first in line {seen[entry.id]})"
        seen.setdefault(entry.id, line)
        if problem:
            problems.append(f"{path}:{line}: {problem}.")
        items += found
    if problems:
        raise ChallengeError("\n".join(problems))
    return tuple(items)


def _items(entry: ItemEntry, challenge: Pack) -> tuple[list[Item], str]:
    known = {criterion.id: criterion for criterion in challenge.rubric.criteria}
    named = list(dict.fromkeys([*entry.criteria, *([entry.criterion] if entry.criterion else [])]))
    strange = next((name for name in named if name not in known), None)
    if strange is not None:
        return [], f"the rubric has no criterion {strange!r}"
    if entry.criterion and entry.criteria:
        return [], "it has both `criterion` and `criteria`; keep one"
    if entry.written_to is not None and len(named) != 1:
        return [], "written_to is a level of one criterion, and this item is for several"
    if entry.written_to is not None and entry.written_to not in known[named[0]].levels:
        return [], f"written_to {entry.written_to} is no level of {named[0]}"
    if problem := _wrong_range(entry, named, known):
        return [], problem
    folder = folder_of(challenge) / "items" / entry.id
    names = entry.files or [path.relative_to(folder).as_posix() for path in junk.files(folder)]
    wrong = next((name for name in names if not _is_inside(folder, name)), None)
    if wrong is not None or not names:
        return [], f"items/{entry.id}/{wrong or ''} is not a file there"
    if len(named) == 1:
        return [_made(entry, named[0], folder, names)], ""
    held = {name: matching(names, known[name].evidence) for name in named or known}
    bare = next((name for name in named if not held[name]), None)
    if bare is not None or not any(held.values()):
        return [], f"items/{entry.id}/ has no file that is evidence for {bare or 'any criterion'}"
    return [_made(entry, name, folder, paths) for name, paths in held.items() if paths], ""


def _wrong_range(entry: ItemEntry, named: list[str], known: Mapping[str, Criterion]) -> str:
    if not entry.written_between:
        return ""
    between = _between(entry)
    if entry.written_to is not None:
        return "it has both written_to and written_between; keep one"
    if len(named) != 1:
        return "written_between is a range of one criterion, and this item is for several"
    if between is None or between[0] >= between[1] or not {*between} <= {*known[named[0]].levels}:
        found = entry.written_between
        return f"written_between {found} is no range of levels of {named[0]}: give the lower, then the higher"
    return ""


def _between(entry: ItemEntry) -> tuple[int, int] | None:
    low, high = entry.written_between if len(entry.written_between) == 2 else (0, 0)
    return (low, high) if low else None


def _is_inside(folder: Path, name: str) -> bool:
    plain = PurePosixPath(name)
    path = folder / name
    return not plain.is_absolute() and ".." not in plain.parts and path.is_file() and not path.is_symlink()


def _made(entry: ItemEntry, criterion: str, folder: Path, names: Iterable[str]) -> Item:
    return Item(
        id=entry.id,
        criterion=criterion,
        content={name: (folder / name).read_bytes() for name in sorted(names)},
        kind=entry.kind,
        written_to=entry.written_to,
        written_between=_between(entry),
        candidate=entry.candidate,
        development=entry.development,
    )
