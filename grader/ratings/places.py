"""Where evidence stands in a submission: `EVAL.md:12-14`, or a quote that is looked for and has to be there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grader.records import Evidence

_PLACE = re.compile(r"(?P<path>[^\s:]+):\s*(?:L|lines?\s*)?(?P<start>\d{1,7})(?:\s*[-–]\s*L?(?P<end>\d{1,7}))?")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{4,2000})[\"”“»]")
_SHORTEST = 4
"""Characters of a quote without blanks; what is shorter stands everywhere and shows nothing."""
_KEPT = 600
"""Characters of a quote that are kept with the place; the rest is in the work."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """The text of a submission, line by line, as evidence is looked up in it."""

    files: Mapping[str, tuple[str, ...]] = field(repr=False)
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The same lines as a reader met them where that differs (without names): quotes are looked for in both."""

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Work:
        """The work in a submission's `files`. What is not text has lines that nobody can quote."""
        return cls(
            files={path: tuple(content.decode("utf-8", "replace").splitlines()) for path, content in files.items()}
        )


def find(text: str, work: Work) -> Evidence | None:
    """The place that `text` names, or where the quote `text` stands; None where the work has no such place."""
    named = _PLACE.fullmatch(text.strip())
    if named is not None:
        return _place(named, work)
    return _quote(text.strip().strip('"“”„«»').strip(), work)


def found_in(note: str, work: Work) -> tuple[Evidence, ...]:
    """Places that a note names in passing (`EVAL.md:12 says`, or words in quotation marks that stand in the work)."""
    places = [_place(match, work) for match in _PLACE.finditer(note)]
    quotes = [_quote(match[1], work) for match in _QUOTED.finditer(note)]
    return tuple(dict.fromkeys(one for one in [*places, *quotes] if one is not None))


def split(cell: str) -> tuple[str, ...]:
    """The pieces of evidence in one cell of a table, parted by semicolons or line ends."""
    return tuple(part.strip() for part in re.split(r"[;\n]", cell) if part.strip())


def _place(named: re.Match[str], work: Work) -> Evidence | None:
    path = _path(named["path"].strip("`'\"()[]"), work)
    start = int(named["start"])
    end = int(named["end"] or start)
    if path is None or not 1 <= start <= end <= len(work.files[path]):
        return None
    lines = work.files[path][start - 1 : end]
    return Evidence(path=path, start_line=start, end_line=end, quote="\n".join(lines)[:_KEPT])


def _path(wanted: str, work: Work) -> str | None:
    """A file by its whole path, or by the end of it where that is one file only."""
    wanted = wanted.removeprefix("./")
    if wanted in work.files:
        return wanted
    ends = [path for path in work.files if path.endswith(f"/{wanted}")]
    return ends[0] if len(ends) == 1 and wanted else None


def _quote(words: str, work: Work) -> Evidence | None:
    """Where `words` stand, however lines are broken and blanks are set."""
    wanted = " ".join(words.split())
    if len(wanted.replace(" ", "")) < _SHORTEST:
        return None
    for path, lines in (*work.files.items(), *work.shown.items()):
        for start, end in _spans(lines, wanted):
            return Evidence(path=path, start_line=start, end_line=end, quote="\n".join(lines[start - 1 : end])[:_KEPT])
    return None


def _spans(lines: Iterable[str], wanted: str) -> Iterator[tuple[int, int]]:
    """First and last line of each place where `wanted` stands."""
    words = [(word, number) for number, line in enumerate(lines, 1) for word in line.split()]
    text, starts = "", []
    for word, number in words:
        starts.append((len(text), number))
        text += word + " "
    at = text.find(wanted)
    while at >= 0:
        last = at + len(wanted) - 1
        first_line = max(number for offset, number in starts if offset <= at)
        yield first_line, max(number for offset, number in starts if offset <= last)
        at = text.find(wanted, at + 1)
