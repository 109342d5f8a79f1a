"""`grade analyse REPORT`: what became of candidates, in figures that are honest about few."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.analyse_review import review
from grader.cli.analysing import by_option, day, listed, report, said_groups, stage_events, stages_option, until_option
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.analytics.impact import Cell
    from grader.analytics.report import Report

HELP = """Figures on what became of candidates: with counts, intervals, what is still open, and words.

Each report reads a plain table (--table), made anywhere: CSV in UTF-8 with a header. `grade analyse REPORT --help` says
which columns. Where a report has --store, it reads what `grade hire` and gradings kept in there instead.

Nothing is rejected, ranked or decided by a figure, and below thirty people the words are "too few to
tell".

\b
Which report answers what:
  funnel   how far did candidates come, and where did they stay?
  time     how long do they wait, and for what?
  dropoff  what does a task cost them, and who gives up?
  predict  did scores say anything about work? who surprised us?
  impact   are groups selected alike, stage by stage?
  signal   which round earns the minutes it takes?
  items    which hidden test or criterion should be read again?
  exposure how often was each task given out, and has it got about?
  raters   who is severe, who drifts?
  review   what to talk about once a quarter: one page out of the others

\b
Example:
  $ cat stages.csv
  candidate,stage,entered_at,left_at,exit
  K7,applied,2026-01-05,2026-01-07,advance
  K7,take-home,2026-01-07,2026-01-19,reject
  M2,applied,2026-01-06,,
  …
  $ grade analyse funnel --table stages.csv --by quarter
"""
_STAGES = """

\b
Columns:
  candidate    one of each application: a blind id, or its number
  stage        the stage's name
  entered_at   2026-03-31, or with a time
  left_at      empty while they are in it
  exit         advance, reject or withdraw; empty if nobody knows
"""


@click.group("analyse", help=HELP, short_help="What became of candidates, in figures.")
def command() -> None:
    """The reports."""


command.add_command(review)


@report(
    command,
    "How far candidates came: cohorts by first entry, ever reached, with what is still open."
    + _STAGES
    + """
  job, source  optional, for --by""",
    kept=True,
)
@by_option
@stages_option
def funnel(table: Path | None, store: str, by: str, stages: str) -> Report:
    from grader.analytics.funnel import funnel as make

    return make(stage_events(table, store), by=by, stages=listed(stages))


@report(
    command, "How long candidates wait: those still waiting count as waiting, ways out compete." + _STAGES, kept=True
)
@stages_option
@until_option
@click.option("--within", type=click.FloatRange(0, min_open=True), default=30, show_default=True, metavar="DAYS",
              help="By when the shares of each way out are taken.")  # fmt: skip
def time(table: Path | None, store: str, stages: str, until: str, within: float) -> Report:
    from grader.analytics.time import time as make

    return make(stage_events(table, store), until=day(until), within=within, stages=listed(stages))


@report(
    command,
    "What tasks cost candidates: never started apart from started and quit, against minutes."
    + _STAGES
    + """
\b
And for stages that are tasks:
  minutes_asked  how long the instruction says it takes
  started_at     when they began
  submitted_at   when they handed in
  minutes_used   how long it took them, where they said so""",
    kept=True,
)
@stages_option
def dropoff(table: Path | None, store: str, stages: str) -> Report:
    from grader.analytics.dropoff import dropoff as make

    return make(stage_events(table, store), stages=listed(stages))


_share = click.FloatRange(0, 1, min_open=True)


@report(
    command,
    """Whether scores said anything about work: the correlation as seen first, then what selection may have hidden.

\b
Columns:
  candidate  a blind id; several rows of one are averaged
  score      what the grader or the loop gave; everybody's who was scored
  rating     how they do on the job; empty where there is none yet
  hired      yes for who was taken and is not rated yet

With --line and --bar, who surprised you, in both directions.""",
    kept=True,
)
@click.option("--challenge", metavar="ID", default="", help="With --store: scores of this challenge only.")
@click.option("--line", type=float, help="The score from which one is recommended.")
@click.option("--bar", type=float, help="The rating from which one does well.")
@click.option("--score-reliability", type=_share, help="Of scores, among all; for selection on something like it.")
@click.option("--rating-reliability", type=_share, help="Of ratings, among those taken.")
def predict(
    table: Path | None, store: str, challenge: str, line: float | None, bar: float | None,
    score_reliability: float | None, rating_reliability: float | None,
) -> Report:  # fmt: skip
    from grader.analytics.predict import Question, read_outcomes
    from grader.analytics.predict import predict as make

    question = Question(line=line, bar=bar, score_reliability=score_reliability, rating_reliability=rating_reliability)
    if table is not None:
        return make(read_outcomes(table), question)
    from grader.analytics.kept import outcomes
    from grader.store import open_store

    with open_store(store) as opened:
        return make(outcomes(opened, challenge), question)


@report(
    command,
    """Whether groups are selected alike, stage by stage and overall: counts, four fifths, an exact test.

With --groups, the table is one of stages (as for funnel), and FILE has candidate and a column for each dimension, such
as sex and race: what candidates said of themselves, asked apart. Without it, the table holds counts:

\b
Columns:
  group      as people call themselves; declined, not asked, unknown
  n          how many were decided about
  selected   how many of them were selected
  dimension  optional: sex, race, or "race × sex"
  stage      optional

Or scores, of which those above the median count as selected: group, score,
and optional dimension, a row for each person and dimension.

