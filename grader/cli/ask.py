"""`grade people ask`: who is to rate what, shown first and then carried out, for teams that start no server."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import click

from grader.cli.reviewed import STORE_OPTION

if TYPE_CHECKING:
    from grader.review.assigning import AssignmentPlan, Part
    from grader.review.desk import Desk


@click.command("ask")
@click.option("--open", "challenge", default="", metavar="CHALLENGE",
              help="First open a case for each graded run of this challenge that has none.")  # fmt: skip
@click.option("--each", type=click.IntRange(1, 5), default=2, show_default=True, help="Assessors of each case.")
@click.option("--bar-raiser", is_flag=True, help="For every case a bar raiser from another team too.")
@click.option("--cap", type=click.IntRange(1, 1000), metavar="N", help="Most that one person has open altogether.")
@click.option("--anchors", type=click.IntRange(1, 1000), metavar="N",
              help="An anchor for every N parts of a person, two waiting at most: grade people anchor.")  # fmt: skip
@click.option("--next", "wanted", default="", metavar="CHALLENGE",
              help="Name the runs of it that a second person should rate next, and do no more.")  # fmt: skip
@click.option("--yes", "digest", default="", metavar="PLAN", help="Carry out the plan that was shown under this name.")
@STORE_OPTION
def command(
    challenge: str,
    each: int,
    bar_raiser: bool,
    cap: int | None,
    anchors: int | None,
    wanted: str,
    digest: str,
    store: str,
) -> None:
    """Share out all open cases among the people of the store: balanced, pairs in turn, nobody for a candidate who is
    close to them. Shows a plan and asks nobody; the same with --yes PLAN does what was shown, or nothing where things
    have changed since.

    \b
    grade people add Ann;  grade people add Ben;  grade people add Cem
    grade people ask --open rag-triage
    grade people ask --yes 4f0c9a31b2d86e57
    """
    from grader.cli.reviewed import operator
    from grader.cli.standing import store_at
    from grader.review.assigning import Wish
    from grader.review.desk import open_desk

    wish = Wish(each=each, bar_raiser=bar_raiser, cap=cap, anchors=anchors or 0)
    with open_desk(store_at(store)) as desk:
        if wanted:
            _say_next(desk, wanted)
            return
        if challenge:
            click.echo(f"{_open(desk, challenge)} cases opened.")
        plan = desk.carry_out(operator(), digest, (), wish) if digest else desk.preview(operator(), (), wish)
        for line in lines(desk, plan, done=bool(digest)):
            click.echo(line)
        count = len(plan.parts) + len(plan.anchors)
        if digest:
            click.echo(f"Asked: {count} parts. Each rates with: grade assess RUN --rater NAME")
        elif count:
            click.echo(f"Nobody is asked yet. Carry it out: the same command with --yes {plan.digest}")
        elif not plan.lacking:
            click.echo("Nobody is to be asked: no case waits for more people.")


def _say_next(desk: Desk, challenge: str) -> None:
    """The runs, the next first. Why a run stands where it does is not said: that would tell of somebody's level."""
    from grader.cli.reviewed import operator

    found = desk.second_ratings(operator(), challenge)
    for case in found:
        click.echo(case.run)
    if not found:
        click.echo("Nothing waits: no case has one person's levels and nobody else who was asked.", err=True)


def _open(desk: Desk, challenge: str) -> int:
    from grader.cli.reviewed import instruction_of, operator
    from grader.errors import UsageError, visible

    found = [run for run in desk.unopened(operator()) if run.challenge == challenge]
    if not found and challenge not in desk.challenges():
        raise UsageError(f"No graded run of {visible(challenge, 80)!r} is in the store.", fix="grade history")
    for run in found:
        desk.open_case(operator(), run.run, instruction=instruction_of(desk, run.run))
    return len(found)


def lines(desk: Desk, plan: AssignmentPlan, *, done: bool) -> list[str]:
    """A plan in words: each person with the runs they would rate, what is lacking, and whether all can be compared.
    `done`: each person's part may be handed to them; their anchors stand in it like any other run."""
    from grader.cli.reviewed import operator
    from grader.errors import visible

    known = {person.id: visible(person.name, 40) for person in desk.people()}
    parts = [*plan.parts, *_given(desk, plan)] if done else plan.parts
    runs = desk.case_runs(operator(), [*(part.case for part in parts), *(case for case, _ in plan.lacking)])
    anchors, short = Counter(person for person, _ in plan.anchors), Counter(plan.short)
    new = Counter(part.person for part in plan.parts) + anchors
    said = []
    for person in sorted(new, key=lambda one: known[one]):
        some = f", {anchors[person]} of them anchors" if anchors[person] and not done else ""
        said.append(f"{known[person]}: {new[person]} new{some}, {plan.loads[person]} open altogether")
        mine = [part for part in parts if part.person == person]
        if plan.anchors:
            mine.sort(key=lambda part: hashlib.sha256(part.case.encode()).digest())
        said += [f"  {runs[part.case]}{'  as bar raiser' if part.kind == 'bar_raiser' else ''}" for part in mine]
    said += [f"lacking  {runs[case]}: {why}" for case, why in plan.lacking]
    said += [f"lacking  {known[person]}: {_due(short[person])} due, and none is new to them" for person in short]
    if len(plan.blocks) > 1:
        groups = " | ".join(", ".join(known.get(one, one) for one in block) for block in plan.blocks)
        said.append(f"Severity cannot be compared between these groups, which share no case: {groups}")
    return said


def _due(count: int) -> str:
    return "an anchor is" if count == 1 else f"{count} anchors are"


def _given(desk: Desk, plan: AssignmentPlan) -> list[Part]:
    """The anchors of a plan that was carried out, as the parts that they are to those who rate them."""
    from grader.review.assigning import Part

    people = {person.id: person for person in desk.people()}
    parts = [(person, case, desk.part(people[person], case)) for person, case in plan.anchors]
    return [Part(case=case, person=person, kind=part.kind) for person, case, part in parts if part]
