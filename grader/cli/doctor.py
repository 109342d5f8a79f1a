"""`grade doctor`: what is missing on this machine, and the command that mends it."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--fix", is_flag=True, help="Do what can be done: install and start Docker (Debian, as root), make images."
)
@click.option("--challenge", "-c", "challenges", multiple=True, metavar="ID", help="Only the images of this challenge.")
def command(fix: bool, challenges: tuple[str, ...]) -> int:
    """List each thing that grading needs on this machine, found or missing, with the command that mends it.

    Exits with 0 when all that is needed is there, 5 otherwise.
    """
    from grader.cli.progress import Progress
    from grader.cli.standing import settings_for
    from grader.doctor import examine, mend
    from grader.errors import visible

    settings = settings_for()
    if fix:
        with Progress() as progress:
            mend(settings, progress.say, challenges)
    findings = examine(settings, challenges)
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "found" if finding.found else "MISSING" if finding.needed else finding.otherwise
        click.echo(f"{mark:7}  {finding.name.ljust(width)}  {finding.detail}")
        if not finding.found:
            click.echo(f"{' ' * (width + 11)}{finding.fix}")
    for path in settings.read_from:
        click.echo(f"read     {'Settings'.ljust(width)}  {visible(str(path))}")
    return 0 if all(finding.found or not finding.needed for finding in findings) else 5
