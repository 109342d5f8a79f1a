"""The work of a case at the terminal, as raters read it: blind, with what the rating page says beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.errors import visible
from grader.pages.text import count

if TYPE_CHECKING:
    from grader.judge.reading import Reading
    from grader.ratings.places import Work
    from grader.review.blinded import Material


class WorkShown:
    """One submission's work. Holds which of its files were shown already."""

    def __init__(self, material: Material) -> None:
        from grader.cli.reviewed import given_to
        from grader.judge import reading as judging
        from grader.report import speech
        from grader.web import reading

        given = given_to(material.challenge, material.version)
        self.given_is_known = given is not None
        self.read = judging.read_for_people(material.files)
        self.work = _work(material, self.read)
        self.speech = speech.speech(material.files, material.names, material.common, given or {}, material.instruction)
        self.told = reading.told(reading.source_of(material, given))
        self.shown: set[str] = set()

    def head(self) -> list[str]:
        """What a rater is told before the first criterion."""
        from grader.report.speech import NO_FAULT

        taken = ", ".join(f"{count_} {kind}" for kind, count_ in self.read.redacted.items())
        said = [f"The work is not shown, since {self.read.trouble}."] if self.read.trouble else []
        said += [f"Taken out of the work, so that it names nobody: {taken}."] if taken else []
        if self.speech.places:
            said += ["", "Text that speaks to graders, or that nobody sees", NO_FAULT]
            said += [f"  {self._place(one.path, one.line)}  {visible(one.what, 300)}." for one in self.speech.places]
        said += list(self.speech.notes)
        counts = [count(len(self.told.figures), "figure"), count(len(self.told.terms), "technique")]
        said.append(f"f lists what the candidate began with, and the documents' {' and '.join(counts)}.")
        return said

    def facts(self) -> list[str]:
        """The starter beside the work, the figures of the documents, and the techniques that they name."""
        return [*self._starter(), "", *self._figures(), "", *self._terms()]

    def lines(self, evidence: Sequence[str], *, again: bool = False) -> list[str]:
        """The files that match `evidence` by line, those that stood above by name alone unless it is `again`."""
        from grader.challenge.named_files import matching

        said: list[str] = []
        for path in matching(self.read.views, evidence):
            view = self.read.views[path]
            if path in self.shown and not again:
                said.append(f"[{visible(view.shown, 120)}]  as above; ? shows it again")
                continue
            self.shown.add(path)
            said.append(f"[{visible(view.shown, 120)}]{self._note(path)}")
            marks = {one.line: one.what for one in self.speech.places if one.path == path and one.line}
            for number, line in zip(view.numbers, view.lines, strict=True):
                said.append(f"{number:>4}  {visible(line, 2_000)}")
                said += [f"   ^  {visible(marks[number], 300)}; no fault by itself"] if number in marks else []
            said.append("")
        return said

    def _note(self, path: str) -> str:
        stand = self.told.stands.get(self.told.shown.get(path, path))
        return f"  {visible(stand.note or 'new', 120)}" if stand else ""

    def _place(self, path: str, line: int) -> str:
        view = self.read.views.get(path)
        shown = visible(view.shown if view else self.told.shown.get(path, "a file"), 120)
        return f"{shown}:{line}" if line else shown

    def _starter(self) -> list[str]:
        if not self.given_is_known:
            return ["The starter of this version is not on this machine, so it is not told which files are as given."]
        stands = self.told.summary or "nothing of it is there"
        said = [f"What the candidate began with: {count(len(self.told.given), 'file')}. The work beside it: {stands}."]
        for one in self.told.given:
            state = visible(self.told.state(one.path), 80)
            said.append(f"  {visible(one.path, 60)}  {visible(one.holds, 200)}  ({state})")
        return said

    def _figures(self) -> list[str]:
        if not self.told.figures:
            return ["The documents state no figure."]
        said = ["Figures in the documents, and by what they can be had again"]
        for one in self.told.figures:
            said.append(f"  {visible(one.path, 120)}:{one.line}  {visible(one.text, 170)}")
            command = f"{visible(one.command, 200)}  " if one.command else ""
            said.append(f"      {command}({visible(one.state, 120)})")
        return said

    def _terms(self) -> list[str]:
        if not self.told.terms:
            return ["The documents name none of the techniques that are looked for."]
        said = ["Techniques that the documents name, and lines of code in which they are hit"]
        return said + [f"  {one.term}: {one.documents} in documents, {one.code} in code" for one in self.told.terms]


def _work(material: Material, read: Reading) -> Work:
    """The work with its lines as they are, and as they are shown here."""
    from grader.ratings.places import Work

    raw = Work.of(material.files)
    shown = {}
    for path, view in read.views.items():
        lines = [""] * len(raw.files[path])
        for number, line in zip(view.numbers, view.lines, strict=True):
            if 1 <= number <= len(lines):
                lines[number - 1] = line
        shown[path] = tuple(lines)
    return replace(raw, shown=shown)
