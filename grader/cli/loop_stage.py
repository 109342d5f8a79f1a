"""`grade loop decide`, `grade loop letter`: what a person decides on a stage of a candidate's loop, and the letter."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.reviewed import STORE_OPTION

BY = click.option("--by", default="", metavar="NAME", help="Who decides, and whose letter it is: a lead.")


@click.command()
@click.argument("candidate", metavar="CANDIDATE")
@click.argument("stage")
@click.argument("outcome", type=click.Choice(["advance", "decline", "more"]))
@BY
@click.option("--why", default="", metavar="TEXT", help="The reason; a decision takes one.")
@STORE_OPTION
def decide(candidate: str, stage: str, outcome: str, by: str, why: str, store: str) -> int:
    """Decide on STAGE of CANDIDATE's loop (a blind id), over all rounds up to it: advance, decline, or more.

    The stage's rule recommends to go on, or says what is below it or open; a person decides and says why. Advance and
    decline take two independent people over the rounds so far, and that nothing of the stage is under way. Decisions
    are added and never changed: the last one on a stage is in force, and all are kept.
    """
    from functools import partial

    from grader.cli.decide import lead
    from grader.cli.reviewed import operator
    from grader.cli.standing import store_at
    from grader.errors import UsageError, visible
    from grader.loop.deciding import advise
    from grader.review.desk import open_desk
    from grader.review.problems import NotReadyError

    if not by:
        raise UsageError("Say who decides: --by NAME.")
    with open_desk(store_at(store)) as desk:
        try:
            with desk.together():  # nobody becomes a lead by a decision that is refused
                made = desk.decide_stage(operator(), candidate, stage, outcome, why, partial(advise, stage=stage),  # type: ignore[arg-type]
                                         by=lead(desk, by, new=False))  # fmt: skip
        except NotReadyError as problem:
            click.echo("\n".join(["Not yet:", *(f"  {visible(one, 300)}" for one in problem.reasons)]), err=True)
            return 2
    against = ", against the rule" if made.against else ""
    click.echo(f"Decided on {made.stage}: {made.outcome}{against} (the rule: {made.recommendation}).")
    if outcome != "more":
        click.echo(f"next: grade loop letter {candidate.upper()} {stage}", err=True)
    return 0


@click.command()
@click.argument("candidate", metavar="CANDIDATE")
@click.argument("stage")
@BY
@click.option("--text", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Keep this text.")  # fmt: skip
@click.option("--release", is_flag=True, help="It goes out as it is now: the candidate's page shows it, unchanged ever "
              "after.")  # fmt: skip
@STORE_OPTION
def letter(candidate: str, stage: str, by: str, text: Path | None, release: bool, store: str) -> int:
    """Print the letter to CANDIDATE after the decision in force on STAGE; keep another text; let it go out.

    It begins with the stage's own draft, filled in as far as is known; `{{ name }}` may stay, and the candidate's page
    puts the name there. --release is refused while something is left open. Where the candidate handed something in by
    a link, the letter stands behind it; else send what is printed.
    """
    from datetime import UTC, datetime

    from grader.cli.decide import lead
    from grader.cli.letter import read
    from grader.cli.reviewed import operator
    from grader.cli.standing import store_at
    from grader.errors import UsageError
    from grader.loop.deciding import letter_text
    from grader.review.desk import open_desk

    if (text or release) and not by:
        raise UsageError("Say whose letter it is: --by NAME.")
    with open_desk(store_at(store)) as desk:
        said = (
            read(text)
            if text
            else letter_text(desk.loop_view(operator(), candidate), stage, sender=by, now=datetime.now(UTC))
        )
        if text or release:
            with desk.together():
                who = lead(desk, by, new=False)
                desk.edit_stage_letter(operator(), candidate, stage, said, release=release, by=who)
            click.echo("Released: it stays as it is." if release else "Kept; --release lets it go out.", err=True)
    click.echo(said.rstrip("\n"))
    return 0
