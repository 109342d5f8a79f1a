"""`grade people anchor`: closed cases that are given once more, unseen as such, so that a rater's drift shows."""

from __future__ import annotations

import click

from grader.cli.reviewed import STORE_OPTION


@click.command("anchor")
@click.argument("run", default="")
@click.option("--end", is_flag=True, help="RUN is an anchor no more: it is given to nobody else.")
@STORE_OPTION
def command(run: str, end: bool, store: str) -> None:
    """Make RUN an anchor: a decided case (a result folder, or a run's id or blind id) whose levels are settled. Without
    RUN, list the anchors.

    `grade people ask --anchors N` then gives each person one for every N ordinary parts: under another name, beside a
    task of the same challenge, and never one that they have rated, read or are close to. Those who lead get none. What
    is said of an anchor enters no grade; leads see it as drift, under Reliability.

    \b
    grade people anchor ABC234
    grade people ask --anchors 10
    """
    from grader.cli.reviewed import begun, operator, reviewed
    from grader.cli.standing import store_at
    from grader.errors import UsageError, visible
    from grader.review.desk import open_desk

    if run:
        with reviewed(run, store) as found:
            found.desk.choose_anchor(operator(), begun(found).id, chosen=not end)
        click.echo(f"{visible(run, 80)} is {'no longer an anchor' if end else 'an anchor'}.")
        return
    if end:
        raise UsageError("Say which anchor ends.", fix="grade people anchor RUN --end")
    with open_desk(store_at(store)) as desk:
        anchors = desk.anchors(operator())
    for one in anchors:
        click.echo(f"{one.run}  {one.blind:8}  {one.challenge} {one.challenge_version}  given to {one.given}")
    if not anchors:
        click.echo("No case is an anchor yet: grade people anchor RUN")
