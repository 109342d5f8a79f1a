"""Skeletons of items to be rated: an entry for each level of a criterion, and a file to write its text into."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from grader import files, junk
from grader.authoring.entries import REFERENCE
from grader.authoring.shipped import STARTER
from grader.challenge import Pack, strict_yaml
from grader.challenge.named_files import matching
from grader.challenge.rubric import Criterion
from grader.errors import ChallengeError, UsageError, visible
from grader.ratings.items import Item, folder_of, load_items

MARK = "SKELETON: write the text of this item in place of this line"
"""A file that still holds it is no text to be rated."""
HEAD = """\
# Texts to rate, each for one criterion. `written_to` is what the author meant, never a label: raters do not see it.
schema: 1
items:
"""


@dataclass(frozen=True, kw_only=True)
class _Skeleton:
    id: str
    criterion: Criterion
    levels: tuple[int, ...]
    """One, or the two that it lies between."""
    file: str

    @property
    def entry(self) -> str:
        meant = f"written_to: {self.levels[0]}" if len(self.levels) == 1 else f"written_between: {list(self.levels)}"
        told = [
            textwrap.fill(
                f"Level {level}: {' '.join(self.criterion.levels[level].split())}",
                width=116, initial_indent="  # ", subsequent_indent="  #   ",
            )
            for level in self.levels
        ]  # fmt: skip
        line = f"  - {{id: {self.id}, criterion: {self.criterion.id}, files: [{self.file}], kind: authored, {meant}}}"
        return "\n".join([*told, line]) + "\n"


def write(challenge: Pack, criteria: Sequence[str], *, borderline: bool) -> list[Path]:
    """Adds the skeletons to the pack and returns what was written: items.yaml, then their files. `criteria`: of these
    only. Raises UsageError for a criterion that the rubric does not have, ChallengeError for an items.yaml that cannot
    be read or gone on with."""
    path = folder_of(challenge) / "items.yaml"
    there = load_items(challenge) if path.is_file() else ()
    taken = {item.id for item in there} | _folders(folder_of(challenge) / "items")
    made = [
        one
        for criterion in _wanted(challenge, criteria)
        for one in _of(challenge, criterion, taken, borderline=borderline)
    ]
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else HEAD
    text = before.rstrip("\n") + "\n" + "".join(one.entry for one in made)
    _check(text, path, len({item.id for item in there}) + len(made))
    written = [folder_of(challenge) / "items" / one.id / one.file for one in made]
    for one, target in zip(made, written, strict=True):
        files.write(target, MARK + "\n" + _begun(challenge, one.file))
    files.write(path, text)
    return [path, *written]


def _wanted(challenge: Pack, criteria: Sequence[str]) -> list[Criterion]:
    known = {criterion.id: criterion for criterion in challenge.rubric.criteria}
    for name in criteria:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else f". It has: {', '.join(known)}."
            raise UsageError(f"The rubric has no criterion {visible(name, 80)!r}{hint}")
    return [known[name] for name in dict.fromkeys(criteria)] or list(known.values())


def _of(challenge: Pack, criterion: Criterion, taken: set[str], *, borderline: bool) -> list[_Skeleton]:
    meant: list[tuple[int, ...]] = [(level,) for level in criterion.levels]
    meant += [*pairwise(criterion.levels)] if borderline else []
    file, made, number = _file(challenge, criterion), [], 0
    for levels in meant:
        while f"{criterion.id}-{(number := number + 1):02d}" in taken:
            pass
        made.append(_Skeleton(id=f"{criterion.id}-{number:02d}", criterion=criterion, levels=levels, file=file))
    return made


def _file(challenge: Pack, criterion: Criterion) -> str:
    """The file that its evidence names; where that is a pattern, the first of the reference that it holds for."""
    plain = next((glob for glob in criterion.evidence if not set(glob) & set("*?[")), None)
    held = matching(sorted(_files(challenge.root / REFERENCE)), criterion.evidence)
    return plain or next(iter(held), None) or criterion.evidence[0].replace("**/", "").replace("*", "work")


def _begun(challenge: Pack, name: str) -> str:
    """What candidates are given to begin that file with, where it is a document."""
    path = challenge.root / STARTER / name
    return path.read_text(encoding="utf-8", errors="replace") if path.suffix == ".md" and path.is_file() else ""


def _check(text: str, path: Path, many: int) -> None:
    """Entries are added at the end of the file as it stands; a file of another form is not taken apart."""
    try:
        data, _ = strict_yaml.loads(text.encode(), str(path))
        good = isinstance(data, dict) and len(data["items"]) == many
    except (ChallengeError, KeyError, TypeError):
        good = False
    if not good:
        raise ChallengeError(
            f"{path}: entries cannot be added at its end.",
            fix="Let `items:` be its last key, with entries that begin with two blanks and a hyphen.",
        )


def unwritten(challenge: Pack, known: Collection[Item]) -> list[str]:
    """The files of items that still are skeletons, each once."""
    folder = folder_of(challenge) / "items"
    return list(
        dict.fromkeys(
            str(folder / item.id / name)
            for item in known
            for name, content in item.content.items()
            if MARK.encode() in content
        )
    )


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in junk.files(folder)} if folder.is_dir() else set()


def _folders(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()
