"""Procrastinate's side of a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job

from grader.queue.job import MOST_ATTEMPTS, PAUSES, TASK
from grader.queue.work import FailedError, GivenBackError

Runs = Callable[[int, Mapping[str, Any]], None]
"""Runs the job of that number and those arguments."""


def make_app(address: str, run: Runs, pool: Executor) -> App:
    """An app whose only task is to grade, in a thread of `pool`. `address` is the database's, as libpq reads it."""
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4, timeout=15))

    @app.task(name=TASK, pass_context=True, retry=_Attempts())
    async def grade(context: JobContext, /, **args: Any) -> None:
        if context.job.id is not None:
            await asyncio.get_running_loop().run_in_executor(pool, run, context.job.id, args)

    return app


class _Attempts(BaseRetryStrategy):
    """A job that is given back waits for nobody; one that failed is tried again after a pause; the last failure parks
    it. An error that is neither is a fault of the worker's own code, and parks it too."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, GivenBackError):
            return RetryDecision(retry_in={"seconds": 1})
        if isinstance(exception, FailedError) and exception.attempts < MOST_ATTEMPTS:
            return RetryDecision(retry_in={"seconds": PAUSES[min(exception.attempts, len(PAUSES)) - 1]})
        return None
