"""submissions/submissions.yaml: what a pack promises about the submissions it ships."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from grader import junk
from grader.challenge import strict_yaml
from grader.challenge.manifest import Number
from grader.challenge.strict_yaml import Strict
from grader.errors import ChallengeError

FILE = Path("submissions") / "submissions.yaml"
KINDS = ("accepted", "rejected", "cheating", "injection")
"""Folders of `submissions/`: works, has a typical weakness, tries to forge a result, talks to the judge."""


class ShippedSubmission(Strict):
    """One shipped submission and what must come of it."""

    path: str = Field(min_length=1, pattern=r"^[^/\\].*$")
    """Folder or archive below `submissions/`."""
    status: Literal["graded", "refused"]
    objective: list[Number] = Field(default=[], max_length=2)
    """Lowest and highest share of the points that it may earn."""
    fails: list[str] = []
    """Hidden tests that must earn it nothing, as pytest names them."""
    weakness: str = ""
    """What is wrong with it, for readers."""

    @model_validator(mode="after")
    def _consistent(self) -> ShippedSubmission:
        if ".." in Path(self.path).parts:
            raise ValueError("path leads out of submissions/")
        if self.status == "refused":
            if self.objective or self.fails:
                raise ValueError("a refused submission has no score, so neither `objective` nor `fails`")
        elif len(self.objective) != 2 or not 0 <= self.objective[0] <= self.objective[1] <= 1:
            raise ValueError("a graded submission needs `objective: [lowest, highest]`, two shares from 0 to 1")
        return self

    @property
    def kind(self) -> str:
        """First folder of the path: `accepted`, `rejected`, `cheating`, `injection`."""
        return self.path.partition("/")[0]


class _Entries(Strict):
    entries: list[ShippedSubmission]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An entry with the line where it stands."""

    entry: ShippedSubmission
    place: str


def load_entries(root: Path) -> tuple[Listed, ...]:
    """What the pack in `root` promises; nothing where it ships no submissions. Raises ChallengeError with lines."""
    path = root / FILE
    if not path.exists():
        return ()
    data, lines = strict_yaml.load(path)
    if not isinstance(data, list):
        raise ChallengeError(f"{path}:1: expected a list of submissions (`- path: …`), found {type(data).__name__}.")
    below = {("entries", *at): line for at, line in lines.items()}
    entries = strict_yaml.validate(_Entries, {"entries": data}, below, str(path)).entries
    listed = tuple(
        Listed(entry=entry, place=f"{path}:{below['entries', index]}") for index, entry in enumerate(entries)
    )
    _check_paths(root, listed)
    return listed


def _check_paths(root: Path, listed: tuple[Listed, ...]) -> None:
    problems = [
        f"{one.place}: there is nothing at submissions/{one.entry.path}."
        for one in listed
        if not (root / "submissions" / one.entry.path).exists()
    ]
    paths = [one.entry.path for one in listed]
    problems += [
        f"{one.place}: {one.entry.path} stands twice." for n, one in enumerate(listed) if one.entry.path in paths[:n]
    ]
    if problems:
        raise ChallengeError("\n".join(problems))


def unlisted(root: Path, listed: tuple[Listed, ...]) -> list[str]:
    """Submissions that are shipped (`submissions/<kind>/<name>`) but promised nothing about."""
    folder = root / "submissions"
    known = {one.entry.path for one in listed}
    shipped = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.glob("*/*")
        if not path.name.startswith((".", "__")) and junk.part(path.relative_to(folder).parts) is None
    )
    return [path for path in shipped if path not in known and not any(one.startswith(path + "/") for one in known)]
