"""submissions/equivalent.yaml: changes of the reference that make no difference, as its author says."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from grader import junk
from grader.authoring.entries import REFERENCE
from grader.authoring.mutants import Mutant, mutants
from grader.challenge import strict_yaml
from grader.challenge.findings import Finding, advice, broken
from grader.challenge.strict import Strict
from grader.errors import ChallengeError

FILE = Path("submissions") / "equivalent.yaml"
PROMISE = "mutation"


class EquivalentMutant(Strict):
    """A mutant that no test can see, since nothing that is asked for changes."""

    file: str = Field(min_length=1)
    """Of the reference."""
    mutant: str = Field(pattern=r".+ → .+")
    """The change as `grade challenge check` prints it: `a < b → a <= b`."""
    function: str = ""
    """The function that it is in, where the same change can be made in another one, too."""
    line: str = ""
    """The line of the file that it begins on, where the function has the same change on another one, too."""
    occurrence: int | None = Field(default=None, ge=1)
    """Which of the same changes in the function it is, from the top, where the line's text does not say."""
    why: str = Field(min_length=10)
    """Why it makes no difference, for whoever reads the pack."""

    def is_of(self, mutant: Mutant) -> bool:
        same = (self.file, self.mutant) == (mutant.path, _change(mutant))
        on = self.line == "" or self.line.split() == mutant.text.split()
        return same and on and self.function in {"", mutant.function} and self.occurrence in {None, mutant.occurrence}


class _Entries(Strict):
    entries: list[EquivalentMutant]


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What is marked, each with the line where that stands."""

    entries: tuple[tuple[EquivalentMutant, str], ...] = ()

    def holds(self, mutant: Mutant) -> bool:
        return any(entry.is_of(mutant) for entry, _ in self.entries)

    def seen(self, killed: Sequence[Mutant]) -> list[Finding]:
        """A finding for each mark of a mutant which lost points."""
        return [
            broken(PROMISE, f"it is marked equivalent and loses points: take the mark away ({_places(lost)})", place)
            for entry, place in self.entries
            if (lost := [one for one in killed if entry.is_of(one)])
        ]


def load(root: Path) -> Marked:
    """What the pack in `root` marks; nothing where it has no such file. Raises ChallengeError with lines."""
    path = root / FILE
    if not path.exists():
        return Marked()
    data, lines = strict_yaml.load(path)
    if not isinstance(data, list):
        raise ChallengeError(f"{path}:1: expected a list of mutants (`- file: …`), found {type(data).__name__}.")
    below = {("entries", *at): line for at, line in lines.items()}
    entries = strict_yaml.validate(_Entries, {"entries": data}, below, str(path)).entries
    return Marked(entries=tuple((entry, f"{path}:{below['entries', number]}") for number, entry in enumerate(entries)))


def check(root: Path) -> list[Finding]:
    """Marks that no change of the reference in `root` bears. Runs nothing."""
    try:
        marked = load(root)
    except ChallengeError as problem:
        return [broken(PROMISE, line, "") for line in problem.message.splitlines()]
    known = [one for entry in dict.fromkeys(entry.file for entry, _ in marked.entries) for one in _of(root, entry)]
    return [
        finding
        for entry, place in marked.entries
        for finding in _of_a_mark(entry, place, [one for one in known if entry.is_of(one)], known)
    ]


def _of_a_mark(entry: EquivalentMutant, place: str, meant: list[Mutant], known: Sequence[Mutant]) -> list[Finding]:
    if not meant:
        return [broken(PROMISE, f"there is no such mutant of the reference{_near(entry, known)}", place)]
    if len(meant) == 1:
        return []
    text = f"{len(meant)} mutants bear this mark, in {_places(meant)}; where not each of them makes no difference, say"
    text += " which is meant: `function`, `line` (the text of its line) or `occurrence` (its number in the function)"
    return [advice(PROMISE, text, place)]


def _places(meant: Sequence[Mutant]) -> str:
    """`work.py:4, 9`; all are of the one file that a mark names."""
    return f"{meant[0].path}:{', '.join(str(line) for line in sorted({one.line for one in meant}))}"


def _of(root: Path, file: str) -> list[Mutant]:
    """All mutants of that file of the reference."""
    folder = root / REFERENCE
    there = {path.relative_to(folder).as_posix(): path for path in junk.files(folder)} if folder.is_dir() else {}
    return list(mutants(file, there[file].read_bytes())) if file in there and file.endswith(".py") else []


def _change(mutant: Mutant) -> str:
    return f"{mutant.before} → {mutant.after}"


def _near(entry: EquivalentMutant, known: Sequence[Mutant]) -> str:
    there = {_change(one): one for one in known if one.path == entry.file}
    if not there:
        return f": {REFERENCE}/{entry.file} is no Python file of it"
    if entry.mutant in there:
        same = [one for one in known if _change(one) == entry.mutant and one.path == entry.file]
        return "; that change is one of " + "; ".join(
            f"line {one.line}, occurrence {one.occurrence} in {one.function or 'no function'}: {one.text}"
            for one in sorted(same, key=lambda one: one.line)
        )
    near = difflib.get_close_matches(entry.mutant, there, n=1, cutoff=0.5)
    return f"; the nearest is {near[0]!r} in {there[near[0]].function or 'no function'}" if near else ""
