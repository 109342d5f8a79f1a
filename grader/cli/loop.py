"""`grade loop …`: hold a hiring loop to what makes one."""

from __future__ import annotations

from pathlib import Path

import click

from grader.unseen import json_text


@click.group()
def command() -> None:
    """Check a hiring loop: rounds, what each measures, weights, time, interviewers.

    A loop is a YAML file; rubrics/genai-engineer.yaml and rubrics/agent-engineer.yaml are examples.
    """


@command.command()
@click.argument("path", metavar="LOOP.yaml", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="The matrix and the findings as one JSON object.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Also write a page.")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
def check(path: Path, as_json: bool, html: Path | None, challenges: Path | None) -> int:
    """Check the loop in LOOP.yaml and print its matrix.

    \b
    agreement     nothing was changed since the matrix was agreed
    coverage      every competency of the scorecard is measured by some round
    overlaps      no two rounds share a primary competency
    weights       set on purpose, not all equal
    interviewers  each round's role can judge its primary
    time          minutes per round and in all, within the loop's own limits
    signal        points of weight per hour of each round
    challenges    a take-home measures, and takes as long, as its challenge says

    Exits with 0 when all holds, 4 otherwise.
    """
    from grader import files
    from grader.challenge import load_pack
    from grader.challenge.findings import holds
    from grader.loop import check as loop_check
    from grader.loop import views as loop_views
    from grader.loop.matrix import load_loop
    from grader.settings import Settings, list_challenges

    loaded = load_loop(path)
    known = list_challenges(Settings.read(), challenges)
    wanted = {name for one in loaded.loop.rounds for name in one.challenges}
    found = {name: load_pack(root) for name, root in known.items() if name in wanted}
    findings = loop_check.check(loaded, found)
    if html:
        files.write(html, loop_views.as_page(loaded, findings))
    if as_json:
        click.echo(json_text(loop_views.as_json(loaded, findings), indent=2))
    else:
        click.echo(loop_views.as_text(loaded, findings))
    return 0 if holds(findings) else 4
