"""`grade agreement`: the gate's arithmetic on ratings made anywhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click

from grader.errors import UsageError, visible

if TYPE_CHECKING:
    from grader.ratings.table import Ratings

HELP = """Measure how far a judge agrees with people, and decide whether its levels may count.

RATINGS.csv has one row per rating, with the columns item, criterion, rater and level, and where you have them:

\b
  rated_at   when it was rated, as 2025-03-31 or with a time; shows drift
  candidate  whose work the item is; items of one candidate count together
  kind       human (default), authored, model or development; only human
             ratings count as people's, and an item with a development
             rating is left out
  role       rater (default), adjudicator or judge

With --judge, each criterion gets ACCEPT, REJECT or INCONCLUSIVE by the checks A to G of the gate. The label is the
adjudicator's level where there is one, else the median of the people's levels rounded half up. Stability and probes
(H, I) cannot be seen in ratings; `grade calibrate` measures them.

Without --judge, people are compared with each other: agreement, and who is severe, lenient or drifting.

\b
Example:
  $ cat ratings.csv
  item,criterion,rater,level
  a1,failure-modes,ada,4
  a1,failure-modes,ben,3
  a1,failure-modes,gpt,4
  …
  $ grade agreement ratings.csv --judge gpt

The exit code is 0 whatever the verdict, and 2 for a file or an option that cannot be used.
"""


@click.command("agreement", help=HELP, short_help="The gate's arithmetic on ratings made anywhere.")
@click.argument("ratings", metavar="RATINGS.csv", type=click.Path(dir_okay=False))
@click.option("--judge", metavar="RATER", default="", help="The rater to be judged against the others.")
@click.option("--adjudicator", metavar="RATER", default="", help="The person whose level settles an item.")
@click.option("--criterion", metavar="ID", default="", help="Show this criterion only; all are still tested at once.")
@click.option("--levels", metavar="LOW-HIGH", default="1-5", show_default=True, help="The scale, used in full or not.")
@click.option("--epsilon", type=click.FloatRange(0, 1, max_open=True), default=0.15, show_default=True,
              help="Allowance of the alternative-annotator test: .2 experts, .15 skilled, .1 a crowd.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: criterion → figures, verdict and checks.")
def command(
    ratings: str, judge: str, adjudicator: str, criterion: str, levels: str, epsilon: float, seed: int, as_json: bool
) -> None:
    """Read the ratings, measure, print."""
    from grader.ratings.table import read_ratings

    read = read_ratings(ratings, levels=_scale(levels))
    for option, name in (("--judge", judge), ("--adjudicator", adjudicator)):
        _known(option, name, read.raters)
    _known("--criterion", criterion, read.criteria)
    if judge and judge == adjudicator:
        raise UsageError("--judge and --adjudicator name the same rater; a judge cannot settle its own labels")
    wanted = (criterion,) if criterion else read.criteria
    report = _gate(read, judge, adjudicator, epsilon, seed) if judge else _people(read, adjudicator)
    shown = {name: report[name] for name in wanted}
    if as_json:
        click.echo(json.dumps({name: plain for name, (plain, _) in shown.items()}, indent=2, allow_nan=False))
    else:
        click.echo("\n\n".join("\n".join(lines) for _, lines in shown.values()))


Report = dict[str, tuple[dict[str, object], list[str]]]


def _gate(ratings: Ratings, judge: str, adjudicator: str, epsilon: float, seed: int) -> Report:
    """Criterion → its figures for JSON and its lines for the terminal."""
    from grader.agreement.export import gate_json
    from grader.agreement.gate import decide_all
    from grader.agreement.labels import labels_of, levels_by
    from grader.agreement.measured import Case
    from grader.agreement.text import gate_lines
    from grader.agreement.thresholds import Thresholds

    limits = Thresholds(epsilon=epsilon)
    cases = [
        Case(
            labels=labels_of(ratings, criterion, judge=judge, adjudicator=adjudicator),
            judge=levels_by(ratings, criterion, judge),
            thresholds=limits,
        )
        for criterion in ratings.criteria
    ]
    return {r.criterion: (gate_json(r), list(gate_lines(r))) for r in decide_all(cases, scope="ratings", seed=seed)}


def _people(ratings: Ratings, adjudicator: str) -> Report:
    from grader.agreement.export import reliability_json
    from grader.agreement.labels import labels_of
    from grader.agreement.reliability import reliability_of
    from grader.agreement.text import reliability_lines

    found = [reliability_of(labels_of(ratings, name, adjudicator=adjudicator)) for name in ratings.criteria]
    return {r.criterion: (reliability_json(r), list(reliability_lines(r))) for r in found}


def _scale(text: str) -> range:
    match = re.fullmatch(r"(-?[0-9]{1,3})-([0-9]{1,3})", text.strip())
    if match is None or not 2 <= int(match[2]) - int(match[1]) + 1 <= 101:
        raise UsageError(f"--levels {visible(text)!r} is not a scale such as 1-5")
    return range(int(match[1]), int(match[2]) + 1)


def _known(option: str, name: str, names: tuple[str, ...]) -> None:
    if name and name not in names:
        known = ", ".join(visible(other, 40) for other in names[:20]) + (", …" if len(names) > 20 else "")
        raise UsageError(f"{option} {visible(name)!r} is not in the file; it has: {known}")
