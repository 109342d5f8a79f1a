"""`grade decide RUN OUTCOME --by NAME --why TEXT`: a decision, agreement or dissent with it, and the letter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.reviewed import STORE_OPTION

if TYPE_CHECKING:
    from grader.review.desk import Desk
    from grader.review.records import Person


@click.command()
@click.argument("run")
@click.argument("outcome", type=click.Choice(["advance", "decline", "more", "agree", "dissent", "letter"]))
@click.option("--by", required=True, metavar="NAME", help="Who decides; for agree and dissent, which assessor.")
@click.option("--why", default="", metavar="TEXT", help="The reason. A decision and a dissent take one.")
@click.option("--text", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="letter: keep this text.")  # fmt: skip
@click.option("--edit", is_flag=True, help="letter: open the text in your editor, and keep what you save.")
@click.option("--release", is_flag=True, help="letter: it goes out as it is now; once, and never changed after.")
@click.option("--new", is_flag=True, help="NAME is somebody else than the person of a name that is nearly the same.")
@STORE_OPTION
def command(
    run: str, outcome: str, by: str, why: str, text: Path | None, edit: bool, release: bool, new: bool, store: str
) -> int:  # fmt: skip
    """Decide about RUN (a result folder, or a run's id or blind id) after the reveal: advance, decline, or more.

    The grade recommends; a person decides and says why, above all against what is recommended. `agree` and `dissent`
    keep what an assessor thinks of the outcome, in their words; who says nothing is silent.

    `letter` prints what the candidate is to read, once it is decided: the letter that the grader would write, until
    somebody keeps another text (--text FILE, --edit). Nothing is sent: --release says that it has gone out.
    """
    from grader.cli import letter
    from grader.cli.reveal import decided
    from grader.cli.reviewed import begun, operator, reviewed
    from grader.errors import UsageError, visible
    from grader.review.records import Actor

    if outcome != "letter" and (text or edit or release):
        raise UsageError(
            "--text, --edit and --release belong to the letter.", fix=f"grade decide {run} letter --by NAME"
        )
    with reviewed(run, store) as found:
        case = begun(found)
        if outcome == "letter":
            letter.put(found.desk, case.id, lambda: lead(found.desk, by, new), text, edit=edit, release=release)
            return 0
        if outcome in {"agree", "dissent"}:
            who = found.desk.person(by)
            if who is None:
                raise UsageError(f"Nobody called {visible(by, 80)!r} has assessed this.")
            found.desk.respond(Actor(person=who, how="command"), case.id, agrees=outcome == "agree", words=why)
            click.echo("Kept.")
            return 0
        with found.desk.together():  # nobody becomes a lead by a decision that is refused
            made = found.desk.decide(operator(), case.id, outcome, why, by=lead(found.desk, by, new))  # type: ignore[arg-type]
        click.echo(f"Decided: {decided(made)}")
    return 0


def lead(desk: Desk, name: str, new: bool) -> Person:
    """Who decides. Where the store has leads it is one of them; else whoever runs the program vouches for the name."""
    from grader.cli.reviewed import person
    from grader.errors import visible
    from grader.review.problems import NotAllowedError

    leads = [one for one in desk.people() if {"lead", "admin"} & set(one.roles) and one.active]
    known = desk.person(name)
    if leads and known not in leads:
        others = ", ".join(visible(one.name, 80) for one in leads[:5])
        raise NotAllowedError(f"{visible(name, 80)} is no lead here; this is a lead's ({others}).")
    return known or person(desk, name, "lead", new=new)
