"""`grade show RUN`: one run, and all that was added to it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy.engine import RowMapping

    from grader.store.store import Store


@click.command()
@click.argument("run")
@click.option("--reveal", is_flag=True, help="Show the candidate's name and where the result is.")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
@click.option("--json", "as_json", is_flag=True, help="Print the grade.json that is kept.")
def command(run: str, reveal: bool, store: str, as_json: bool) -> None:
    """Show RUN: the id of a run, or the beginning of a submission's digest (four characters or more)."""
    from grader.errors import UsageError
    from grader.settings import Settings
    from grader.store import open_store

    if len(run.removeprefix("sha256:")) < 4:
        raise UsageError(f"{run!r} is too short; give a run's id or at least four characters of a digest.")
    with open_store(store or Settings.read().store) as opened:
        found = opened.find(run)
        if not found:
            raise UsageError(f"No run and no submission is called {run!r}.", fix="grade history")
        if as_json:
            if found[0]["body"] is None:
                raise UsageError(f"Run {found[0]['run']} has no grade: {found[0]['reason']}")
            sys.stdout.write(found[0]["body"] + "\n")
            return
        click.echo("\n\n".join(text(opened, row, reveal=reveal) for row in found))


def text(store: Store, row: RowMapping, *, reveal: bool) -> str:
    """A run as lines of a name and a value, then what was added to it: who, when, why."""
    from grader.cli.history import plain
    from grader.errors import visible

    shown = {name: value for name, value in plain(row, reveal=reveal).items() if value not in {None, ""}}
    lines = [f"{name:18}  {visible(str(value), 400)}" for name, value in shown.items()]
    for kind, entries in store.trail(row).items():
        lines += [f"{kind}:"] if entries else []
        lines += [f"  {_entry(entry)}" for entry in entries]
    return "\n".join(lines)


def _entry(entry: RowMapping) -> str:
    from grader.errors import visible

    about = " ".join(str(entry[name]) for name in ("criterion", "what") if name in entry)
    level = f" level {entry['level']}" if entry.get("level") is not None else ""
    more = f" {entry['data']}" if "data" in entry else ""
    return visible(f"{entry['at']}  {entry['who']}  {about}{level}{more}  ({entry['why']})", 300)