Counts under ten are not shown, nor what would give them away.""",
    kept=True,
)
@stages_option
@click.option("--groups", metavar="FILE|URL", default="",
              help="What candidates said about themselves: a table, or what `grade hire groups` keeps.")  # fmt: skip
@click.option(
    "--key", metavar="KEYFILE", type=click.Path(path_type=Path, dir_okay=False), help="The key of --groups URL."
)
@click.option("--smallest", type=click.IntRange(5), default=10, show_default=True, help="The least count shown.")
@click.option("--form", type=click.Choice(("plain", "new-york")), default="plain", show_default=True,
              help="new-york: as New York's rules on automated tools ask for. It is no audit.")  # fmt: skip
@click.option("--about", default="", metavar="TEXT", help="With new-york: where the data come from, and of when.")
def impact(
    table: Path | None, store: str, stages: str, groups: str, key: Path | None, smallest: int, form: str, about: str
) -> Report:
    from grader.analytics.impact import counted
    from grader.analytics.impact import impact as make
    from grader.analytics.new_york import new_york

    if table is None and not groups:
        raise UsageError("With --store, --groups is needed: the store of grades holds no groups.")
    notes: tuple[str, ...] = ()
    if groups:
        events = stage_events(table, store)
        cells = counted(events, said_groups(groups, key, events), listed(stages))
    else:
        cells, notes = _counted(table or Path())
    if form == "new-york":
        return new_york(cells, smallest=smallest, about=about, notes=notes)
    return make(cells, smallest=smallest, notes=notes)


def _counted(table: Path) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """Counts as they stand in the table, or of its scores."""
    from grader.analytics.impact import read_counts
    from grader.analytics.scored import has_scores, rates, read_scores

    return rates(read_scores(table)) if has_scores(table) else (read_counts(table), ())


@report(
    command,
    """Which round, and which criterion, earns the minutes it takes: bits about the outcome, less chance.

\b
Columns:
  candidate  a blind id
  round      the round's name
  level      what they got in it, or on the criterion
  outcome    yes or no: what came later; empty where it is not known
  criterion  optional
  minutes    optional: the candidate's, for the round

With --store, the rounds are challenges, and the outcome is whether a candidate reached --reached STAGE.""",
    kept=True,
)
@click.option("--reached", metavar="STAGE", default="", help="With --store: the stage that is the outcome.")
def signal(table: Path | None, store: str, reached: str) -> Report:
    from grader.analytics.signal import read_levels
    from grader.analytics.signal import signal as make

    if table is not None:
        return make(read_levels(table))
    if not reached:
        raise UsageError("With --store, --reached STAGE says what the outcome is.")
    from grader.analytics.kept_grades import levels
    from grader.store import open_store

    with open_store(store) as opened:
        return make(levels(opened, reached))


@report(
    command,
    """Which hidden tests and criteria to read again: how hard, how far they go with the rest.

\b
Columns:
  candidate  a blind id
  item       the test or the criterion
  points     0 or 1, or a level
  group      optional, for --focal: what they said of themselves

With --focal, whether an item works differently for that group among people who are equal on the rest.
With --store, the items are the hidden tests of --challenge, without groups.""",
    kept=True,
)
@click.option("--focal", metavar="GROUP", default="", help="The group to compare with all others.")
@click.option("--challenge", metavar="ID", default="", help="With --store: whose hidden tests.")
def items(table: Path | None, store: str, focal: str, challenge: str) -> Report:
    from grader.analytics.items import items as make
    from grader.analytics.items import read_answers

    if table is None:
        if focal or not challenge:
            raise UsageError("With --store, give --challenge ID and no --focal: the store of grades holds no groups.")
        from grader.analytics.kept_grades import answers as kept
        from grader.store import open_store

        with open_store(store) as opened:
            return make(kept(opened, challenge))
    answers = read_answers(table)
    if focal and focal not in {one.group for one in answers}:
        raise UsageError(f"--focal {focal!r} is in no row of the column group.")
    return make(answers, focal=focal)


@report(
    command,
    """How often each template of a task was given out, and whether later candidates get more of it.

For challenges that give different tasks to different candidates, such as screening. Later and earlier candidates are
each held against what they got of the rest; what is called out may have got about. It says nothing about anybody.

\b
Columns:
  candidate  a blind id
  template   the task's name
  share      of its points, 0 to 1
  at         the day

With --store or --results, templates are those that metrics of the hidden tests of --challenge name (template/what).
--results takes a folder with results below it, each in a folder of the candidate's id.""",
    kept=True,
)
@click.option("--challenge", metavar="ID", default="", help="With --store and --results: whose templates.")
@click.option("--results", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="Results in a folder, instead of a table.")  # fmt: skip
def exposure(table: Path | None, store: str, challenge: str, results: Path | None) -> Report:
    from grader.analytics.exposure import exposure as make
    from grader.analytics.exposure import read_given

    if table is not None:
        return make(read_given(table))
    if not challenge:
        raise UsageError("With --store and --results, --challenge ID says whose templates.")
    if results is not None:
        from grader.analytics.exposed import in_folder

        return make(in_folder(results, challenge))
    from grader.analytics.kept_grades import given
    from grader.store import open_store

    with open_store(store) as opened:
        return make(given(opened, challenge))


@report(
    command,
    """Who is severe or lenient, and who changes over time, held against others on the same work.

\b
Columns:
  item, criterion, rater, level  a rating, as for `grade agreement`
  rated_at                       when; shows drift

With --store, independent levels of revealed cases.""",
    kept=True,
)
def raters(table: Path | None, store: str) -> Report:
    from grader.analytics.raters import raters as make
    from grader.analytics.raters import read

    if table is not None:
        return make(read(table))
    from grader.cli.reviewed import operator
    from grader.review.desk import open_desk

    with open_desk(store) as desk:
        rows = [row for row in desk.ratings(operator()).rows if row.role == "rater"]
    if not rows:
        raise UsageError("No case in the store is revealed yet.", fix="grade reveal RUN")
    return make(rows)
