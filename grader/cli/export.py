"""`grade export --csv`: the store as a table."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.option("--csv", "as_csv", is_flag=True, required=True, help="As CSV in UTF-8, one row a run.")
@click.option("--challenge", "-c", default="", metavar="ID", help="Only this challenge.")
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A file (standard output).")
@click.option("--reveal", is_flag=True, help="With candidates' names; blind ids only without it.")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
def command(as_csv: bool, challenge: str, out: Path | None, reveal: bool, store: str) -> None:
    """Write all runs with their grades, the oldest first."""
    import io

    from grader import files
    from grader.settings import Settings
    from grader.store import open_store
    from grader.store.export import write_csv

    assert as_csv  # noqa: S101 - the only format; the option is required so that others can come
    with open_store(store or Settings.read().store) as opened:
        if out is None:
            write_csv(opened.each(challenge), sys.stdout, reveal=reveal)
            return
        memory = io.StringIO()
        count = write_csv(opened.each(challenge), memory, reveal=reveal)
    files.write(out, memory.getvalue())
    click.echo(f"{count} runs in {out}", err=True)
