"""The work as a page shows it: blind, with numbered lines, beside what was given, and what speaks to graders marked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from typing import Any

from flask import url_for

from grader.claims import figures
from grader.claims.marks import sentence
from grader.claims.numbers import numbers
from grader.pages.documents import rendered
from grader.pages.text import count, listed
from grader.ratings.places import Work
from grader.report import claims, speech
from grader.report.code import File
from grader.report.speech import Speech, Spoken
from grader.review.blinded import Material
from grader.web import packs, reading, visit
from grader.web.reading import Read

Address = Callable[[str], str]
"""A file's path → the address of the page that shows it alone."""


REMEMBERED = 600.0
"""Seconds for which it is remembered what a search found: a rater opens the same work again and again."""
_MOST_REMEMBERED = 32
_searched: dict[str, tuple[float, Speech]] = {}


def forget() -> None:
    """Forgets what was found in any work."""
    _searched.clear()


class Shown:
    """The work of one case, blind: neither its texts nor its names say who wrote them. Read beside this process."""

    def __init__(self, material: Material) -> None:
        self._given = packs.given_to(material.challenge, material.version)
        self._material = material
        self._source = reading.source_of(material, self._given)

    @property
    def text(self) -> Work | None:
        """What evidence is looked up in; None where it could not be read in time."""
        return reading.texts(self._source)

    @cached_property
    def speech(self) -> Speech:
        """Text that speaks to graders, under the files' own paths."""
        key, now = _key(self._source, self._material.instruction), time.monotonic()
        if key not in _searched or _searched[key][0] < now - REMEMBERED:
            _searched[key] = now, self._search()
            while len(_searched) > _MOST_REMEMBERED:
                _searched.pop(next(iter(_searched)), None)
        return _searched[key][1]

    def _search(self) -> Speech:
        one = self._material
        return speech.speech(one.files, one.names, one.common, self._given or {}, one.instruction)

    def views(self, alone: Address) -> dict[str, Any]:
        """What the page's templates show of the work."""
        read = reading.whole(self._marked())
        files = list(read.files)
        return {
            "files": files,
            "hidden": listed([f"{amount:,} {kind}" for kind, amount in sorted(read.removed.items())]),
            "folders": [(folder, list(group)) for folder, group in groupby(files, key=lambda file: file.folder)],
            "figures": [_figure(one, files, self._marks(read)) for one in read.figures],
            "claimed": self.claimed,
            "terms": read.terms,
            "speech": spoken(self.speech, read.spoken, files, alone),
            "given": _given(read, known=self._given is not None),
        }

    def one(self, path: str) -> File | None:
        """One file alone, with all that a page can take of it."""
        return reading.one(self._marked(), path)

    def spoken_in(self, path: str, file: File) -> dict[str, Any]:
        """What speaks to graders in the file that the page calls `path`, for the page that shows it alone."""
        names = reading.names(self._source)
        places = [one._replace(path=names.get(one.path, "")) for one in self.speech.places]
        return spoken(self.speech, places, [file], lambda _: "", only=path)

    def told(self, page: str) -> dict[str, Any]:
        """What speaks to graders, for a page that does not show the work: with links into the one that does."""
        names = reading.names(self._source) if self.speech.places else {}
        rows = [
            {"place": f"{names[one.path]}:{one.line}" if one.line else names[one.path], "what": one.what,
             "target": f"{page}#note-{number}"}
            for number, one in enumerate(self.speech.places, 1) if one.path in names
        ]  # fmt: skip
        return {"places": rows, "notes": self.speech.notes, "no_fault": speech.NO_FAULT}

    @property
    def claimed(self) -> str:
        """How the figures of the documents came out, in counts; empty where none was looked at."""
        return claims.summary(self._material.claims)

    def _marks(self, read: Read) -> dict[tuple[str, int], str]:
        """The page's path and a line → what came of the figures in it: numbers and words of ours."""
        found: dict[tuple[str, int], list[str]] = {}
        for row in self._material.claims.get("figures", ()):
            number = numbers(row["figure"])
            if row["path"] in read.shown and number:
                said = found.setdefault((read.shown[row["path"]], row["line"]), [])
                said.append(f"{number[0].text} {sentence(row)}")
        return {place: ", ".join(dict.fromkeys(said)) for place, said in found.items()}

    def _marked(self) -> reading.Source:
        return replace(self._source, marks=self.speech.marks, spoken=self.speech.places)


def _key(source: reading.Source, instruction: str) -> str:
    """What a search depends on, as a digest."""
    total = sha256(repr((source.names, sorted(source.common), instruction)).encode("utf-8", "backslashreplace"))
    for files in (source.files, source.given):
        for path, content in files.items():
            total.update(f"{path}\0{len(content)}\0".encode("utf-8", "backslashreplace") + content)
    return total.hexdigest()


def shown(case: str) -> Shown:
    """The work of a case that whoever asks may see. Raises NotFoundError."""
    return Shown(visit.desk().work(visit.actor(), case))


def alone(case: str) -> Address:
    return lambda path: url_for("rate.file", case=case, path=path)


def spoken(
    found: Speech, places: Sequence[Spoken], files: Sequence[File], alone: Address, *, only: str = ""
) -> dict[str, Any]:
    """Places that speak to graders or hide something, each with a link to where it is shown. `only`: of one file."""
    by_path = {file.path: file for file in files}
    return {
        "places": [
            {
                "number": number,
                "place": f"{one.path}:{one.line}" if one.line else one.path,
                "what": one.what,
                "target": _target(one, by_path.get(one.path), alone),
            }
            for number, one in enumerate(places, 1)
            if not only or one.path == only
        ],
        "notes": found.notes,
        "no_fault": speech.NO_FAULT,
    }


def _target(one: Spoken, file: File | None, alone: Address) -> str:
    if file is None:
        return ""
    place = f"#{file.anchor}:{one.line}" if one.line else f"#{file.anchor}"
    return place if file.body is not None else alone(one.path) + place


def _given(read: Read, *, known: bool) -> dict[str, Any]:
    """The starter beside the work: what it holds, and which files are as they were."""
    return {
        "known": known,
        "rows": [(one.path, one.holds, read.state(one.path)) for one in read.given],
        "files": read.given_files,
        "summary": read.summary,
        "count": count(len(read.given), "file"),
    }


def _figure(one: figures.Figure, files: Sequence[File], marks: Mapping[tuple[str, int], str]) -> dict[str, str]:
    anchor = next((file.anchor for file in files if file.path == one.path), "")
    return {
        "text": one.text,
        "place": f"{one.path}:{one.line}",
        "target": f"{anchor}:{one.line}",
        "command": one.command,
        "state": "; ".join(filter(None, (one.state, marks.get((one.path, one.line), "")))),
    }


def instruction(text: str) -> str:
    """What the candidate was asked, as HTML; empty where it is not known."""
    return raised(rendered(text) or "", 1) if text else ""


def headed(file: File) -> File:
    """A file that stands alone on its page, with the headings of its text right below the page's own."""
    return file._replace(document=raised(file.document, 2)) if file.document is not None else file


def raised(html: str, steps: int) -> str:
    """`html` of ours, whose headings begin at level 4, with them `steps` levels higher: below what stands over it."""
    return re.sub(r"(</?h)([456])", lambda found: f"{found[1]}{int(found[2]) - steps}", html)
