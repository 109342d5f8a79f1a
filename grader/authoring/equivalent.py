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
from grader.challenge.findings import Finding, broken
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
    why: str = Field(min_length=10)
    """Why it makes no difference, for whoever reads the pack."""

    def is_of(self, mutant: Mutant) -> bool:
        same = (self.file, self.mutant) == (mutant.path, _change(mutant))
        return same and self.function in {"", mutant.function}


class _Entries(Strict):
    entries: list[EquivalentMutant]


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What is marked, each with the line where that stands."""

    entries: tuple[tuple[EquivalentMutant, str], ...] = ()

    def holds(self, mutant: Mutant) -> bool:
        return any(entry.is_of(mutant) for entry, _ in self.entries)

    def seen(self, killed: Sequence[Mutant]) -> list[Finding]:
        """A finding for each mark that a mutant which lost points bears."""
        text = "it is marked equivalent and loses points: take the mark away"
        return [
            broken(PROMISE, text, place) for entry, place in self.entries if any(entry.is_of(one) for one in killed)
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
        broken(PROMISE, f"there is no such mutant of the reference{_near(entry, known)}", place)
        for entry, place in marked.entries
        if not any(entry.is_of(one) for one in known)
    ]


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
    near = difflib.get_close_matches(entry.mutant, there, n=1, cutoff=0.5)
    return f"; the nearest is {near[0]!r} in {there[near[0]].function or 'no function'}" if near else ""
