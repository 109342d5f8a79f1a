"""The walk through a submission's criteria at the terminal; each answer is on the disk before the next question."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import beside
from grader.errors import UsageError, visible

if TYPE_CHECKING:
    from grader.challenge.rubric import Criterion
    from grader.cli.work_shown import WorkShown
    from grader.ratings.sheet import Said, Sheet
    from grader.review.desk import Desk
    from grader.review.records import Actor, Assessment, Case
    from grader.review.visible import SideBySide, View

Begin = Callable[[], "Actor"]
"""Who rates; somebody new is asked for the case by it."""
KEYS = "c cannot judge, s later, ? text again, i instruction, f figures and starter, q quit"
AGAIN = "again"
"""In place of a criterion's number: everything is shown, also what stood above."""


class Stopped(Exception):  # noqa: N818 - the person stopped; nothing is wrong
    """The person wants to go on another time; all is saved."""


def take_in(desk: Desk, actor: Actor, case: Case, source: Path, *, amend: bool) -> None:
    """Hands in the sheet in a CSV file. Raises UsageError for a file that is none."""
    from grader.ratings.file import read_sheet

    view = desk.view(actor, case.id)
    sheet = read_sheet(source, _criteria(view))
    own = view.own.assignment if view.own else None
    if own is not None and own.state == "submitted" and view.own and _says(view.own.latest, sheet):
        click.echo("The same was handed in already.")
        return
    version = own.version if own else 0
    if amend:
        desk.amend(actor, case.id, sheet, version=version)
        click.echo(f"Kept as what you think after the reveal: {len(sheet.said)} criteria, not counted.")
        return
    desk.submit(actor, case.id, sheet, version=version)
    click.echo(f"Handed in: {len(sheet.said)} criteria. Yours to take back (--withdraw) until the reveal.")


def _says(before: Assessment | None, sheet: Sheet) -> bool:
    from grader.review.rating import same

    return before is not None and same(before.sheet, sheet)


def walk(desk: Desk, begin: Begin, case: Case, *, amend: bool) -> None:
    """Asks for each criterion that has no level yet, then for the whole, and hands in. Somebody new is asked for the
    case with the first answer that is saved: who only looks is not waited for."""
    from grader.cli.work_shown import WorkShown
    from grader.review.problems import NotFoundError

    material = None
    with desk.tried():
        actor = begin()
        view = desk.view(actor, case.id)
        with contextlib.suppress(NotFoundError):  # who may not see it is told why below
            material = desk.work(actor, case.id)
    own = view.own
    may = {"save", "amend"} & view.may
    if own is None or material is None or not may or (own.assignment.state == "sealed" and not amend):
        click.echo(_why_not(view))
        return
    typed = Walk(desk, begin, case, view, WorkShown(material), informed=amend)
    kept = "Nothing was kept." if amend else "What you answered is saved. The same command goes on from here."
    try:
        with beside.stopping(f"Interrupted. {kept}"):
            typed.through()
    except Stopped:
        click.echo("\nSaved. The same command goes on from here." if not amend else "\nNothing was kept.")


def _why_not(view: View) -> str:
    state = view.own.assignment.state if view.own else ""
    return {
        "submitted": "Your assessment is handed in. --withdraw takes it back until the reveal.",
        "recused": "You stepped aside from this case.",
        "sealed": "The case is revealed; grade reveal shows it. --amend adds what you now think, marked informed.",
        "late": "The case was closed without your assessment.",
    }.get(state, "There is nothing for you to rate here now.")


def _criteria(view: View) -> Sequence[Criterion]:
    from grader.review.rating import criteria_in

    return criteria_in(view.rubric)


