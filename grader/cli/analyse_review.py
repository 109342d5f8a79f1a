"""`grade analyse review`: the page for the panel of the quarter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.analytics.predict import Question
    from grader.analytics.review import Material

Read = TypeVar("Read")
TABLES = "outcomes.csv, levels.csv, ratings.csv, gates.csv, answers.csv, changes.csv"
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.option("--tables", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help=f"A folder with any of {TABLES}.")  # fmt: skip
@click.option("--store", metavar="URL", default="", help="What was kept there, instead of a folder.")
@click.option("--challenge", metavar="ID", default="", help="With --store: scores and hidden tests of this challenge.")
@click.option("--reached", metavar="STAGE", default="", help="With --store: the stage that minutes are held to.")
@click.option("--line", type=float, help="The score from which one is recommended.")
@click.option("--bar", type=float, help="The rating from which one does well.")
@click.option("--changes", metavar="FILE.csv", type=_FILE, help="What was changed after the last review.")
@click.option("--last", metavar="review.json", type=_FILE, help="The last review, as --out wrote it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: report, rows, notes.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
              help="Write review.html, review.csv and review.json there as well.")  # fmt: skip
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the page, with its charts, to FILE as well.")  # fmt: skip
def review(
    tables: Path | None, store: str, challenge: str, reached: str, line: float | None, bar: float | None,
    changes: Path | None, last: Path | None, as_json: bool, out: Path | None, html: Path | None,
) -> None:  # fmt: skip
    """One page for the panel of the quarter: surprises in both directions, what earns nothing for its minutes, raters
    who drift, gates, items to read again, and what the last changes did.

    The tables are those of predict, signal, raters and items under the names above; a missing one is said to be not
    looked at. Besides:

    \b
      gates.csv    criterion, open (yes or no); optional since, why
      changes.csv  section and name as the last review has them, what was changed in words

    Keep each review (--out), and hand it to the next with --last: what was changed stands there with its figures then
    and now.
    """
    from grader.analytics.predict import Question
    from grader.analytics.review import review as make
    from grader.cli.analysing import show

    if (tables is None) == (not store):
        raise UsageError("Give --tables DIR, or --store URL.")
    question = Question(line=line, bar=bar)
    material = _of_tables(tables, question, changes, last) if tables else _of_store(
        store, question, challenge, reached, changes, last
    )  # fmt: skip
    show(make(material), as_json=as_json, out=out, html=html)


def _of_tables(folder: Path, question: Question, changes: Path | None, last: Path | None) -> Material:
    from grader.analytics import items, predict, raters, signal
    from grader.analytics.review import Material, read_changes, read_gates, read_last

    def read(name: str, how: Callable[[Path], Read]) -> Read | None:
        path = folder / name
        return how(path) if path.is_file() else None

    named = changes or folder / "changes.csv"
    return Material(
        outcomes=read("outcomes.csv", predict.read_outcomes), question=question,
        levels=read("levels.csv", signal.read_levels), ratings=read("ratings.csv", raters.read),
        gates=read("gates.csv", read_gates), answers=read("answers.csv", items.read_answers),
        changes=read_changes(named) if named.is_file() else None, last=read_last(last) if last else (),
    )  # fmt: skip


def _of_store(
    url: str, question: Question, challenge: str, reached: str, changes: Path | None, last: Path | None
) -> Material:
    from dataclasses import replace

    from grader.analytics.kept_review import material
    from grader.analytics.review import read_changes, read_last
    from grader.cli.reviewed import operator
    from grader.review.desk import open_desk
    from grader.store import open_store

    with open_store(url) as store, open_desk(url) as desk:
        rated = tuple(row for row in desk.ratings(operator()).rows if row.role == "rater")
        found = material(store, challenge=challenge, reached=reached)
    return replace(
        found, question=question, ratings=rated or None,
        changes=read_changes(changes) if changes else None, last=read_last(last) if last else (),
    )  # fmt: skip
