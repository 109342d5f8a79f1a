"""`grade worker`: one machine's part of the queue."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click


@click.command()
@click.option("--store", default="", metavar="URL", help="The Postgres that all share (GRADER_STORE).")
@click.option("--slots", "-n", type=click.IntRange(1, 256), metavar="N", help="Side by side (this machine's size).")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
@click.option("--work", type=click.Path(path_type=Path), metavar="DIR", help="Folder for what is being made.")
@click.option(
    "--stalled",
    type=click.FloatRange(2, 3600),
    default=60.0,
    metavar="SECONDS",
    help="A worker without a sign for so long counts as dead; the same on all machines.",
)
def command(store: str, slots: int | None, challenges: Path | None, work: Path | None, stalled: float) -> None:
    """Grade what `grade batch --queue` puts into the queue, for the challenges that are on this machine.

    It takes a job only where its own version, the challenge's content, the judge's model and the operator's secret
    (`grade secret`) are what the job asks for. SIGTERM or Ctrl-C finishes what runs; a second one abandons it, and
    others run it. When the database or the Docker engine goes away, it waits for them.
    """
    from grader.cli.standing import settings_for, store_at
    from grader.queue import open_queue
    from grader.queue.worker import Config, Worker
    from grader.sandbox.room import cores, room
    from grader.sandbox.room import slots as room_for

    settings = settings_for()
    with open_queue(store_at(store)) as queue:
        machine = room()  # a machine without an engine is no worker
        many = slots or room_for(len(machine.cores), machine.memory, 1.0, 512_000_000)
        config = Config(
            slots=many,
            cores=cores(many, machine),
            challenges=challenges,
            work=work or Path(tempfile.gettempdir()),
            stalled=stalled,
        )
        Worker(queue, settings, config, lambda line: click.echo(line, err=True)).run()
