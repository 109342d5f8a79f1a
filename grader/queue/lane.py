"""The judge's lane of a worker: each call goes through it, so that all workers together keep the rate that is set.

A bucket of tokens in Postgres, one for each judge's model. A call takes its token at once, if need be one that is not
there yet, and waits until it would be: so calls go in the order in which they came, and nobody asks twice.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from sqlalchemy import text

from grader.errors import InfrastructureError
from grader.queue.queue import JUDGE_RATE, Queue
from grader.store.engine import writing

AWAY_SECONDS = 300.0
"""So long a call waits for a database that went away; then it is made, and the endpoint's own limit has to hold."""

_TAKE = """
    insert into queue_bucket as b (name, tokens, at)
    select :name, 0, clock_timestamp() from queue_settings where name = :rate
    on conflict (name) do update set at = clock_timestamp(), tokens = least(1, b.tokens +
        (select value / 60 from queue_settings where name = :rate)
        * extract(epoch from clock_timestamp() - b.at)) - 1
    returning tokens, (select value / 60 from queue_settings where name = :rate)"""


def take(queue: Queue, judge: str) -> float:
    """Takes one token of the bucket of `judge`: seconds until it may be used. Raises InfrastructureError."""
    with writing(queue.engine) as connection:
        row = connection.execute(text(_TAKE), {"name": judge, "rate": JUDGE_RATE}).one_or_none()
    if row is None or not row[1]:
        return 0.0
    return max(0.0, -float(row[0]) / float(row[1]))


class Lane:
    """Entered for each call of the judge, from many threads. `calls` are under way at once in this worker."""

    def __init__(self, queue: Queue, judge: str, calls: int) -> None:
        self._queue, self._judge = queue, judge
        self._slots = threading.BoundedSemaphore(calls)

    def __enter__(self) -> None:
        time.sleep(self._wait())
        self._slots.acquire()

    def __exit__(self, *_: Any) -> None:
        self._slots.release()

    def _wait(self) -> float:
        deadline = time.monotonic() + AWAY_SECONDS
        while True:
            try:
                return take(self._queue, self._judge)
            except InfrastructureError:
                if time.monotonic() > deadline:
                    return 0.0
                time.sleep(1.0)