class Walk:
    """One person's way through the criteria. Holds the draft as it was saved last."""

    def __init__(self, desk: Desk, begin: Begin, case: Case, view: View, shown: WorkShown, *, informed: bool) -> None:
        from grader.ratings.sheet import Sheet

        latest = view.own.latest if view.own else None
        self.desk, self.begin, self.case, self.view, self.shown = desk, begin, case, view, shown
        self.informed = informed
        self.criteria = _criteria(view)
        self.sheet = latest.sheet if latest and not informed else Sheet()
        self.version = latest.version if latest else 0

    def through(self) -> None:
        """Raises Stopped."""
        click.echo(f"{visible(self.view.title, 120)} · {len(self.criteria)} criteria · nobody else's view is shown")
        click.echo("\n".join(self.shown.head()))
        for number, criterion in enumerate(self.criteria, 1):
            if not _is_said(self.sheet.on(criterion.id)):
                self._rate(criterion, f"{number} of {len(self.criteria)}")
        self._whole()
        self._hand_in()

    def _rate(self, criterion: Criterion, place: str) -> None:
        self._show(criterion, place)
        said = self._level(criterion)
        if said is None:
            return
        if said.level is not None:
            if said.level in {1, criterion.max_level}:
                said = replace(said, evidence=self._evidence(said.level))
            said = replace(said, note=self._line("Why this level (may stay empty): "))
        self._save(self.sheet.having(said))

    def _level(self, criterion: Criterion) -> Said | None:
        """What is said on the criterion; None to come back to it."""
        from grader.ratings.sheet import Said, chosen

        while True:
            said = self._line(f"Level (1-{criterion.max_level}, {KEYS}): ")
            if said == "s":
                return None
            if said == "?":
                self._show(criterion, AGAIN)
            elif said == "i":
                click.echo(beside.safe(self.view.instruction) or "The instruction is not on this machine.")
            elif said == "f":
                click.echo("\n".join(self.shown.facts()))
            elif said == "c":
                why = self._line("Why can it not be judged? ")
                if why:
                    return Said(criterion=criterion.id, cannot_judge=why)
            elif (level := chosen(said, criterion.levels)) is not None:
                return Said(criterion=criterion.id, level=level)
            else:
                click.echo(f"That is none of {', '.join(map(str, criterion.levels))}.")

    def _evidence(self, level: int) -> tuple[str, ...]:
        from grader.ratings import places

        while True:
            typed = places.split(self._line(f"Level {level} rests on which lines (FILE:12-14) or words? "))
            missing = [text for text in typed if places.find(text, self.shown.work) is None]
            if typed and not missing:
                return typed
            shown = visible(missing[0], 80) if missing else "nothing"
            click.echo(f"{shown!r} does not stand in the work; name lines or words that do.")

    def _whole(self) -> None:
        if self.sheet.lean or self.sheet.rationale:
            return
        from grader.ratings.sheet import LEANS

        click.echo(f"\n{beside.rule()}\nOn the whole")
        lean = self._line(f"Lean ({', '.join(LEANS[1:])}; may stay empty): ")
        while lean not in LEANS:
            lean = self._line(f"One of {', '.join(LEANS[1:])}, or empty: ")
        rationale = self._line("What decides it, in a sentence or two (may stay empty): ")
        integrity = self._line("Anything that looks invented or not their own (may stay empty): ")
        self._save(replace(self.sheet, lean=lean, rationale=rationale, integrity=integrity))

    def _hand_in(self) -> None:
        waiting = [one.name for one in self.criteria if not _is_said(self.sheet.on(one.id))]
        if waiting:
            click.echo(f"Saved. Still without a level: {', '.join(waiting)}. The same command asks for them.")
            return
        self._look_over()
        if self.informed:
            self.desk.amend(self.begin(), self.case.id, self.sheet, version=self.version)
            click.echo("Kept, marked as informed.")
            return
        self.desk.submit(self.begin(), self.case.id, self.sheet, version=self.version, work=self.shown.work)
        click.echo("Handed in.")

    def _look_over(self) -> None:
        """All that was said, on one screen, with a way back to each; returns when it is to be handed in."""
        from grader.ratings.sheet import chosen

        while True:
            click.echo(f"\n{beside.rule()}\nWhat you say")
            for number, criterion in enumerate(self.criteria, 1):
                said = self.sheet.on(criterion.id)
                level = f"level {said.level}" if said.level is not None else "cannot judge"
                rest = "; ".join(text for text in (*said.evidence, said.note or said.cannot_judge) if text)
                click.echo(f"  {number}  {criterion.name}: {level}  {visible(rest, 120)}")
            said_ = self._line("Hand it in? Yours to take back until the reveal (y, n, or a number to change it): ")
            if said_ == "y":
                return
            if (place := chosen(said_, range(1, len(self.criteria) + 1))) is not None:
                self._rate(self.criteria[place - 1], AGAIN)
            elif said_ == "n":
                raise Stopped

    def _save(self, sheet: Sheet) -> None:
        """Puts the sheet on the disk; nothing that was typed is lost by an interruption."""
        self.sheet = sheet
        if not self.informed:
            with self.desk.together():
                self.version = self.desk.save(self.begin(), self.case.id, sheet, version=self.version).version

    def _line(self, prompt: str) -> str:
        said = beside.line(prompt)
        if said is None or said == "q":
            raise Stopped
        return said

    def _show(self, criterion: Criterion, place: str) -> None:
        click.echo(f"\n{beside.rule()}\n{criterion.name} · {place}\n{beside.plain(criterion.question)}\n")
        lines = self.shown.lines(criterion.evidence, again=place == AGAIN)
        beside.show(lines or ["(The submission has no file for this criterion.)"], criterion.levels)


