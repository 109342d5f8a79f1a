"""What the reports of `grade analyse` have in common: where rows come from, options, and how a report is shown."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.errors import UsageError
from grader.unseen import json_text

if TYPE_CHECKING:
    from grader.analytics.events import StageEvent
    from grader.analytics.groups import Groups
    from grader.analytics.report import Report


def report(group: click.Group, text: str, *, kept: bool = False) -> Callable[[Callable[..., Report]], click.Command]:
    """A report as a command: where its rows come from (`kept`: from a store, too), and how it is shown."""

    def made(work: Callable[..., Report]) -> click.Command:
        @functools.wraps(work)
        def run(table: Path | None, as_json: bool, out: Path | None, html: Path | None, **options: Any) -> None:
            if sum(map(bool, (table, options.get("store"), options.get("results")))) != 1:
                more = [", or --store URL" if kept else "", ", or --results DIR" if "results" in options else ""]
                raise UsageError(f"Give --table FILE.csv{''.join(more)}.")
            show(work(table, **options), as_json=as_json, out=out, html=html)

        for option in reversed((*_SHARED, *((_KEPT,) if kept else ()))):
            option(run)
        return group.command(work.__name__.strip("_"), help=text, short_help=text.split(".")[0] + ".")(run)

    return made


_SHARED = (
    click.option("--table", metavar="FILE.csv", type=click.Path(path_type=Path, dir_okay=False),
                 help="The table."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object: report, rows, notes."),
    click.option("--out", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
                 help="Write REPORT.html, REPORT.csv and REPORT.json there as well."),
    click.option("--html", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
                 help="Write the page, with its charts, to FILE as well."),
)  # fmt: skip

_KEPT = click.option("--store", metavar="URL", default="", help="What was kept there, instead of a table.")


def show(report: Report, *, as_json: bool, out: Path | None, html: Path | None) -> None:
    from grader import files
    from grader.analytics import text
    from grader.analytics.page import render
    from grader.analytics.report import as_json as plain

    data = json_text(plain(report), indent=2)
    targets: dict[Path, Callable[[Report], str]] = {html: render} if html else {}
    if out:
        files.check_writable(out)
        targets |= {out / f"{report.name}.html": render, out / f"{report.name}.csv": text.as_csv,
                    out / f"{report.name}.json": lambda _: data + "\n"}  # fmt: skip
    for path, make in targets.items():
        files.write(path, make(report).encode("utf-8", "backslashreplace"))
    click.echo(data if as_json else "\n".join(text.lines(report)))


by_option = click.option("--by", type=click.Choice(("all", "month", "quarter", "year", "job", "source")), default="all",
                   show_default=True, help="What candidates who are held together have in common.")  # fmt: skip
stages_option = click.option("--stages", metavar="A,B,C", default="",
                             help="The stages from first to last; else by how deep in ways they come.")  # fmt: skip
until_option = click.option(
    "--until", metavar="DATE", default="", help="The day up to which is counted; today by default."
)


def stage_events(table: Path | None, store: str) -> tuple[StageEvent, ...]:
    from grader.analytics.events import read_events

    if table is not None:
        return read_events(table)
    from grader.analytics.kept import stage_events
    from grader.store import open_store

    with open_store(store) as opened:
        return stage_events(opened)


def said_groups(where: str, key: Path | None, events: Sequence[StageEvent]) -> Groups:
    if "://" not in where:
        from grader.analytics.groups import read_groups

        return read_groups(Path(where))
    if key is None:
        raise UsageError("--groups URL needs its --key KEYFILE.")
    from grader.analytics.group_store import GroupStore

    store = GroupStore(where, key)
    try:
        return store.of(event.candidate for event in events)
    finally:
        store.close()


def listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def day(text: str) -> datetime:
    from grader.analytics.tables import moment

    try:
        return moment(text) if text else datetime.now(UTC)
    except ValueError:
        raise UsageError(f"--until {text!r} is no date such as 2026-03-31") from None
