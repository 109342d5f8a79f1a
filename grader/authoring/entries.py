"""submissions/submissions.yaml: what a pack promises about the submissions it ships."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from grader import junk
from grader.challenge import strict_yaml
from grader.challenge.schema import Number
from grader.challenge.strict import Strict
from grader.errors import ChallengeError

REFERENCE = "solution"
FOLDER = "submissions"
FILE = Path(FOLDER) / "submissions.yaml"
KINDS = ("accepted", "rejected", "cheating", "injection", "claims")
"""Folders of `submissions/`: works, has a typical weakness, tries to forge a result, talks to the judge, states figures
(honest or invented) in its documents."""


class ShippedSubmission(Strict):
    """One shipped submission and what must come of it."""

    path: str = Field(min_length=1, pattern=r"^[^/\\].*$")
    """Folder or archive below `submissions/`."""
    base: Literal["", "solution"] = ""
    """`solution`: the folder holds only what differs from the reference, and is laid over it."""
    without: list[str] = []
    """Files of the reference that it does not have."""
    status: Literal["graded", "refused"]
    """What becomes of it: `graded`, or `refused` before anything runs."""
    objective: list[Number] = Field(default=[], max_length=2)
    """Lowest and highest share of the points that it may earn."""
    fails: list[str] = []
    """Hidden tests that must earn it nothing, as pytest names them."""
    weakness: str = ""
    """What is wrong with it, for readers."""
    figures: dict[Literal["stated", "reproduced", "differs", "cannot_run", "no_command", "fixed"], list[Number]] = {}
    """What its figures must come to: `stated` is how many, the others are shares of them, each from lowest to highest.
    Where it is given, the commands of the documents are run and no hidden test."""
    spread: Literal["", "weak", "typical", "strong", "cheat"] = ""
    """The level that it stands for: it is run on several variants of the data, and levels have to lie apart."""

    @model_validator(mode="after")
    def _consistent(self) -> ShippedSubmission:
        if ".." in Path(self.path).parts:
            raise ValueError("path leads out of submissions/")
        if self.without and not self.base:
            raise ValueError("`without` names files of a base: it needs `base: solution`")
        if any(len(ends) != 2 or not 0 <= ends[0] <= ends[1] for ends in self.figures.values()):
            turned = next((f"{mark}: {_turned(ends)}" for mark, ends in self.figures.items() if _turned(ends)), "")
            raise ValueError(turned or "`figures` gives each mark two numbers: `no_command: [lowest, highest]`")
        if self.figures:
            if self.status == "refused" or self.objective or self.fails or self.spread:
                raise ValueError(
                    "where `figures` is given no test is run, so neither `objective`, `fails` nor `spread`"
                )
        elif self.status == "refused":
            if self.objective or self.fails or self.spread:
                raise ValueError("a refused submission has no score, so neither `objective` nor `fails` nor `spread`")
        elif len(self.objective) != 2 or not 0 <= self.objective[0] <= self.objective[1] <= 1:
            turned = _turned(self.objective)
            needs = "a graded submission needs `objective: [lowest, highest]`, two shares from 0 to 1"
            raise ValueError(f"objective: {turned}" if turned else needs)
        return self

    @property
    def kind(self) -> str:
        """First folder of the path: `accepted`, `rejected`, `cheating`, `injection`."""
        return self.path.partition("/")[0]


def _turned(ends: Sequence[float]) -> str:
    """What to write where the greater of two numbers stands first; empty where it does not."""
    if len(ends) != 2 or ends[0] <= ends[1]:
        return ""
    return f"the lowest stands first: write [{ends[1]:g}, {ends[0]:g}]"


class _Entries(Strict):
    entries: list[ShippedSubmission]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An entry with the line where it stands."""

    entry: ShippedSubmission
    place: str
    root: Path
    """The pack's folder."""
    lines: Mapping[str | int, int] = field(default_factory=dict)
    """Line of each key of the entry, and of each of its failing tests by its number."""

    def at(self, key: str | int) -> str:
        """The place of that key, or of the failing test of that number; that of the entry where it has none."""
        return f"{self.place.rpartition(':')[0]}:{self.lines[key]}" if key in self.lines else self.place


def load_entries(root: Path) -> tuple[Listed, ...]:
    """What the pack in `root` promises; nothing where it ships no submissions. Raises ChallengeError with all that is
    wrong, a line each."""
    path = root / FILE
    if not path.exists():
        return ()
    data, lines = strict_yaml.load(path)
    if not isinstance(data, list):
        raise ChallengeError(f"{path}:1: expected a list of submissions (`- path: …`), found {type(data).__name__}.")
    below = {("entries", *at): line for at, line in lines.items()}
    listed, problems, paths = [], list[str](), list[tuple[str, str]]()
    for number, row in enumerate(data):  # one by one: what is wrong with an entry hides nothing of another
        try:
            (entry,) = strict_yaml.validate(_Entries, {"entries": [row]}, _of_row(below, number), str(path)).entries
        except ChallengeError as problem:
            said = row.get("path") if isinstance(row, dict) else None
            who = said if isinstance(said, str) and said else f"entry {number + 1}"
            problems += strict_yaml.of_entry(problem.message, "entries", who)
            paths += [(said, _at(path, below, number))] if isinstance(said, str) else []
            continue
        paths.append((entry.path, _at(path, below, number)))
        place, own = f"{path}:{below['entries', number]}", _of_keys(below, number)
        listed.append(Listed(entry=entry, place=place, root=root, lines=own))
    problems += _astray(root, paths) + _path_problems(root, listed)
    if problems:
        raise ChallengeError("\n".join(sorted(problems, key=_line_in(path))))
    return tuple(listed)


