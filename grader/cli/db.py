"""`grade db upgrade|check|backup|add`: looking after the store."""

from __future__ import annotations

from pathlib import Path

import click

_STORE = click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")


@click.group()
def command() -> None:
    """Look after the store: its schema, its soundness, copies of it."""


@command.command()
@_STORE
def upgrade(store: str) -> None:
    """Bring the schema to this grader's version, and that of the queue. What is in the store stays."""
    from grader.cli.standing import store_at
    from grader.queue import has_packages
    from grader.review.desk import Desk
    from grader.store.engine import connect
    from grader.store.schema import upgrade

    engine = connect(store_at(store))
    try:
        before, after = upgrade(engine)
        Desk(engine).find_all_by_words()
        if engine.dialect.name == "postgresql" and has_packages():
            from grader.queue.schema import upgrade as upgrade_queue

            upgrade_queue(engine)
    finally:
        engine.dispose()
    click.echo(f"The store has version {after}" + (f", before {before}." if before != after else " already."))


@command.command()
@click.option("--no-evidence", is_flag=True, help="Do not read the evidence on disk.")
@_STORE
def check(no_evidence: bool, store: str) -> int:
    """Say whether the store is sound, the evidence is what it was, and all that happened in reviews is still there.
    Exits with 1 where not."""
    from grader.cli.standing import store_at
    from grader.errors import visible
    from grader.review import audit
    from grader.store import open_store
    from grader.store.check import problems

    with open_store(store_at(store)) as opened:
        click.echo(", ".join(f"{count} {name}" for name, count in opened.counts().items()))
        found = [*problems(opened, evidence=not no_evidence), *audit.problems(opened.engine)]
    for problem in found:
        click.echo(visible(problem, 400))
    click.echo("Sound." if not found else f"{len(found)} found.")
    return 1 if found else 0


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_STORE
def backup(file: Path, store: str) -> None:
    """Copy the whole store into FILE while it is in use (Postgres: with pg_dump). Evidence on disk is not in it."""
    from grader.cli.standing import store_at
    from grader.store import open_store
    from grader.store.backup import backup

    with open_store(store_at(store)) as opened:
        backup(opened, file)
        opened.event("backup", "", {"file": str(file.absolute())}, why="grade db backup")
    click.echo(f"The store is in {file}.")


@command.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@_STORE
def add(folders: tuple[Path, ...], store: str) -> int:
    """Keep finished runs: output folders of `grade`, or of `grade batch` with all in it. Twice does no harm.

    Each is held to its own evidence and counted again; one that does not come to what it says is not taken, the others
    are, and the exit code is 2. What was added never stands in the place of a grade that ran with this store.
    """
    from grader.batch.record import known_results, record
    from grader.cli.standing import store_at
    from grader.errors import UsageError
    from grader.grading.again import check_folder
    from grader.store import open_store

    added = seen = differing = 0
    refused = []
    with open_store(store_at(store)) as opened:
        for result in [result for folder in folders for result in known_results(folder)]:
            seen += 1
            try:
                check_folder(result.folder)
                done = record(opened, result, why="grade db add", added=True)
            except UsageError as problem:
                refused.append(problem)
                continue
            added, differing = added + done.new_run, differing + done.differs
    click.echo(f"{added} of {seen} runs are new in the store.")
    if differing:
        click.echo(f"{differing} came to another grade than a run of the same that was there: grade history.")
    for one in refused:
        click.echo(f"not taken: {one.message}", err=True)
        if one.fix:
            click.echo(f"  to mend it: {one.fix}", err=True)
    return UsageError.exit_code if refused else 0
