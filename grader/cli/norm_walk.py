"""One person's way through the cases of a norming session at the terminal, and what all said once it is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.cli import beside
from grader.errors import visible
from grader.pages.text import count

if TYPE_CHECKING:
    from grader.ratings.table import Ratings
    from grader.review.desk import Desk
    from grader.review.norming_rows import Norming
    from grader.review.records import Actor

KEYS = "s later, ? text again, i instruction, f figures and starter, q quit"


def walk(desk: Desk, actor: Actor, view: Norming) -> None:
    """Asks for each case that has no level yet; each answer is kept before the next question."""
    if view.compared or not view.rates:
        click.echo("This session is compared; grade norm show prints it." if view.rates else
                   "You were not asked to rate in this session.")  # fmt: skip
        return
    todo = [case for case in view.items if case not in view.own]
    if view.items and not todo:
        said = beside.line("You are through. Rate all of them once more? (y, n): ")
        todo = list(view.items) if said == "y" else []
    with beside.stopping("Interrupted. What you answered is saved. The same command goes on from here."):
        for number, case in enumerate(todo, 1):
            if not _rate(desk, actor, view, case, f"{number} of {len(todo)}"):
                break
    left = len(view.items) - len(desk.norming(actor, view.id).own)
    click.echo(f"Saved. {count(left, 'case')} left; the same command goes on." if left else
               "You are through. Nobody sees your levels until all are compared.")  # fmt: skip


def _rate(desk: Desk, actor: Actor, view: Norming, case: str, place: str) -> bool:
    """Whether to go on."""
    from grader.cli.work_shown import WorkShown
    from grader.ratings.sheet import chosen

    criterion = desk.norming_criterion(actor, view.id, case)
    work = WorkShown(desk.norming_work(actor, view.id, case))
    title = f"{called(view, case)} · {place} · {criterion.name}"
    click.echo(f"\n{beside.rule()}\n{title}\n{beside.plain(criterion.question)}")
    click.echo("\n".join(work.head()) + "\n")

    def show() -> None:
        lines = work.lines(criterion.evidence, again=True) or work.lines(("**",), again=True)
        beside.show(lines or ["(There is no text in it.)"], view.anchors)

    show()
    while True:
        said = beside.line(f"Level ({', '.join(map(str, view.anchors))}, {KEYS}): ")
        if said is None or said == "q":
            return False
        if said == "s":
            return True
        if said == "?":
            show()
        elif said == "i":
            click.echo(beside.safe(desk.norming_instruction(actor, view.id, case)) or "It is not on this machine.")
        elif said == "f":
            click.echo("\n".join(work.facts()))
        elif (level := chosen(said, view.anchors)) is not None:
            note = beside.line("What decides it for you (may stay empty): ") or ""
            desk.norm(actor, view.id, case, level, note)
            return True
        else:
            click.echo(f"That is none of {', '.join(map(str, view.anchors))}.")


def called(view: Norming, case: str) -> str:
    """What a case of the session is called; an authored text says that it is one."""
    if case in view.authored:
        return f"Authored text {visible(view.authored[case], 80)}"
    return f"Candidate {visible(view.blind[case], 40)}" if view.blind[case] else f"Submission {case[:8]}"


def compared(view: Norming) -> list[str]:
    """All levels side by side, the widest gap first, with what decided each, and agreement round by round."""
    if view.levels is None:
        return ["It is not compared yet: nobody sees another's levels before everybody is through."]
    levels = view.levels
    rounds = [("before", view.before), ("after", levels)] if view.before else [("first round", levels)]
    said = [f"{visible(view.criterion, 80)}, compared; none of this enters a grade"]
    said += [f"  {name}: {_agreement(found)}" for name, found in rounds]
    given = {case: sorted((one.level, one.rater) for one in levels.rows if one.item == case) for case in view.items}
    rated = sorted((case for case in view.items if given[case]), key=lambda one: given[one][0][0] - given[one][-1][0])
    for case in rated:
        gap = given[case][-1][0] - given[case][0][0]
        said += ["", f"{called(view, case)}: {f'{gap} apart' if gap else 'all gave the same'}"]
        for level, who in given[case]:
            note = visible(view.notes[case, who], 400) or "(no reason given)"
            said.append(f"  {level}  {visible(view.called[who], 40)}  {note}")
    return said


def _agreement(levels: Ratings) -> str:
    """Pairs of levels of the same case, in counts: of so few a coefficient would say more about chance."""
    from itertools import combinations

    by_case: dict[str, list[int]] = {}
    for one in levels.rows:
        by_case.setdefault(one.item, []).append(one.level)
    gaps = [abs(a - b) for given in by_case.values() for a, b in combinations(given, 2)]
    same, near = sum(gap == 0 for gap in gaps), sum(gap <= 1 for gap in gaps)
    wide = f"{len(gaps) - near} two or more apart"
    return f"{same} of {count(len(gaps), 'pair')} the same, {near} at most one apart, {wide}"
