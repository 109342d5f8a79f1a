"""`grade queue`: what waits, runs and is parked; and how to steer it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.queue.queue import Queue

_STORE = click.option("--store", default="", metavar="URL", help="The Postgres that all share (GRADER_STORE).")
_BATCH = click.option("--batch", default="", metavar="ID", help="Only this batch.")


@click.group(invoke_without_command=True)
@_STORE
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--stalled", type=click.FloatRange(2, 3600), default=60.0, metavar="SECONDS", help="As for the workers.")
@click.pass_context
def command(ctx: click.Context, store: str, as_json: bool, stalled: float) -> None:
    """Show batches and workers. With a subcommand, steer the queue."""
    ctx.obj = store
    if ctx.invoked_subcommand is not None:
        return
    from grader.queue.queue import JUDGE_RATE

    with _open(store) as queue:
        batches, workers = queue.batches(stalled), queue.workers(stalled)
        facts = {
            "draining": queue.draining,
            "judge_per_minute": queue.setting(JUDGE_RATE),
            "batches": [_batch(dict(row)) for row in batches],
            "workers": [_worker(dict(row)) for row in workers],
        }
    click.echo(json.dumps(facts, indent=2, default=str) if as_json else "\n".join(_table(facts)))


@command.command()
@_STORE
@click.pass_context
def drain(ctx: click.Context, store: str) -> None:
    """Let the workers finish what they run, and take nothing more until `grade queue resume`."""
    with _open(store or ctx.obj) as queue:
        queue.drain(True)
    click.echo("The workers finish what they run. `grade queue resume` lets them go on.")


@command.command()
@_STORE
@click.pass_context
def resume(ctx: click.Context, store: str) -> None:
    """Let the workers take jobs again."""
    with _open(store or ctx.obj) as queue:
        queue.drain(False)
    click.echo("The workers take jobs.")


@command.command()
@_BATCH
@_STORE
@click.pass_context
def parked(ctx: click.Context, batch: str, store: str) -> None:
    """List jobs that the machines failed three times, with the reason of each attempt."""
    from grader.errors import visible

    with _open(store or ctx.obj) as queue:
        rows = [row for row in queue.parked() if batch in {"", row["batch"]}]
    for row in rows:
        click.echo(f"{row['batch']}  {visible(row['name'], 60)}")
        for number, reason in enumerate(row["reasons"], 1):
            click.echo(f"  {number}. {visible(reason, 300)}")
    click.echo(f"{len(rows)} parked." + (" `grade queue retry` gives them new attempts." if rows else ""))


@command.command()
@_BATCH
@_STORE
@click.pass_context
def retry(ctx: click.Context, batch: str, store: str) -> None:
    """Give parked jobs three new attempts."""
    with _open(store or ctx.obj) as queue:
        click.echo(f"{queue.retry(batch)} jobs wait again.")


@command.command()
@click.argument("batch")
@_STORE
@click.pass_context
def cancel(ctx: click.Context, batch: str, store: str) -> None:
    """Take back what waits or is parked of BATCH. What runs is finished; what is graded stays."""
    with _open(store or ctx.obj) as queue:
        click.echo(f"{queue.cancel(batch)} jobs taken back.")


@command.command()
@click.argument("challenge")
@click.argument("priority", type=click.IntRange(-100, 100))
@_STORE
@click.pass_context
def priority(ctx: click.Context, challenge: str, priority: int, store: str) -> None:
    """Set the PRIORITY of a CHALLENGE's jobs, waiting and to come: from -100 to 100, 0 without this."""
    with _open(store or ctx.obj) as queue:
        click.echo(f"{queue.prioritise(challenge, priority)} waiting jobs moved.")


@command.command("judge-rate")
@click.argument("per_minute", type=click.FloatRange(0, 1_000_000))
@_STORE
@click.pass_context
def judge_rate(ctx: click.Context, per_minute: float, store: str) -> None:
    """Let all workers together ask the judge at most PER_MINUTE questions; 0 takes the limit away."""
    from grader.queue.queue import JUDGE_RATE

    with _open(store or ctx.obj) as queue:
        queue.set(JUDGE_RATE, per_minute or None)
    click.echo(f"At most {per_minute:g} questions a minute." if per_minute else "No limit.")


def _open(store: str) -> Queue:
    from grader.cli.standing import store_at
    from grader.queue import open_queue

    return open_queue(store_at(store))


# ------------------------------------------------------------------------------------------------ showing

_COUNTS = ("waiting", "running", "parked", "cancelled")


def _batch(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "challenge", "digest", "grader", "judge", "priority", "place", "who")}
    counts = {name: row[name] for name in ("total", *_COUNTS)}
    done = row["total"] - sum(row[name] for name in _COUNTS)
    return {**shown, **counts, "done": done, "workers": row["takers"], "at": row["at"]}


def _worker(row: Mapping[str, Any]) -> dict[str, Any]:
    from grader.queue.job import secret_mark

    marks = [str(offer) for offer in row["offers"] if str(offer).startswith(secret_mark(""))]
    shown = {name: row[name] for name in ("name", "version", "judge", "slots", "running", "state", "alive", "seen")}
    return {**shown, "secret": marks[0].removeprefix(secret_mark("")) if marks else ""}


def _table(facts: Mapping[str, Any]) -> list[str]:
    batches: Sequence[Mapping[str, Any]] = facts["batches"]
    workers: Sequence[Mapping[str, Any]] = facts["workers"]
    lines = ["batch     challenge             waiting  running  done  parked  cancelled  priority"]
    lines += [
        f"{row['id']:<9} {row['challenge']:<20} {row['waiting']:>8} {row['running']:>8} {row['done']:>5} "
        f"{row['parked']:>7} {row['cancelled']:>10} {row['priority']:>9}"
        for row in batches
    ]
    lines += [
        f"Nobody can take {row['id']}: no worker has {row['challenge']} at {row['digest'][7:19]} with grader "
        f"{row['grader']}{', the judge ' + row['judge'] if row['judge'] else ''} and the secret of whoever put it in."
        for row in batches
        if row["waiting"] and not row["workers"]
    ]
    lines += ["", "worker                                    slots  running  state     grader      secret"]
    lines += [
        f"{row['name'][:40]:<41} {row['slots']:>5} {row['running']:>8}  "
        f"{row['state'] if row['alive'] else 'gone':<9} {row['version']:<11} {row['secret']}"
        for row in workers
    ]
    lines += ["The queue is drained: `grade queue resume` lets the workers go on."] if facts["draining"] else []
    rate = facts["judge_per_minute"]
    return [*lines, f"The judge is asked at most {rate:g} times a minute."] if rate else lines
