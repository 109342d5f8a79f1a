"""A submission read for a page, in a process that can be ended: its lines, its files as HTML, what stands out in it.

Where a file takes too long, all are shown plain, without colours, rendered documents, figures and counts; where even
that fails, files are only listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from grader import aside
from grader.aside import AsideError
from grader.aside.serving import busy_with
from grader.challenge.starter import INSTRUCTION
from grader.claims import figures
from grader.pages.decode import decode
from grader.pages.text import count, listed, size
from grader.ratings.places import Work
from grader.report import source as report_source
from grader.report import speech
from grader.report.blind import Blind, found_in
from grader.report.code import File, Mark, PageBudget, files_of, listed_only
from grader.report.speech import Spoken
from grader.web import facts, findings
from grader.web.standing import Standing, standing, taken_away

if TYPE_CHECKING:
    from grader.review.blinded import Material

_DATA_BYTES = 40_000
"""A data file above this is folded away: its counts are said, its text stays one click away."""
_DATA = (*facts.DATA, ".npy", ".npz", ".pkl", ".bin", ".parquet", ".safetensors", ".lock")
_OPENED = 100_000
"""Lines of a file that stands alone on its page."""
GIVEN = "given"
"""What the ids of the starter's files begin with."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a page is made from, as the helper needs it."""

    files: Mapping[str, bytes] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    common: frozenset[str] = field(repr=False)
    given: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The starter; empty where it is not known."""
    marks: Sequence[Mark] = ()
    spoken: Sequence[Spoken] = ()


class Given(NamedTuple):
    """A file of the starter: what it holds, in counts."""

    path: str
    holds: str


class Read(NamedTuple):
    """A submission as a page shows it; paths are those of the page, without names."""

    files: tuple[File, ...]
    texts: Mapping[str, tuple[str, ...]] = {}
    removed: Mapping[str, int] = {}
    shown: Mapping[str, str] = {}
    """The file's own path → that of the page."""
    figures: tuple[figures.Figure, ...] = ()
    terms: tuple[findings.Term, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    stands: Mapping[str, Standing] = {}
    given: tuple[Given, ...] = ()
    given_files: tuple[File, ...] = ()
    gone: tuple[str, ...] = ()
    """Files of the starter that are not handed in."""

    @property
    def summary(self) -> str:
        """How the work stands to the starter, in counts."""
        stands = Counter(stand.stand for stand in self.stands.values())
        words = [f"{stands[name]} {name}" for name in ("unchanged", "changed", "new") if stands[name]]
        return listed(words) + (f"; {len(self.gone)} of the starter not handed in" if self.gone else "")

    def state(self, path: str) -> str:
        """What became of a file of the starter, in words."""
        if path in self.gone:
            return "not handed in"
        stand = self.stands.get(self.shown.get(path, path))
        return stand.note if stand else "handed in elsewhere"


def source_of(material: Material, given: Mapping[str, bytes] | None = None) -> Source:
    return Source(files=material.files, names=material.names, common=material.common, given=given or {})


def texts(source: Source) -> Work | None:
    """The text that evidence is looked up in, as the page shows it; None where it cannot be read in time."""
    try:
        return Work(files=aside.run(aside.SECONDS, read_texts, source))
    except AsideError:
        return None


def whole(source: Source) -> Read:
    """All that a page shows of the work."""
    try:
        return aside.run(aside.SECONDS, read, source)
    except AsideError as problem:
        note = f"shown plain: {problem.at or 'a file'} took too long to be read"
    try:
        return aside.run(aside.SECONDS, read, source, note)
    except AsideError:
        return Read(tuple(listed_only(source.files)))


def told(source: Source) -> Read:
    """What is said of the work beside its files, for whoever shows those in another way; nothing of it where it cannot
    be read in time."""
    try:
        return aside.run(aside.SECONDS, read_told, source)
    except AsideError:
        return Read(())


def names(source: Source) -> Mapping[str, str]:
    """The file's own path → what a page calls it; empty where it cannot be told in time."""
    try:
        return aside.run(aside.SECONDS, read_names, source)
    except AsideError:
        return {}


def one(source: Source, path: str) -> File | None:
    """The file that the page calls `path`, with all that a page can take of it; None where there is none, or it cannot
    be read in time."""
    try:
        return aside.run(aside.SECONDS, read_one, source, path)
    except AsideError:
        return None


# ---------------------------------------------------------------------------------------------- in the helper


def warm() -> None:
    """Imports and compiles what files usually need."""
    report_source.warm()
    speech.warm()


class _Blinded:
    """The files under the names that the page calls them, no two of them the same."""

    def __init__(self, source: Source) -> None:
        self.blind = Blind(source.names, source.common, found_in(source.files))
        self.paths: dict[str, str] = {}
        taken: set[str] = set()
        for path in source.files:
            self.paths[path] = shown = _free(self.blind.path(path), taken)
            taken.add(shown)

    def texts(self, files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
        found = {}
        for path, content in files.items():
            busy_with(path)
            decoded = decode(content)
            found[self.paths[path]] = tuple(self.blind.work(decoded.text).split("\n")) if decoded else ()
        return found


def _free(path: str, taken: set[str]) -> str:
    """`path`, or with a number where two files are called the same once names are taken out."""
    number, shown = 1, path
    while shown in taken:
        number += 1
        shown = f"{path}~{number}"
    return shown


def read_texts(source: Source) -> dict[str, tuple[str, ...]]:
    return _Blinded(source).texts(source.files)


def read_names(source: Source) -> dict[str, str]:
    return _Blinded(source).paths


def read_one(source: Source, path: str) -> File | None:
    blinded = _Blinded(source)
    own = next((own for own, shown in blinded.paths.items() if shown == path), None)
    if own is None:
        return None
    marks = [mark for mark in source.marks if mark.path == own]
    budget = PageBudget(opened=_OPENED)
    return files_of({own: source.files[own]}, marks, mask=blinded.blind.work, name=blinded.paths.__getitem__,
                    budget=budget)[0]  # fmt: skip


def read(source: Source, plain: str = "") -> Read:
    """The work itself. `plain`: why there are neither colours nor anything that is looked for."""
    blinded = _Blinded(source)
    bare = _bare(source, blinded)
    stands = standing(source.files, source.given) if source.given else {}
    made = bare._replace(files=tuple(_files(source, blinded, stands, plain)))
    return made if plain else _told(made, source, stands)._replace(given_files=tuple(_given_files(source)))


def read_told(source: Source) -> Read:
    """The same without the files."""
    stands = standing(source.files, source.given) if source.given else {}
    return _told(_bare(source, _Blinded(source)), source, stands)


def _bare(source: Source, blinded: _Blinded) -> Read:
    lines = blinded.texts(source.files)
    removed = dict(blinded.blind.removed)  # before pages are made of it, which counts again
    spoken = tuple(one._replace(path=blinded.paths[one.path]) for one in source.spoken if one.path in blinded.paths)
    return Read((), lines, removed, blinded.paths, spoken=spoken)


def _told(made: Read, source: Source, stands: Mapping[str, Standing]) -> Read:
    own = {made.shown[path] for path in source.files if path not in stands or stands[path].stand != "unchanged"}
    texts = {path: made.texts[path] for path in made.texts if path in own}
    return made._replace(
        figures=figures.figures(texts, among=made.texts),
        terms=findings.terms(texts),
        stands={made.shown[path]: stand for path, stand in stands.items()},
        gone=taken_away(source.files, _starter(source)),
        given=tuple(Given(path, holds(path, content)) for path, content in _starter(source).items()),
    )


def _files(source: Source, blinded: _Blinded, stands: Mapping[str, Standing], plain: str) -> list[File]:
    """The files by path: bulk folded away with its counts, and what is as it was given folded too."""
    bulk = {path for path, content in source.files.items() if _is_bulk(path, content)}
    contents = {path: b"" if path in bulk else content for path, content in source.files.items()}
    names, mask = blinded.paths.__getitem__, blinded.blind.work
    files = files_of(contents, source.marks, mask=mask, name=names, budget=PageBudget(plain=plain))
    made = dict(zip(sorted(contents), files, strict=True))
    made |= {path: _folded(made[path], path if not plain else "", source.files[path], mask) for path in bulk}
    for path, stand in stands.items():
        notes = (stand.note, *made[path].notes) if stand.note else ("new", *made[path].notes)
        opened = made[path].opened and stand.stand != "unchanged"
        made[path] = made[path]._replace(notes=notes, opened=opened)
    return sorted(made.values(), key=lambda file: file.path)


def _folded(file: File, path: str, content: bytes, mask: Callable[[str], str]) -> File:
    counted = tuple(map(mask, facts.facts(path, content))) or ("data",)
    return file._replace(size=size(len(content)), notes=(*counted, "open it alone to read it"))


def _is_bulk(path: str, content: bytes) -> bool:
    return len(content) > _DATA_BYTES and path.lower().endswith(_DATA)


def _starter(source: Source) -> dict[str, bytes]:
    """What was given without the instruction, which has its own place on the page."""
    return {path: content for path, content in source.given.items() if path != INSTRUCTION}


def _given_files(source: Source) -> list[File]:
    """The starter's small texts, to be read beside the work; nobody's words but the challenge's."""
    small = {path: content for path, content in _starter(source).items() if len(content) <= _DATA_BYTES}
    return files_of(small, [], budget=PageBudget(characters=300_000, colours=60_000, opened=0), root=GIVEN)


def holds(path: str, content: bytes) -> str:
    """What a file of the starter holds: records and their slices, or lines."""
    counted = facts.facts(path, content)
    if counted:
        return "; ".join(counted)
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    return count(lines, "line") if content and b"\0" not in content else size(len(content))
