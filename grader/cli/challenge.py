"""`grade challenge …`: write, check and list challenges."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.challenge_shown import CHALLENGES, criteria, preview
from grader.cli.challenge_written import items, schema
from grader.unseen import json_text

if TYPE_CHECKING:
    from grader.authoring.check import Options, Report
    from grader.authoring.scaffold import Interface
    from grader.settings import Settings


@click.group()
def command() -> None:
    """Write, check and list challenges.

    A challenge is a folder; docs/authoring.md leads from an idea to a published one. Wherever ID is taken, it is an id
    (`grade challenge list`) or the path of a pack's folder.
    """


command.add_command(preview)
command.add_command(criteria)
command.add_command(items)
command.add_command(schema)

# ------------------------------------------------------------------------------------------------ list


@command.command("list")
@CHALLENGES
@click.option("--json", "as_json", is_flag=True, help="A JSON list, for programs.")
def list_(challenges: Path | None, as_json: bool) -> int:
    """List the challenges that can be found: id, version, kind, hidden tests, criteria, title, where.

    Searched are --challenges, $GRADER_CHALLENGES, ./challenges, then the shipped ones. Exits with 0.
    """
    from dataclasses import asdict

    from grader.authoring.listing import rows
    from grader.errors import visible
    from grader.settings import Settings, list_challenges

    found = rows(list_challenges(Settings.read(), challenges))
    if as_json:
        click.echo(json.dumps([asdict(row) for row in found], indent=2))
        return 0
    table: list[tuple[str, ...]] = [("id", "version", "kind", "tests", "criteria", "title", "where")]
    for row in found:
        said = (row.id, row.version, row.kind, str(row.tests), str(row.criteria), row.problem or row.title, row.where)
        table.append(tuple(visible(cell, 1000) for cell in said))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return 0


# ------------------------------------------------------------------------------------------------ new


@command.command()
@click.argument("name", metavar="ID")
@click.option("--interface", type=click.Choice(["python", "command", "http", "documents"]), default="python",
              show_default=True, help="How hidden tests reach the work.")  # fmt: skip
@click.option("--dir", "folder", type=click.Path(path_type=Path), default=Path("challenges"), show_default=True,
              help="Folder in which the pack's folder is made.")  # fmt: skip
@click.option("--title", default="", metavar="TEXT", help="What candidates read.  [default: made of the id]")
@click.option("--module", default="", metavar="NAME", help="What the candidate's file is called, without .py.  "
              "[default: made of the id]")  # fmt: skip
def new(name: str, interface: Interface, folder: Path, title: str, module: str) -> int:
    """Write a small challenge that works: instruction, starter, hidden tests, rubric, reference, submissions.

    It passes `grade challenge check` as it is; change it piece by piece. Exits with 0, or 2 when the folder is there.
    """
    from grader.authoring.scaffold import FIRST, write

    written = write(name, interface, folder, title=title, module=module)
    for path in written:
        click.echo(str(path))
    click.echo(f"\nNext: grade challenge check {shlex.quote(str(folder / name))}\nThen: {FIRST[interface]}")
    return 0


# ------------------------------------------------------------------------------------------------ check


@command.command()
@click.argument("challenge", metavar="ID")
@CHALLENGES
@click.option("--seeds", type=click.IntRange(1, 1000),
              help="Variants of the data that the reference, and works of a declared level, meet; 50 in the end.  "
              "[default: the pack's, else 3]")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Runs at a time.")
@click.option(
    "--only", multiple=True, metavar="SUBMISSION",
    help="Only this one: solution, starter, or a path below submissions/; may be repeated.",
)  # fmt: skip
@click.option("--kind", "kinds", multiple=True, type=click.Choice(["accepted", "rejected", "cheating", "injection"]),
              help="Only submissions of this kind, beside solution and starter; may be repeated.")  # fmt: skip
@click.option("--order/--no-order", default=True, show_default=True,
              help="Run submissions that answer by place, test, last reply and size too.")  # fmt: skip
@click.option("--twice/--no-twice", default=True, show_default=True,
              help="Run the reference and a few works once more on their seeds.")  # fmt: skip
@click.option("--spread/--no-spread", default=True, show_default=True,
              help="Run works of a declared level on as many variants as the reference.")  # fmt: skip
@click.option("--mutation/--no-mutation", default=True, show_default=True, help="Run mutants of the reference too.")
@click.option("--mutants", type=click.IntRange(1, 1000),
              help="How many mutants of the reference; with --only solution, no other submission is run.  "
              "[default: the pack's, else 20; none with --only]")  # fmt: skip
@click.option("--mutation-floor", type=click.FloatRange(0, 1),
              help="Least share of mutants that must lose points.  [default: the pack's, else none]")  # fmt: skip
@click.option("--items", is_flag=True, help="Also print difficulty and discrimination of each test.")
@click.option("--static", is_flag=True, help="Only what can be seen without running anything (no Docker).")
@click.option("--watch", "watching", is_flag=True, help="Run --only again whenever the pack changes.")
@click.option("--test", "tests", multiple=True, metavar="TEXT", help="With --watch: only tests whose id contains TEXT.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def check(
    challenge: str,
    challenges: Path | None,
    seeds: int | None,
    jobs: int,
    only: tuple[str, ...],
    kinds: tuple[str, ...],
    order: bool,
    twice: bool,
    spread: bool,
    mutation: bool,
    mutants: int | None,
    mutation_floor: float | None,
    items: bool,
    static: bool,
    watching: bool,
    tests: tuple[str, ...],
    as_json: bool,
) -> int:
    """Hold a challenge to its promises, and say of each whether it holds.

    Seeds, mutants and floor that a pack always wants stand in its challenge.yaml, under `check`. Exits with 0 when all
    hold, 4 otherwise.
    """
    from grader.authoring.check import Options
    from grader.challenge.findings import holds
    from grader.settings import Settings, find_challenge

    settings = Settings.read()
    if watching:
        return _watch(find_challenge(challenge, settings, challenges), only, tests, settings)
    options = Options(
        seeds=seeds,
        jobs=jobs,
        only=only,
        kinds=kinds,
        static=static,
        order=order,
        twice=twice,
        spread=spread,
        mutants=mutants if mutation else 0,
        mutation_floor=mutation_floor,
    )
    report = _checked(find_challenge(challenge, settings, challenges), options, settings, quiet=as_json)
    _print(report, items, as_json)
    return 0 if holds(report.findings) else 4


def _checked(root: Path, options: Options, settings: Settings, *, quiet: bool) -> Report:
    from grader.authoring import check as checking
    from grader.authoring import runs
    from grader.authoring.remaining import Remaining
    from grader.cli.progress import Progress
    from grader.cli.run import summary
    from grader.grading.public import run_public

    public = lambda work: run_public(work, root, settings, lambda _text: None)  # noqa: E731
    left = Remaining()
    with Progress(quiet=quiet, left=left.text) as progress, runs.kept(settings, options.jobs) as make:
        return checking.check(root, options, settings, make, progress.say, summary, public, left)


def _watch(root: Path, only: tuple[str, ...], tests: tuple[str, ...], settings: Settings) -> int:
    from grader.authoring import runs
    from grader.authoring.watch import watch
    from grader.errors import UsageError

    if len(only) != 1:
        raise UsageError("--watch runs one submission: name it with --only, for example --only solution.")
    click.echo(f"watching {root}; Ctrl-C ends", err=True)
    watch(root, only[0], tests, settings, runs.docker(settings), click.echo)
    return 0


def _print(report: Report, items: bool, as_json: bool) -> None:
    from grader.authoring import items as statistics
    from grader.authoring import spread
    from grader.authoring.export import report_json
    from grader.challenge.findings import holds, lines

    if as_json:
        click.echo(json_text(report_json(report), indent=2))
        return
    click.echo("\n".join(lines(report.findings)))
    if report.spread:
        click.echo("\n" + "\n".join(spread.curve(report.spread)))
    if items:
        honest = report.honest
        click.echo("\n" + "\n".join(statistics.lines(statistics.items(honest), len(honest))))
    broken = sum(not holds([finding]) for finding in report.findings)
    click.echo(f"\n{broken} broken" if broken else "\nEverything holds.")


# ------------------------------------------------------------------------------------------------ play


@command.command()
@click.argument("challenge", metavar="ID")
@CHALLENGES
@click.option(
    "--submission", default="solution", show_default=True, help="solution, starter, or a path below submissions/."
)
@click.option("--live", is_flag=True, help="Answers are a real model's, not the scripted one's.")
@click.option("--model", default="", metavar="NAME", help="The real model's name (GRADER_JUDGE_MODEL, where set).")
@click.option("--budget", type=click.FloatRange(0), default=0.5, show_default=True,
              help="US dollars, by the pack's price table; a request that might cost more is not made.")  # fmt: skip
@click.option("--requests", type=click.IntRange(0), default=200, show_default=True, help="Requests that may be made.")
@click.option("--cassette", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where answers are kept and replayed from (cassette.jsonl in the pack).")  # fmt: skip
@click.option("--record", is_flag=True, help="Ask for what the cassette does not hold, and add it.")
@click.option("--test", "tests", multiple=True, metavar="TEXT", help="Only tests whose id contains TEXT.")
@click.option(
    "--variant",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="The variant of the data that `check` runs it on as its Nth; else one that is the same for all.",
)
@click.option("--output", is_flag=True, help="Also print what the submission printed in tests that lost points.")
def play(challenge: str, challenges: Path | None, output: bool, **given: Any) -> int:
    """Run one submission against the hidden tests, with the scripted model or a real one. Never a grade.

    With --live the answers come out of a cassette; where there is none yet, or with --record, the endpoint of
    OPENAI_BASE_URL and OPENAI_API_KEY is asked, from this process: the containers have no network as ever. Exits
    with 0, with 2 when the budget is used up, with 5 when the endpoint fails.
    """
    from grader.authoring import playing, runs
    from grader.cli.progress import Progress
    from grader.cli.standing import settings_for
    from grader.settings import find_challenge

    settings = settings_for()
    root = find_challenge(challenge, settings, challenges)
    with Progress(quiet=False) as progress:
        progress.say(f"playing {given['submission']}" + (" with a real model" if given["live"] else ""))
        played = playing.play(root, playing.Options(**given), settings, runs.docker(settings))
    click.echo("\n".join(playing.lines(played, output=output)))
    return 0


@command.command()
@click.argument("challenge", metavar="ID")
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="The archive (./ID.zip).")
@click.option("--round", "name", metavar="NAME", default="", help="One of the pack's rounds, instead of its starter.")
@CHALLENGES
def handout(challenge: str, out: Path | None, name: str, challenges: Path | None) -> int:
    """Write what a candidate is given, instruction and starter, as one archive: the very bytes that a candidate's link
    (`grade invite`) hands out. Where a pack has rounds, so that not all are given the same tasks, a link hands out one
    of them, always the same; --round names one."""
    from grader import files
    from grader.challenge import load_manifest
    from grader.challenge.around import check_outside
    from grader.portal.handout import archive
    from grader.settings import Settings, find_challenge

    root = find_challenge(challenge, Settings.read(), challenges)
    place = out or Path(f"{load_manifest(root).id}.zip")
    check_outside(place)
    files.write(place, archive(root, name))
    click.echo(place)
    return 0


# ------------------------------------------------------------------------------------------------ shell


@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("challenge", metavar="ID")
@click.argument("submission")
@click.argument("argv", metavar="[-- COMMAND …]", nargs=-1, type=click.UNPROCESSED)
@CHALLENGES
def shell(challenge: str, submission: str, argv: tuple[str, ...], challenges: Path | None) -> int:
    """Open a shell in the candidate's container, as the grader makes it, with SUBMISSION in it.

    SUBMISSION is solution, starter, or a path below submissions/. With a COMMAND, that is run instead and no terminal
    is needed. Exits with the exit code of the shell or command.
    """
    from grader.authoring.entries import load_entries
    from grader.authoring.shell import shell as attach
    from grader.authoring.shipped import find
    from grader.challenge import load_pack
    from grader.settings import Settings, find_challenge

    settings = Settings.read()
    loaded = load_pack(find_challenge(challenge, settings, challenges))
    return attach(loaded, find(loaded.root, load_entries(loaded.root), submission), settings, argv)


# ------------------------------------------------------------------------------------------------ copy


@command.command()
@click.argument("challenge", metavar="ID")
@click.argument("submission")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@CHALLENGES
def copy(challenge: str, submission: str, folder: Path, challenges: Path | None) -> int:
    """Write all files of a shipped submission, or of the hidden tests, to the new folder DIR.

    SUBMISSION is solution, starter, or a path below submissions/. Where only its changes against the reference lie in
    the pack (`base: solution`), this is how to have it whole, to read it or to give it to `grade`. With tests in its
    place, the hidden tests are written as the verifier gets them, with all that is laid beside them: an editor then
    finds what they import, and the pack's own generators run there. Exits with 0, or 2 when DIR is there.
    """
    from grader.authoring.entries import load_entries
    from grader.authoring.shipped import TESTS, find, write, write_tests
    from grader.challenge import load_pack
    from grader.errors import visible
    from grader.settings import Settings, find_challenge

    pack = load_pack(find_challenge(challenge, Settings.read(), challenges))
    if submission == TESTS:
        written = write_tests(pack, folder)
    else:
        written = write(pack, find(pack.root, load_entries(pack.root), submission), folder)
    click.echo("\n".join(visible(str(path), 1000) for path in written))
    return 0
