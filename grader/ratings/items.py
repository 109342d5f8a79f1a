"""calibration/items.yaml and the items' files: pieces of work to be rated, each for one criterion or for several."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
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
    rows = data.get("items") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        strict_yaml.validate(ItemsFile, data, lines, str(path))
    problems = _of_head(data, lines, path)
    seen: dict[str, int] = {}
    items: list[Item] = []
    for index, row in enumerate(rows or ()):  # one by one: what is wrong with an entry hides nothing of another
        line = lines.get(("items", index), 1)
        found, wrong = _of_row(row, index, lines, challenge)
        name = row.get("id") if isinstance(row, dict) else None
        if name in seen:
            wrong = [*wrong, f"{path}:{line}: the item {name!r} stands twice (first in line {seen[name]})."]
        seen |= {name: line} if isinstance(name, str) and name not in seen else {}
        problems += wrong
        items += found
    if problems:
        raise ChallengeError("\n".join(problems))
    return tuple(items)


def _of_head(data: dict[str, object], lines: Mapping[strict_yaml.Location, int], path: Path) -> list[str]:
    """What is wrong beside the entries."""
    try:
        strict_yaml.validate(ItemsFile, {**data, "items": []}, lines, str(path))
    except ChallengeError as problem:
        return problem.message.splitlines()
    return []


def _of_row(
    row: object, index: int, lines: Mapping[strict_yaml.Location, int], challenge: Pack
) -> tuple[list[Item], list[str]]:
    """The items of an entry, or all that is wrong with it: a wrong key does not hide a wrong name."""
    path = folder_of(challenge) / "items.yaml"
    own = {(at[0], 0, *at[2:]): line for at, line in lines.items() if at[:1] == ("items",) and at[1:2] == (index,)}

    def at(key: str) -> str:
        return f"{path}:{own.get(('items', 0, key), own.get(('items', 0), 1))}"

    try:
        (entry,) = strict_yaml.validate(ItemsFile, {"schema": 1, "items": [row]}, own, str(path)).items
    except ChallengeError as problem:
        name = row.get("id") if isinstance(row, dict) else None
        said = strict_yaml.of_entry(problem.message, "items", name if isinstance(name, str) else f"item {index + 1}")
        return [], said + [f"{at(key)}: {_ended(text)}" for key, text in _strange(row, challenge)]
    names = [f"{at(key)}: {_ended(text)}" for key, text in _strange(row, challenge)]
    found, wrong = ([], "") if names else _items(entry, challenge)
    return found, names + ([f"{at('')}: {_ended(wrong)}"] if wrong else [])


def _strange(row: object, challenge: Pack) -> Iterator[tuple[str, str]]:
    """Names in an entry of what is not there, by their key: criteria, and the folder that its id is."""
    if not isinstance(row, dict):
        return
    known = [criterion.id for criterion in challenge.rubric.criteria]
    criteria = row.get("criteria")
    for key, name in [("criterion", row.get("criterion")), *(("criteria", one) for one in _list(criteria))]:
        if isinstance(name, str) and name and name not in known:
            yield key, f"the rubric has no criterion {name!r}{_near(name, known)}"
    folder = folder_of(challenge) / "items"
    there = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    name = row.get("id")
    if isinstance(name, str) and name not in there:
        yield "id", f"there is no folder items/{name}{_near(name, there)}"


def _ended(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _items(entry: ItemEntry, challenge: Pack) -> tuple[list[Item], str]:
    known = {criterion.id: criterion for criterion in challenge.rubric.criteria}
    named = list(dict.fromkeys([*entry.criteria, *([entry.criterion] if entry.criterion else [])]))
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
        there = [path.relative_to(folder).as_posix() for path in junk.files(folder)]
        return [], f"items/{entry.id}/{wrong or ''} is not a file there{_near(wrong or '', there)}"
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
