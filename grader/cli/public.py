"""`grade public SUBMISSION --challenge ID`: the starter's public tests, in the sandbox."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("submission")
@click.option(
    "--challenge", "-c", required=True, metavar="ID", help="A challenge's id, or a folder with its public part."
)
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
def command(submission: str, challenge: str, challenges: Path | None) -> int:
    """Run the starter's public tests on SUBMISSION in the sandbox that grading uses.

    For a candidate's own repository: no hidden test takes part, and the pack may be the candidate's copy of it
    (challenge.yaml, starter/ and environment/). It is no grade. Exits with 0 when all pass, 1 when one fails, and 3
    when all pass and the work would be refused as it stands, since a file is missing that has to be handed in.
    """
    from grader.cli.progress import Progress
    from grader.cli.standing import settings_for
    from grader.errors import RefusedError, visible
    from grader.grading.public import run_public
    from grader.sandbox.guard import guarded
    from grader.settings import find_challenge

    settings = settings_for(submission)
    root = find_challenge(challenge, settings, challenges, public=True)
    with guarded(), Progress() as progress:
        result = run_public(submission, root, settings, progress.say)
    for line in result.output.splitlines():
        click.echo(visible(line, 500))
    if not result.ended:
        click.echo(result.message)
    else:
        click.echo("public tests passed" if result.passed else f"public tests did not pass: {visible(result.message)}")
    if result.lacks:
        click.echo(f"not to be handed in yet: {visible(result.lacks, 500)}")
    return (RefusedError.exit_code if result.lacks else 0) if result.passed else 1
