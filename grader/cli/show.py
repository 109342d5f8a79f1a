"""`grade show RUN`: one run, all that was added to it, and what people said about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.unseen import json_text

if TYPE_CHECKING:
    from sqlalchemy.engine import RowMapping

    from grader.cli.reviewed import Reviewed
    from grader.store.store import Store


@click.command()
@click.argument("run")
@click.option("--reveal", is_flag=True, help="Show the candidate's name and where the result is.")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the grade.json that is kept; where people review it, with case, assessments and decision.",
)
def command(run: str, reveal: bool, store: str, as_json: bool) -> None:
    """Show RUN: a result folder, a run's id or blind id, or the beginning of a submission's digest (four characters or
    more).

    What people said is in it from the reveal on; before, only that a case is open.
    """
    if (Path(run) / "grade.json").is_file():
        _show_folder(run, store, reveal=reveal, as_json=as_json)
    else:
        _show_run(run, store, reveal=reveal, as_json=as_json)


def _show_run(run: str, url: str, *, reveal: bool, as_json: bool) -> None:
    from grader.cli.reviewed import reviewed
    from grader.cli.standing import store_at
    from grader.errors import UsageError
    from grader.store import open_store

    if len(run.removeprefix("sha256:")) < 4:
        raise UsageError(f"{run!r} is too short; give a run's id or at least four characters of a digest.")
    with open_store(store_at(url)) as opened:
        found = opened.find(run)
        if not found:
            raise UsageError(f"No run and no submission is called {run!r}.", fix="grade history")
        if not as_json:
            click.echo("\n\n".join(text(opened, row, reveal=reveal) for row in found))
        elif found[0]["body"] is None:
            raise UsageError(f"Run {found[0]['run']} has no grade: {found[0]['reason']}")
    with reviewed(str(found[0]["run"]), url) as case:
        if as_json:
            click.echo(_json(case, found[0]["body"]))
        elif case.case is not None:
            click.echo(f"\n{_people(case)}")


def _show_folder(run: str, url: str, *, reveal: bool, as_json: bool) -> None:
    from grader.cli.reviewed import reviewed
    from grader.errors import UsageError, visible
    from grader.result.grade_json import grade_from_json
    from grader.review.problems import InDoubtError
    from grader.store.store import Store
    from grader.stored import load_json

    folder = Path(run)
    grade = grade_from_json(load_json(folder / "grade.json"))  # as strictly as `grade report` reads it
    body = (folder / "grade.json").read_text(encoding="utf-8")
    try:
        with reviewed(run, url) as found:
            if as_json:
                click.echo(_json(found, body))
                return
            store = Store(found.desk.engine)
            click.echo(text(store, store.find(found.run)[0], reveal=reveal))
            if found.case is not None:
                click.echo(f"\n{_people(found)}")
    except InDoubtError:
        raise
    except UsageError as problem:
        if not as_json:
            known = visible(str(grade.provenance.get("run")), 80)
            click.echo(f"run     {known}\nstatus  {grade.status}\n{problem.message}")
        else:
            click.echo(body, nl=False)


def _json(found: Reviewed, body: str) -> str:
    """The grade, and after it what people said; as it is kept where nobody reviews it."""
    from grader.cli.reviewed import grade_of, operator
    from grader.result.grade_json import grade_to_json
    from grader.review.export import case_data

    if found.case is None:
        return body.rstrip("\n")
    view = found.desk.view(operator(), found.case.id)
    grade: dict[str, Any] = grade_to_json(grade_of(found)) if view.revealed else json.loads(body)
    return json_text({**grade, **case_data(found.case, view)}, indent=1)


def _people(found: Reviewed) -> str:
    """What people said, for the terminal."""
    from grader.cli import reveal
    from grader.cli.reviewed import begun, grade_of, operator

    case = begun(found)
    view = found.desk.view(operator(), case.id)
    if not view.revealed:
        return "People review it; what they say is shown once it is revealed (grade reveal)."
    return reveal.text(view, grade_of(found))


def text(store: Store, row: RowMapping, *, reveal: bool) -> str:
    """A run as lines of a name and a value, then what was added to it: who, when, why."""
    from grader.cli.history import plain
    from grader.errors import visible

    shown = {name: value for name, value in plain(row, reveal=reveal).items() if value not in {None, ""}}
    if shown.pop("differs", False):
        shown["differs"] = "another run of the same came to another grade (grade history; below, grade_differs)"
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
