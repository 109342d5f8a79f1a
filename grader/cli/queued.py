"""`grade batch --queue`: the same batch, graded by the workers of other machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.batch.attempts import BatchOutcome
    from grader.batch.blind import Known
    from grader.batch.entries import BatchEntry
    from grader.batch.runner import BatchPlan
    from grader.queue.follow import QueuedBatch, Wishes
    from grader.records import Grade
    from grader.settings import Settings


def run_queued(
    plan: BatchPlan, settings: Settings, known: Sequence[Known], store: str, wishes: Wishes, *, detach: bool
) -> tuple[QueuedBatch, Sequence[BatchOutcome]]:
    """Puts the batch into the queue and, unless told to detach, waits for its results."""
    from grader.batch.display import Display
    from grader.batch.record import Ours, Result, record
    from grader.queue import open_queue
    from grader.queue.follow import QueuedBatch

    people = {one.entry.name: one for one in known}
    with open_queue(store) as queue, Display(len(plan.entries), plan.jobs) as display:

        def keep(entry: BatchEntry, _grade: Grade) -> None:
            record(queue.store, Result(folder=plan.out / entry.name, known=people[entry.name]), why="grade batch")

        ours = Ours(lambda: queue.store)
        batch = QueuedBatch(
            plan, settings, display, queue=queue, people=people, record=keep, wishes=wishes, ran_here=ours
        )
        waiting = batch.put()
        batch.problems += ours.problems
        click.echo(f"{waiting} of {len(plan.entries)} submissions wait in the queue, as batch {batch.id}", err=True)
        if detach:
            click.echo(f"Not waiting. `grade queue` shows batch {batch.id}; the same command again collects it.")
            return batch, []
        return batch, batch.run()