def _of_row(lines: Mapping[strict_yaml.Location, int], number: int) -> dict[strict_yaml.Location, int]:
    """The places of that entry, as those of the only one."""
    return {(at[0], 0, *at[2:]): line for at, line in lines.items() if at[1:2] == (number,)}


def _of_keys(lines: Mapping[strict_yaml.Location, int], number: int) -> dict[str | int, int]:
    """The lines of that entry's keys, and of what stands in the list of failing tests."""
    own = _of_row(lines, number)
    return {at[-1]: line for at, line in own.items() if len(at) == 3 or (len(at) == 4 and at[2] == "fails")}


def _line_in(path: Path) -> Callable[[str], int]:
    return lambda problem: int(problem.removeprefix(f"{path}:").partition(":")[0])


def _at(path: Path, lines: Mapping[strict_yaml.Location, int], number: int) -> str:
    """Where the path of that entry stands."""
    return f"{path}:{lines.get(('entries', number, 'path'), lines['entries', number])}"


def _astray(root: Path, paths: Sequence[tuple[str, str]]) -> list[str]:
    """Paths, each with its place, at which nothing lies, with the nearest that nothing else names."""
    folder = root / FOLDER
    free = sorted(_shipped(folder).difference(path for path, _ in paths))
    problems = []
    for said, place in paths:
        if ".." in Path(said).parts or Path(said).is_absolute() or (said and (folder / said).exists()):
            continue
        problems.append(f"{place}: there is nothing at submissions/{said}{_near(said, free)}")
    return problems


def _near(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that is none."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else "."


def nearest_test(name: str, known: Sequence[str]) -> str:
    """The end of a sentence about a hidden test that is none: a test of that name in another file, else of that file,
    else the nearest of all, without and with its file."""
    file, _, function = name.rpartition("::")
    near = [one for one in known if one.rpartition("::")[2] == function]
    near = near or difflib.get_close_matches(name, [one for one in known if one.startswith(f"{file}::")], n=1)
    own = {one.rpartition("::")[2]: one for one in known}
    near = near or [own[one] for one in difflib.get_close_matches(function, own, n=1)]
    near = near or difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _path_problems(root: Path, listed: Sequence[Listed]) -> list[str]:
    problems = [f"{one.place}: {problem}" for one in listed if one.entry.base for problem in _base_problems(root, one)]
    paths = [one.entry.path for one in listed]
    return problems + [
        f"{one.place}: {one.entry.path} stands twice." for n, one in enumerate(listed) if one.entry.path in paths[:n]
    ]


def _base_problems(root: Path, one: Listed) -> list[str]:
    """Why the changes of `one` cannot be laid over the reference."""
    changes, shown = root / FOLDER / one.entry.path, f"{FOLDER}/{one.entry.path}"
    if not (root / REFERENCE).is_dir():
        return [f"base: there is no {REFERENCE}/ to lay it over."]
    if changes.is_file():
        return [f"base: {shown} is a file; changes lie in a folder."]
    own, gone = _names(changes), set(one.entry.without)
    base = _names(root / REFERENCE)
    problems = [f"without: there is no {REFERENCE}/{name}{_near(name, base)}" for name in sorted(gone - base)]
    problems += [f"without: {name} lies in {shown} as well." for name in sorted(gone & own)]
    return problems + [
        f"base: {name} is a folder in one of {REFERENCE}/ and {shown} and a file in the other; name it in `without`."
        for name in sorted((own & _folders(base - gone)) | (_folders(own) & (base - gone)))
    ]


def same_as_base(root: Path, listed: Sequence[Listed]) -> list[tuple[Listed, str]]:
    """Files that lie among the changes and change nothing: they hide what the difference is."""
    return [
        (one, name)
        for one in listed
        if one.entry.base
        for name in sorted(_names(root / FOLDER / one.entry.path) & _names(root / REFERENCE))
        if (root / FOLDER / one.entry.path / name).read_bytes() == (root / REFERENCE / name).read_bytes()
    ]


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in junk.files(folder)}


def _folders(names: Iterable[str]) -> set[str]:
    return {parent.as_posix() for name in names for parent in Path(name).parents}


def unlisted(root: Path, listed: tuple[Listed, ...]) -> list[str]:
    """Submissions that are shipped (`submissions/<kind>/<name>`) but promised nothing about."""
    known = {one.entry.path for one in listed}
    return [
        path
        for path in sorted(_shipped(root / FOLDER))
        if path not in known and not any(one.startswith(path + "/") for one in known)
    ]


def _shipped(folder: Path) -> set[str]:
    """All that lies where a submission is looked for."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.glob("*/*")
        if not path.name.startswith((".", "__")) and junk.part(path.relative_to(folder).parts) is None
    }
