"""`grade report OUT`: render a finished run again."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import click

FORMATS = ("junit", "ctrf", "gradescope", "csv", "markdown", "sarif")


@click.command()
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--format", "formats", default="", metavar="LIST", help=f"Also write: {','.join(FORMATS)}.")
@click.option(
    "--audience",
    type=click.Choice(["reviewer", "candidate"]),
    default="reviewer",
    show_default=True,
    help="Who reads the formats: a candidate's hold sums of groups only.",
)
@click.option("--templates", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="Your own templates of the candidate's letter (feedback.html.j2, feedback.md.j2).")  # fmt: skip
@click.option(
    "--reveal", "candidate", default="", metavar="NAME", help="Head the report with this name; else it is blind."
)
def command(out: Path, formats: str, audience: str, templates: Path | None, candidate: str) -> int:
    """Render the run in OUT again: report.html, feedback.html, feedback.md, and the formats that are asked for.

    Nothing is run and nothing is scored; `grade rescore` does the latter.
    """
    from grader.cli.reviewed import decided
    from grader.grading.again import render
    from grader.report.write import Pages

    reader = cast("Literal['reviewer', 'candidate']", audience)
    render(out, Pages(formats=listed(formats), audience=reader, templates=templates, candidate=candidate,
                      decided=decided(out)))  # fmt: skip
    click.echo(f"  report  {out / 'report.html'}")
    return 0


def listed(text: str) -> tuple[str, ...]:
    """`junit, csv` → `("junit", "csv")`. Raises BadParameter for a format that there is not."""
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        raise click.BadParameter(f"there is no format {unknown[0]!r}; there are {', '.join(FORMATS)}.")
    return names
