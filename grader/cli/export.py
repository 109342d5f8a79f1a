"""`grade export --csv` and `--parquet`: the store as a table."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from grader.store.store import Store


@click.command()
@click.option("--csv", "form", flag_value="csv", help="As CSV in UTF-8, one row a run.")
@click.option("--parquet", "form", flag_value="parquet", help="As Apache Parquet; needs the extra grader[parquet].")
@click.option("--challenge", "-c", default="", metavar="ID", help="Only this challenge.")
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A file (standard output).")
@click.option("--reveal", is_flag=True, help="With candidates' names; blind ids only without it.")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
def command(form: str | None, challenge: str, out: Path | None, reveal: bool, store: str) -> None:
    """Write all runs with their grades, the oldest first.

    `score` and `recommendation` are the machine's own; `people_score`, `people_final`, `people_recommendation` and
    `decision` are what people made of it, and are empty until the reveal.
    """
    from grader import files
    from grader.cli.standing import store_at
    from grader.errors import UsageError
    from grader.review.outcomes import Outcomes
    from grader.store import open_store
    from grader.store.export import write_csv

    if form is None:
        raise UsageError("Say in which form: --csv or --parquet.")
    if form == "parquet" and out is None and sys.stdout.isatty():
        raise UsageError("Parquet is not text; name a file with --out.")
    with open_store(store_at(store)) as opened:
        if form == "csv" and out is None:
            rows = Outcomes(opened.engine).beside(opened.each(challenge))
            write_csv(rows, sys.stdout if sys.stdout.isatty() else _raw(), reveal=reveal)
            return
        content, count = _made(opened, form, challenge, reveal=reveal)
    if out is None:
        sys.stdout.buffer.write(content)
        return
    files.write(out, content, private=reveal)
    click.echo(f"{count} runs in {out}", err=True)


def _raw() -> IO[str]:
    """Standard output for a program or a file: the values as they are. A terminal gets none that steers it."""
    sys.stdout.flush()
    return cast("IO[str]", codecs.getwriter(sys.stdout.encoding)(sys.stdout.buffer, "backslashreplace"))


def _made(store: Store, form: str, challenge: str, *, reveal: bool) -> tuple[bytes, int]:
    import io

    from grader.review.outcomes import Outcomes
    from grader.store.export import write_csv

    rows = Outcomes(store.engine).beside(store.each(challenge))
    if form == "parquet":
        from grader.store.parquet import write_parquet

        return write_parquet(rows, reveal=reveal)
    memory = io.StringIO()
    count = write_csv(rows, memory, reveal=reveal)
    return memory.getvalue().encode(), count
