"""What lies in a pack as a submission: the reference, the starter, and what it ships. The one way to read one of them,
also where only its changes against the reference lie there."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader import files, junk, scratch
from grader.authoring.entries import FOLDER, REFERENCE, Listed
from grader.challenge import Pack
from grader.errors import UsageError, visible
from grader.grading.intake import check_complete, take_in
from grader.records import Submission

STARTER = "starter"
TESTS = "tests"
"""Where the hidden tests are asked for instead of a submission."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One of them."""

    name: str
    """`solution`, `starter`, or a path below `submissions/`."""
    place: Path
    """Where its files lie, or those that differ from the reference's."""
    promise: Listed | None = None
    """What must come of it; None for the reference, the starter and what is not listed."""

    @contextlib.contextmanager
    def whole(self) -> Iterator[Path]:
        """A folder or archive with all of its files, there as long as this is open."""
        if self.promise is None or not self.promise.entry.base:
            yield self.place
            return
        reference = self.promise.root / REFERENCE
        with scratch.folder("work") as room:
            folder = room / self.place.name
            for path in junk.files(reference):
                name = path.relative_to(reference)
                if name.as_posix() not in self.promise.entry.without:
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, folder / name)
            shutil.copytree(self.place, folder, symlinks=True, dirs_exist_ok=True)
            yield folder


def of(one: Listed) -> Work:
    """The listed submission."""
    return Work(name=one.entry.path, place=one.root / FOLDER / one.entry.path, promise=one)


def find(root: Path, listed: Sequence[Listed], name: str) -> Work:
    """What is called `name` in the pack in `root`. Raises UsageError where there is no such thing."""
    wanted = name.rstrip("/").removeprefix(f"{FOLDER}/")
    promised = next((one for one in listed if one.entry.path == wanted), None)
    if promised is not None:
        return of(promised)
    place = root / wanted if wanted in {REFERENCE, STARTER} else root / FOLDER / wanted
    if not wanted or ".." in Path(wanted).parts or not place.exists():
        raise UsageError(f"There is no submission {visible(name)!r} in {root}.")
    return Work(name=wanted, place=place)


@contextlib.contextmanager
def over_starter(root: Path) -> Iterator[Path]:
    """A folder with the starter of the pack in `root` and the reference laid over it, as a candidate has both."""
    with scratch.folder("work") as room:
        for part in (STARTER, REFERENCE):
            for path in junk.files(root / part):
                place = room / "work" / path.relative_to(root / part)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)
        yield room / "work"


def read(challenge: Pack, work: Work, *, required: bool = True) -> Submission:
    """The submission as `grade` reads it; without `required` it may lack files. Raises RefusedError."""
    with work.whole() as path:
        submission = replace(take_in(path, challenge), source=str(work.place))
    if required:
        check_complete(submission, challenge)
    return submission


def write(challenge: Pack, work: Work, folder: Path) -> list[Path]:
    """Puts all files of the submission into the new `folder`, and says which. Raises UsageError where the folder is
    there already, InfrastructureError where it cannot be written."""
    return _write(read(challenge, work, required=False).files, folder)


def write_tests(challenge: Pack, folder: Path) -> list[Path]:
    """Puts the hidden tests, with all that is laid beside them, into the new `folder`. As `write`."""
    return _write(challenge.laid, folder)


def _write(contents: Mapping[str, bytes], folder: Path) -> list[Path]:
    if folder.exists():
        raise UsageError(f"{folder} is there already.")
    for name, content in contents.items():
        files.write(folder / name, content)
    return [folder / name for name in contents]
