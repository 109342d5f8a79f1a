"""What of a submission stands in works that ship with its challenge: packs are public, and a reference that is handed
in earns all that it earns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader import junk
from grader.challenge.starter import given
from grader.errors import visible

WORKS = ("solution", "submissions/accepted")
"""Folders of a pack that hold what earns points: a work, and a folder of works."""
LEAST_LINES, LEAST_SHARE = 20, 0.5
"""Telling lines of the candidate's own, and the share of them that another work holds too, from which on it is said."""
_TELLING = 16
"""Characters of a line that is not written twice by chance."""
_MOST_BYTES = 500_000
"""Of one file."""


def flags(submission: Mapping[str, bytes], root: Path, source: str) -> tuple[str, ...]:
    """A sentence where most lines of code that are not the starter's stand in one shipped work; none for what lies in
    the pack in `root` itself. Names that were changed throughout are not seen through."""
    if source and root.resolve() in Path(source).resolve().parents:
        return ()
    begun = set(_lines(given(root)))
    own = set(_lines(submission)) - begun
    if len(own) < LEAST_LINES:
        return ()
    shared = {place: len(own.intersection(_lines(files))) for place, files in _works(root)}
    place = max(shared, key=shared.__getitem__, default="")
    if not place or shared[place] < LEAST_SHARE * len(own):
        return ()
    share = f"{shared[place]} of {len(own)} lines of code that are not the starter's ({shared[place] / len(own):.0%})"
    return (f"{share} stand in {visible(place, 80)}, which ships with the challenge: ask how the work came about.",)


def _works(root: Path) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    solution, accepted = (root / name for name in WORKS)
    for folder in (solution, *(sorted(accepted.iterdir()) if accepted.is_dir() else ())):
        if folder.is_dir():
            paths = [path for path in junk.files(folder) if path.stat().st_size <= _MOST_BYTES]
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
            yield folder.relative_to(root).as_posix(), files


def _lines(files: Mapping[str, bytes]) -> Iterator[bytes]:
    """Lines of code that tell something, without what white space they have."""
    for path, content in files.items():
        if path.endswith(".py"):
            bare = (b"".join(line.split()) for line in content[:_MOST_BYTES].splitlines())
            yield from (line for line in bare if len(line) >= _TELLING)
