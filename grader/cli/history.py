"""`grade history`: what was graded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.unseen import json_text

if TYPE_CHECKING:
    from grader.store.export import Row


@click.command()
@click.option("--challenge", "-c", default="", metavar="ID", help="Only this challenge.")
@click.option("--candidate", default="", metavar="NAME", help="Only this candidate, by name or blind id.")
@click.option("--status", default="", help="Only graded, refused, challenge_error or infrastructure_error.")
@click.option("--limit", default=50, type=click.IntRange(1, 100_000), metavar="N", help="At most N runs (50).")
@click.option("--reveal", is_flag=True, help="Show candidates' names instead of blind ids.")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each run, for programs.")
def command(challenge: str, candidate: str, status: str, limit: int, reveal: bool, store: str, as_json: bool) -> None:
    """What was graded, the latest first. `grade show RUN` tells the rest of one run.

    The score is the machine's own. Where people have closed the grade, theirs stands behind it, from the reveal on.
    """
    from grader.cli.standing import store_at
    from grader.review.outcomes import Outcomes
    from grader.store import open_store

    with open_store(store_at(store)) as opened:
        found = opened.history(challenge=challenge, candidate=candidate, status=status, limit=limit)
        rows = list(Outcomes(opened.engine).beside(found))
    for row in rows:
        click.echo(json_text(plain(row, reveal=reveal)) if as_json else line(row, reveal=reveal))
    if not rows and not as_json:
        click.echo("Nothing that matches was graded.")


def plain(row: Row, *, reveal: bool) -> dict[str, object]:
    from grader.store.export import NAMES

    return {name: value for name, value in row.items() if name != "body" and (reveal or name not in NAMES)}


def line(row: Row, *, reveal: bool) -> str:
    """One run in one line. What comes from candidates is made safe for a terminal."""
    from grader.errors import visible

    who = visible((row["candidate"] if reveal else row["blind"]) or "-", 30)
    result = f"{row['score']:5.1f}  {row['recommendation'].replace('_', ' ')}" if row["score"] is not None else ""
    if row.get("people_recommendation"):
        result += f"  {_people(row)}"
    if row["differs"]:
        result += "  differs: another run of the same came to another grade"
    if row["status"] != "graded":
        result = f"{visible(row['status'].replace('_', ' '), 40)}: {visible(row['reason'], 80)}"
    return f"{row['started_at']}  {row['run']}  {visible(row['challenge_id'], 30)}  {who}  {result}"


def _people(row: Row) -> str:
    score = f"{row['people_score']:.1f}  " if row["people_score"] is not None else ""
    decided = f", decided: {row['decision']}" if row["decision"] else ""
    return f"people: {score}{row['people_recommendation'].replace('_', ' ')}{decided}"
