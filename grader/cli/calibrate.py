"""`grade calibrate ID`: judge the labelled items, decide the gate, save the calibration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.unseen import json_text

if TYPE_CHECKING:
    from grader.agreement import GateReport
    from grader.calibration.material import Material
    from grader.calibration.run import Asked, CalibrationRun
    from grader.challenge import Pack
    from grader.settings import Settings


@click.command()
@click.argument("challenge", metavar="ID")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
@click.option(
    "--ratings",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Ratings in this CSV file instead of the pack's calibration/ratings.csv.",
)
@click.option(
    "--repeats", type=click.IntRange(1, 20), default=3, show_default=True, help="Answers per item; stability needs 3."
)
@click.option("--fresh", is_flag=True, help="Ask anew, although answers are kept from an earlier calibration.")
@click.option("--status", is_flag=True, help="Say how far each criterion is and what is missing; make no call.")
@click.option("--dry-run", is_flag=True, help="Say how much would be asked and what it may cost; make no call.")
@click.option(
    "--follow",
    nargs=2,
    metavar="RATINGS.csv RATER",
    help="Compare the judge (RATER) with people on the newest gradings instead; close the gate where it has fallen.",
)
@click.option(
    "--store",
    default="",
    metavar="URL",
    help="Judge what people have rated in reviews, too: the store that holds them. Default: GRADER_STORE, where set.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def command(
    challenge: str,
    challenges: Path | None,
    ratings: Path | None,
    repeats: int,
    fresh: bool,
    status: bool,
    dry_run: bool,
    follow: tuple[str, str] | None,
    store: str,
    as_json: bool,
) -> int:
    """Judge a challenge's labelled items as in grading, and decide per criterion whether the judge may vote.

    \b
    Reads  calibration/items.yaml, items/ and ratings.csv of the pack, and with --store what reviews have sealed
    Writes calibration/calibration.json (to be reviewed and committed) and calibration/calibration.html

    Every independent level that people gave candidates' work in a review is a label, once it is revealed. Written
    texts open no gate alone. Nothing of a candidate's work is written into the pack.

    Each labelled item is judged --repeats times, and some also padded, without comments and with an order to the
    judge. A run that was interrupted goes on where it stopped. The exit code is 0 whatever the verdict.
    """
    from grader.calibration.material import prepare
    from grader.calibration.run import questions
    from grader.challenge import load_pack
    from grader.cli.calibrated import reviewed_in, sharing, store_of
    from grader.cli.standing import say_origin, settings_for
    from grader.settings import find_challenge

    settings = settings_for()
    pack = load_pack(find_challenge(challenge, settings, challenges))
    if follow is not None:
        _follow(pack, Path(follow[0]), follow[1])
        return 0
    url = store_of(store, settings)
    if status:
        _status(pack, settings, ratings, challenges, url, as_json=as_json)
        return 0
    reviewed, beside = reviewed_in(pack, url), sharing(pack, settings, challenges, url)
    material = prepare(pack, settings, ratings=ratings, repeats=repeats, reviewed=reviewed, beside=beside)
    asked = questions(material)
    if dry_run:
        click.echo(_plan(material, asked))
        return 0
    say_origin(pack, settings)
    _calibrate(pack, material, asked, url, fresh=fresh, as_json=as_json)
    return 0


def _status(
    pack: Pack, settings: Settings, ratings: Path | None, challenges: Path | None, url: str, *, as_json: bool
) -> None:
    from grader.cli.calibrated import note_erasures, sharing, show_status

    note_erasures([pack.root], url)
    show_status(pack, settings, ratings, url, sharing(pack, settings, challenges, url), as_json=as_json)


def _calibrate(pack: Pack, material: Material, asked: list[Asked], url: str, *, fresh: bool, as_json: bool) -> None:
    """Says what it will ask, asks the judge, saves the calibration, writes its page and says the verdicts."""
    from grader.calibration import page, run
    from grader.cli.calibrated import closed_in, keep, note_erasures
    from grader.judge import record
    from grader.judge.cache import Cache
    from grader.settings import PLACES

    if not as_json:
        click.echo(_plan(material, asked), err=True)
    note_erasures([pack.root], url)  # the run may end before there is another calibration
    previous = record.read(pack.root, {})
    with _Bar(quiet=as_json) as bar:
        outcome = run.calibrate(
            material, asked, Cache(PLACES.cache / "judge"), previous=previous, progress=bar.show,
            fresh=fresh or bool(previous and closed_in(url, previous.id)),
        )  # fmt: skip
    saved = record.save(pack.root, outcome.calibration)
    keep(pack, material, outcome, url)
    html = page.write(pack, outcome)
    click.echo(_as_json(outcome) if as_json else _as_text(outcome, saved, html))


def _follow(pack: Pack, path: Path, judge: str) -> None:
    from grader.agreement.limits import limits_of
    from grader.agreement.rolling import rolling
    from grader.calibration.following import close_falling
    from grader.errors import UsageError
    from grader.judge import record
    from grader.judge.cache import Cache
    from grader.judge.closed import ClosedGates
    from grader.ratings.table import read_ratings
    from grader.settings import PLACES

    calibration = record.read(pack.root, {})
    if calibration is None:
        raise UsageError(f"{pack.id} has no calibration to follow.", fix=f"grade calibrate {pack.id}")
    levels = {criterion.id: tuple(criterion.levels) for criterion in pack.rubric.criteria}
    limits = limits_of(pack.rubric.gate, str(pack.root / "rubric.yaml"))
    found = rolling(read_ratings(path, levels=levels), judge, limits)
    closed = close_falling(found, calibration, ClosedGates(pack.root, Cache(PLACES.cache / "judge")))
    for one in found:
        click.echo(f"{one.criterion}: {'closed' if one.criterion in closed else 'as it was'}. {one.sentence}")


def _plan(material: Material, asked: list[Asked]) -> str:
    from grader.calibration.run import estimate

    usage, cost = estimate(material, asked)
    items = len({question.item.id for question in asked})
    real = len({question.item.id for question in asked} & set(material.works))
    out_of = f" ({real} out of reviews)" if real else ""
    left = "".join(f" {n} levels of reviews are left out: {why}." for why, n in material.real.left_out.items())
    price = f"at most {cost:.2f}" if cost is not None else "its price is not known (grader.toml [prices])"
    return (
        f"{items} labelled items{out_of}, {len(asked)} questions, about {usage.prompt_tokens:,} prompt tokens and at"
        f" most {usage.completion_tokens:,} completion tokens; {price}. Kept answers cost nothing.{left}"
    )


class _Bar:
    """How many questions are answered, on standard error: rewritten on a terminal, a line per tenth elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        import sys

        self.quiet = quiet
        self.live = sys.stderr.isatty()
        self.said = -1

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.live and not self.quiet:
            click.echo("\r\033[2K", err=True, nl=False)

    def show(self, done: int, count: int) -> None:
        tenth = 10 * done // max(1, count)
        if self.quiet or (not self.live and tenth == self.said):
            return
        self.said = tenth
        text = f"judged {done} of {count}"
        click.echo(f"\r\033[2K  {text}" if self.live else text, err=True, nl=not self.live)


