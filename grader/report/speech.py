"""Text that speaks to graders, and what a reader does not see, as people are told of it: in words, read beside this
process within a budget of its own. With a judge or without one; nothing here knows a score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from grader import aside
from grader.aside.serving import busy_with
from grader.pages.decode import decode
from grader.pages.text import clean, count, listed
from grader.report.blind import Blind, found_in
from grader.report.code import Mark
from grader.submission.speech import marks
from grader.submission.speech.marks import Place, Places

SECONDS = 4.0
"""Processor time for searching a submission; what a person would hand in takes a tenth of it."""
NO_FAULT = (
    "None of it is a fault by itself: honest work on judges, guards and prompts is full of such text. "
    "It is no evidence, neither for a level nor against one."
)
BRIEFLY = "no fault by itself"
_SAYS = {
    "address": "speaks to whoever grades", "award": "asks for a level", "override": "sets instructions aside",
    "order": "orders a level",
    "authority": "claims to be trusted", "prefill": "puts an answer into a judge’s mouth",
    "quote me": "asks to be quoted", "pressure": "presses whoever grades", "target": "speaks of being graded",
    "disguised": "is disguised", "encoded": "is encoded", "split over files": "is split over several files",
}  # fmt: skip
"""Kind of phrase → what the text does. A kind that is not here speaks to whoever grades."""
_HIDES = {
    "HTML comments": "a comment that a rendered page does not show",
    "hidden notes": "a note that a rendered page does not show",
    "unseen elements": "an element that a browser does not show",
    "direction marks": "characters that turn the direction of text",
    marks.SPELLED: "letters that nobody sees",
    "hidden text": "",
    marks.UNSEEN_KIND: "",
}
"""Kind of what is hidden → what it is; empty where another word says it."""


class Spoken(NamedTuple):
    """A place in words. `path` is the file's own; `line` is 0 for the file as a whole."""

    path: str
    line: int
    what: str


class Speech(NamedTuple):
    """All places of a submission. `notes`: what was not searched, or is not told, in sentences."""

    places: tuple[Spoken, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def marks(self) -> list[Mark]:
        """The places that have a line, as the pages' code view marks them."""
        return [
            Mark(f"note{number}", one.path, one.line, one.line, f"{one.what}; {BRIEFLY}", f"note-{number}", note=True)
            for number, one in enumerate(self.places, 1)
            if one.line
        ]


def speech(
    files: Mapping[str, bytes], names: tuple[str, ...], common: frozenset[str], given: Mapping[str, bytes],
    instruction: str,
) -> Speech:  # fmt: skip
    """What the pages tell of `files`, blind for `names`; files that are as the challenge gave them are left out."""
    own = {path: content for path, content in files.items() if given.get(path) != content}
    try:
        return aside.run(SECONDS, search, own, names, common, instruction)
    except aside.AsideError as problem:
        return Speech(notes=(f"The files were not searched for text that speaks to graders: {problem.why}.",))


def search(files: Mapping[str, bytes], names: tuple[str, ...], common: frozenset[str], instruction: str) -> Speech:
    """The search itself."""
    texts: dict[str, str | None] = {}
    for path, content in files.items():
        busy_with(path)
        decoded = decode(content)
        texts[path] = decoded.text if decoded else None
    found = marks.places(texts, instruction)
    hidden = Blind(names, common, found_in(files)) if any(place.says for place in found.places) else None
    told = tuple(Spoken(one.path, one.line, _words(one, hidden)) for one in found.places)
    return Speech(told, _notes(found))


def warm() -> None:
    """Compiles what files usually need."""
    search({"a.md": b"# Title\n"}, (), frozenset(), "")


def _notes(found: Places) -> tuple[str, ...]:
    notes = [f"Of {count(found.cut, 'large file')} only the beginning was searched."] if found.cut else []
    notes += [f"{count(found.more, 'more place')} not told here."] if found.more else []
    return tuple(notes)


def _words(place: Place, hidden: Blind | None) -> str:
    spoken = list(dict.fromkeys(_SAYS.get(kind, _SAYS["address"]) for kind in place.kinds if kind not in _HIDES))
    things = [_HIDES[kind] for kind in place.kinds if _HIDES.get(kind)]
    if place.unseen and marks.SPELLED not in place.kinds:
        things.append(count(place.unseen, "character that no reader sees", "characters that no reader sees"))
    says = f" that say “{clean(hidden.work(place.says))}”" if place.says and hidden else ""
    words = [listed(spoken)] if spoken else []
    words += [("in " if spoken else "") + listed(things) + says] if things else []
    text = ", ".join(words) or _SAYS["address"]
    return text[0].upper() + text[1:]
