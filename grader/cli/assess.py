"""`grade assess RUN --rater NAME`: one person rates a graded submission, blind to everybody else and to the score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.reviewed import STORE_OPTION

if TYPE_CHECKING:
    from grader.cli.reviewed import Reviewed
    from grader.review.records import Case, Kind, Person, Role

ROLES = ("assessor", "bar_raiser", "adjudicator")


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
@STORE_OPTION
def command(
    run: str, rater: str, role: Kind, source: Path | None, withdraw: bool, recuse: str, reopen: str, amend: bool,
    store: str,
) -> int:  # fmt: skip
    """Rate the submission of RUN, a result folder or the id of a run in the store: criterion by criterion, the anchors
    beside the work.

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
            _as(found, case, rater, role, source, withdraw=withdraw, recuse=recuse, reopen=reopen, amend=amend)
        except NotFoundError as problem:
            raise NotFoundError(run) from problem
    return 0


def _as(
    found: Reviewed, case: Case, rater: str, role: Kind, source: Path | None, *, withdraw: bool, recuse: str,
    reopen: str, amend: bool,
) -> None:  # fmt: skip
    from grader.cli import assess_walk
    from grader.review.records import Actor

    who = _rater(found, case, rater, role, reopen)
    actor = Actor(person=who, how="import" if source else "command")
    if role == "adjudicator":
        assess_walk.adjudicate(found.desk, actor, case, source)
    elif withdraw:
        found.desk.withdraw(actor, case.id)
        click.echo("Taken back; it is a draft again.")
    elif recuse:
        found.desk.recuse(actor, case.id, recuse)
        click.echo("You have stepped aside. Somebody else is to be asked.")
    elif source is not None:
        assess_walk.take_in(found.desk, actor, case, source, amend=amend)
    else:
        assess_walk.walk(found.desk, actor, case, amend=amend)


def _rater(found: Reviewed, case: Case, name: str, role: Kind, reopen: str) -> Person:
    """Who rates, asked for the case where that has not happened yet. Raises NotAllowedError for another part than the
    person has."""
    from grader.cli.reviewed import operator, person
    from grader.errors import visible
    from grader.review.problems import NotAllowedError

    roles: tuple[Role, ...] = ("reviewer", "bar_raiser") if role == "bar_raiser" else ("reviewer",)
    who = person(found.desk, name, *roles)
    part = found.desk.part(who, case.id)
    if reopen:
        found.desk.reopen(operator(), case.id, reopen, [who], role)
    elif part is None:
        found.desk.assign(operator(), case.id, who, role)
    elif part.kind != role:
        has = part.kind.replace("_", " ")
        raise NotAllowedError(f"{visible(who.name, 80)} has the part of {has} in this case already.")
    return who