def _is_said(said: Said) -> bool:
    return said.level is not None or bool(said.cannot_judge)


# ------------------------------------------------------------------------------------------------ adjudication


def adjudicate(desk: Desk, begin: Begin, case: Case) -> None:
    """Settles one criterion after the other that people left open."""
    with desk.tried():
        view = _revealed(desk, begin(), case)
    waiting = [one for one in view.criteria if one.combined.how == "open"]
    with beside.stopping("Interrupted. What you settled is saved. The same command goes on from here."):
        for side in waiting:
            if not _settle(desk, begin, case, view, side):
                break
    click.echo("Nothing lies open between people." if not waiting else "Saved; grade reveal shows what it comes to.")


def _revealed(desk: Desk, actor: Actor, case: Case) -> View:
    view = desk.view(actor, case.id)
    if not view.revealed:
        from grader.review.base import REFUSALS
        from grader.review.problems import NotAllowedError

        raise NotAllowedError(REFUSALS["adjudicate"])
    return view


def settle_from(desk: Desk, actor: Actor, case: Case, source: Path) -> None:
    """Settles the criteria in a CSV file. Raises UsageError for a file that is none, or that gives no reasons."""
    from grader.ratings.file import read_sheet

    view = _revealed(desk, actor, case)
    sheet = read_sheet(source, _criteria(view))
    without = [said.criterion for said in sheet.said if not (said.note or said.cannot_judge)]
    if without:
        named = f"{visible(str(source))}: {without[0]}"
        raise UsageError(f"{named} has no note; settling a criterion takes a reason.")
    for said in sheet.said:
        places = f" ({'; '.join(said.evidence)})" if said.evidence else ""
        desk.adjudicate(actor, case.id, said.criterion, said.level, (said.note or said.cannot_judge) + places,
                        for_candidate=said.for_candidate)  # fmt: skip
    click.echo(f"Settled: {len(sheet.said)} criteria.")


def _settle(desk: Desk, begin: Begin, case: Case, view: View, side: SideBySide) -> bool:
    """Whether to go on."""
    from grader.cli.reveal import sides
    from grader.ratings.sheet import chosen

    criterion = next(one for one in _criteria(view) if one.id == side.criterion)
    click.echo(f"\n{beside.rule()}\n{sides(side, criterion.name)}\n")
    beside.show([beside.plain(criterion.question)], criterion.levels)
    said = beside.line("Level (c cannot be judged, s later, q quit): ")
    while said not in {None, "q", "s", "c"} and chosen(said or "", criterion.levels) is None:
        said = beside.line(f"One of {', '.join(map(str, criterion.levels))}: ")
    if said is None or said == "q":
        return False
    if said != "s":
        why = beside.line("Why: ") or ""
        with desk.together():
            desk.adjudicate(begin(), case.id, criterion.id, chosen(said, criterion.levels), why)
    return True