def _as_text(outcome: CalibrationRun, saved: Path, html: Path) -> str:
    lines = []
    for name, report in outcome.reports.items():
        lines.append(f"{name}: {report.verdict}")
        lines += [f"  {check.id} {check.outcome!s:<13} {check.sentence}" for check in report.checks]
        if report.labels_needed:
            lines.append(f"  Labels needed: about {report.labels_needed} more.")
        pooled = outcome.calibration.criteria[name].figures["pooled"]
        lines += [f"  {pooled}"] if pooled else []
    if not outcome.reports:
        lines.append("No criterion has ratings by people.")
    lines += [f"Saved {saved}; commit it with the pack.", f"Read {html} for every disagreement and what to do next."]
    return "\n".join(lines)


def _as_json(outcome: CalibrationRun) -> str:
    known = outcome.calibration.criteria
    data = {name: {**_report(one), "pooled": known[name].figures["pooled"]} for name, one in outcome.reports.items()}
    usage = {"prompt_tokens": outcome.usage.prompt_tokens, "completion_tokens": outcome.usage.completion_tokens}
    return json_text({"criteria": data, "usage": usage, "cost": outcome.cost}, indent=2)


def _report(report: GateReport) -> Mapping[str, object]:
    apart = report.spectrum
    return {
        "verdict": report.verdict,
        "reasons": list(report.reasons),
        "labels_needed": report.labels_needed,
        "n": int(report.measured.comparison.n),
        "real": apart.real.n if apart else 0,
        "real_qwk": apart.real.qwk.value if apart else None,
        "written": apart.written.n if apart else 0,
        "written_qwk": apart.written.qwk.value if apart else None,
        "qwk": report.measured.comparison.qwk.value,
        "human_human_qwk": report.measured.human_qwk.value,
        "checks": [
            {
                "id": c.id,
                "name": c.name,
                "value": c.value,
                "limit": c.limit,
                "outcome": str(c.outcome),
                "says": c.sentence,
            }
            for c in report.checks
        ],
    }
