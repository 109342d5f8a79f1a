"""`grade assess RUN --rater NAME`: one person rates a graded submission, blind to everybody else and to the score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.reviewed import STORE_OPTION

if TYPE_CHECKING:
    from grader.cli.reviewed import Reviewed
    from grader.review.desk import Desk
    from grader.review.records import Actor, Case, Kind, Role

ROLES = ("assessor", "bar_raiser", "adjudicator")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Who is to rate, and as what."""

    name: str
    role: Kind
    reopen: str
    """Why the case is opened again with them; empty where it is not."""
    new: bool
    """Whether they are somebody new, though a name is near."""


@click.command()
@click.argument("run")
@click.option("--rater", required=True, metavar="NAME", help="Who rates.")
@click.option("--role", type=click.Choice(ROLES), default="assessor", show_default=True,
              help="An adjudicator settles what lies apart, after the reveal.")  # fmt: skip
@click.option("--import", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Hand in this CSV: criterion,level,note[,evidence].")  # fmt: skip
@click.option("--withdraw", is_flag=True, help="Take back what was handed in, until the reveal.")
@click.option("--recuse", default="", metavar="WHY", help="Step aside: a conflict of interest.")
@click.option("--reopen", default="", metavar="WHY", help="After the reveal: a new round, with this fresh rater.")
@click.option("--amend", is_flag=True, help="After the reveal: what you now think. Marked informed, never counted.")
@click.option("--new", is_flag=True, help="NAME is somebody else than the person of a name that is nearly the same.")
@STORE_OPTION
def command(
    run: str, rater: str, role: Kind, source: Path | None, withdraw: bool, recuse: str, reopen: str, amend: bool,
    new: bool, store: str,
) -> int:  # fmt: skip
    """Rate the submission of RUN, a result folder, or the id or blind id of a run in the store: criterion by criterion,
    the anchors beside the work.

    You see the work, the instruction, the rubric and your own words: not the score, not a judge's level, not whether
    anybody else has rated. Each answer is saved at once; the same command goes on where you stopped.

    \b
    A level, or the reason why you cannot judge. At the lowest and the highest level, the lines it rests on:
      EVAL.md:12-14          lines of a file
      "nine of forty"        words that stand in the work
    In a CSV file the level may be empty where the note says why; a row for * holds the lean and the rationale.

    When all are in, `grade reveal RUN` shows what everybody said.
    """
    from grader.cli.reviewed import begun, reviewed
    from grader.review.problems import NotFoundError

    with reviewed(run, store, begin=True) as found:
        case = begun(found)
        try:
            wish = Wish(name=rater, role=role, reopen=reopen, new=new)
            _as(found, case, wish, source, withdraw=withdraw, recuse=recuse, amend=amend)
        except NotFoundError as problem:
            raise NotFoundError(run) from problem
    return 0


def _as(
    found: Reviewed, case: Case, wish: Wish, source: Path | None, *, withdraw: bool, recuse: str, amend: bool
) -> None:
    from grader.cli import assess_walk
    from grader.review.problems import IncompleteError

    desk = found.desk

    def begin() -> Actor:
        return _actor(found, case, wish, by_file=source is not None)

    if source is None and not withdraw and not recuse:
        if wish.reopen:
            with desk.together():
                begin()
            wish = replace(wish, reopen="")
        if wish.role == "adjudicator":
            assess_walk.adjudicate(desk, begin, case)
        else:
            assess_walk.walk(desk, begin, case, amend=amend)
        return
    incomplete: IncompleteError | None = None
    with desk.together():  # nobody is asked for the case by a file or a word that is refused
        try:
            if source is None:
                _leave(desk, begin(), case, recuse)
            elif wish.role == "adjudicator":
                assess_walk.settle_from(desk, begin(), case, source)
            else:
                assess_walk.take_in(desk, begin(), case, source, amend=amend)
        except IncompleteError as problem:  # what was written is a draft
            incomplete = problem
    if incomplete is not None:
        raise incomplete


def _leave(desk: Desk, actor: Actor, case: Case, recuse: str) -> None:
    """Takes back what was handed in; with a reason, steps aside."""
    if recuse:
        desk.recuse(actor, case.id, recuse)
        click.echo("You have stepped aside. Somebody else is to be asked.")
    else:
        desk.withdraw(actor, case.id)
        click.echo("Taken back; it is a draft again.")


def _actor(found: Reviewed, case: Case, wish: Wish, *, by_file: bool) -> Actor:
    """Who rates, asked for the case where that has not happened yet. Raises NotAllowedError for another part than the
    person has."""
    from grader.cli.reviewed import operator, person
    from grader.errors import visible
    from grader.review.problems import NotAllowedError
    from grader.review.records import Actor

    roles: tuple[Role, ...] = ("reviewer", "bar_raiser") if wish.role == "bar_raiser" else ("reviewer",)
    who = person(found.desk, wish.name, *roles, new=wish.new)
    part = found.desk.part(who, case.id)
    if wish.reopen:
        found.desk.reopen(operator(), case.id, wish.reopen, [who], wish.role)
    elif part is None:
        found.desk.assign(operator(), case.id, who, wish.role)
    elif part.kind != wish.role:
        has = part.kind.replace("_", " ")
        raise NotAllowedError(f"{visible(who.name, 80)} has the part of {has} in this case already.")
    return Actor(person=who, how="import" if by_file else "command")
