"""The same jobs on many machines: Procrastinate on the Postgres that is the store.

Reading order: job (what is asked for), schema (the tables), queue (putting in, looking, steering), follow (a batch
waits for its jobs), places (submissions and results that machines share), offers (what a worker can take), ledger (what
workers write down), work (one job), app (Procrastinate's side), worker (the process).

A job is run at least once; its result counts once, since a grade is unique in the store. Importing this package costs
nothing; `open_queue` imports SQLAlchemy, a worker Procrastinate.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.queue.queue import Queue


def has_packages() -> bool:
    """Whether the extra `scale` is installed."""
    return find_spec("procrastinate") is not None and find_spec("psycopg") is not None


def open_queue(url: str) -> Queue:
    """The queue in the store at `url`, made where there is none.

    Raises UsageError for a store that is not Postgres, for packages that are missing, or a version of the schema that
    this grader cannot use; InfrastructureError where the database does not answer.
    """
    if not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise UsageError(
            "A queue needs a Postgres that all machines reach as the store.",
            fix="--store postgresql://user@host/name, or GRADER_STORE",
        )
    if not has_packages():
        raise UsageError("The queue needs packages that are not installed.", fix="pip install 'grader[scale]'")
    from grader.queue.queue import Queue
    from grader.queue.schema import prepare
    from grader.store import open_store

    store = open_store(url)
    try:
        prepare(store.engine)
    except BaseException:
        store.close()
        raise
    return Queue(store)
