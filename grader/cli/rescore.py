"""`grade rescore OUT`: score and render a finished run again from its evidence."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(out: Path) -> int:
    """Score and render the run in OUT again, from what was observed. Nothing is run and Docker is not needed.

    Use it after an update of the grader, or to see that a grade follows from its evidence.
    """
    from grader.cli.progress import Progress
    from grader.cli.reviewed import decided
    from grader.grading.again import rescore

    with Progress() as progress:
        result = rescore(out, progress.say, decided=decided(out))
    if result.score is not None:
        click.echo(
            f"  score  {result.score.value:.1f} of {result.score.max:g}: {result.recommendation.replace('_', ' ')}"
        )
    return 0
