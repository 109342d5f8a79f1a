"""`grade challenge preview` and `grade challenge criteria`: what to look at before a pack is given out."""

from __future__ import annotations

from pathlib import Path

import click

CHALLENGES = click.option(
    "--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in."
)


@click.command()
@click.argument("challenge", metavar="ID")
@click.option("--submission", default="solution", show_default=True, help="solution, or a path below submissions/.")
@click.option("--out", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder for it (./preview-ID).")
@CHALLENGES
def preview(challenge: str, submission: str, out: Path | None, challenges: Path | None) -> int:
    """Show what people and candidates will see: a report and three letters, for a submission that the pack ships.

    \b
    Writes into --out:
      report.html           what reviewers get, as after `grade`
      letter-advance.html   what the candidate gets by each decision, and as .md
      letter-decline.html
      letter-more.html
      grade.json, feedback.*, evidence/   as after `grade`

    No judge is asked, nothing is kept in a store, and it is nobody's grade.
    """
    from grader.authoring.preview import preview as write
    from grader.challenge import load_pack
    from grader.cli.progress import Progress
    from grader.settings import Settings, find_challenge

    settings = Settings.read()
    pack = load_pack(find_challenge(challenge, settings, challenges))
    with Progress(quiet=False) as progress:
        written = write(pack, submission, out or Path(f"preview-{pack.id}"), settings, progress.say)
    click.echo("\n".join(str(path) for path in written))
    return 0


@click.command()
@CHALLENGES
@click.option("--json", "as_json", is_flag=True, help="A JSON list, for programs.")
def criteria(challenges: Path | None, as_json: bool) -> int:
    """List the criteria that a rubric.yaml may take from shared files, as `use: NAME`.

    Searched are the folders `rubrics/` beside the challenges that are found, then the shipped ones. What several
    challenges take gathers one record of people's levels.
    """
    from dataclasses import asdict

    from grader.authoring.usable import usable
    from grader.errors import visible
    from grader.settings import Settings, list_challenges
    from grader.unseen import json_text

    found = usable(list_challenges(Settings.read(), challenges))
    if as_json:
        click.echo(json_text([{**asdict(one), "file": str(one.file)} for one in found], indent=2))
        return 0
    width = max((len(one.use) for one in found), default=0)
    for one in found:
        taken = f"  taken by {', '.join(one.taken_by)}" if one.taken_by else ""
        click.echo(f"{visible(one.use).ljust(width)}  {visible(one.competency)}{visible(taken, 300)}")
        click.echo(f"{' ' * width}  {visible(one.question, 300)}")
        click.echo(f"{' ' * width}  evidence: {visible(', '.join(one.evidence), 200)}")
    if not found:
        click.echo("There is no shared rubric beside these challenges.")
    return 0
