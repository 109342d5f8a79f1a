"""The process on each machine: takes jobs, keeps its heart beating, finishes what it runs before it ends.

The main thread runs Procrastinate's event loop, a thread for each slot grades, and a steward looks after the rest:
signs of life, jobs of dead workers, draining, packs that changed. When the database goes away the worker waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import scratch
from grader.batch.attempts import BatchOutcome, Streak
from grader.errors import GraderError, InfrastructureError, UsageError
from grader.grading.run import MakeSandbox
from grader.grading.warm import warm_engine
from grader.judge.config import JudgeConfig
from grader.queue import work
from grader.queue.job import secret_mark
from grader.queue.lane import Lane
from grader.queue.ledger import Ledger
from grader.queue.offers import Offers, offers
from grader.queue.queue import Queue
from grader.sandbox.engine import connect
from grader.sandbox.guard import guarded
from grader.sandbox.janitor import sweep, sweep_own
from grader.sandbox.kept import Slots, Verifiers
from grader.settings import Settings

STALLED_SECONDS = 60.0
"""A worker that gives no sign for so long counts as dead."""
SIGNS = 6
"""A worker gives so many signs of life within that time."""
BROKEN_AFTER = 3
"""So many jobs in a row that the machine failed: the machine is broken, and takes nothing for a while."""
BROKEN_SECONDS = (30.0, 120.0, 600.0)
RESCAN_SECONDS = 30.0
"""How often packs are looked at, and what dead runs left is removed."""
IDLE_SECONDS = 120.0
"""A container of ours that is so old and does not run was forgotten."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """How a worker was started."""

    slots: int
    challenges: Path | None
    work: Path
    stalled: float = STALLED_SECONDS
    cores: Sequence[str] = ()
    """For each slot, the processor cores that its containers stay on; anywhere where that is empty."""
    make_sandbox: MakeSandbox | None = None
    """Instead of Docker's."""


class Worker:
    """One worker; `run` returns when it is told to end. `say` is given lines for the operator."""

    def __init__(self, queue: Queue, settings: Settings, config: Config, say: Callable[[str], None]) -> None:
        self.queue, self.settings, self.config, self.say = queue, settings, config, say
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        self.ledger = Ledger(queue, self.name)
        self.offers: Offers = offers(settings, config.challenges)
        self._halt, self._over = threading.Event(), threading.Event()
        self._draining = self._changed = False
        self._broken_until = 0.0
        self._streak, self._breaks = Streak(), 0
        self._lock = threading.Lock()
        self._verifiers = Verifiers(settings.base_image, config.cores)
        self._slots = Slots(config.slots, self._verifiers)
        self._pool = ThreadPoolExecutor(config.slots, thread_name_prefix="slot")
        self._lane = Lane(queue, settings.judge_model, JudgeConfig.of(settings).concurrency)

    def run(self) -> None:
        """Works until SIGTERM or SIGINT. Raises UsageError for a machine without a challenge."""
        logging.getLogger("procrastinate").addHandler(logging.NullHandler())
        logging.getLogger("procrastinate").propagate = False
        self._say_offers()
        if not self.offers.packs:
            raise UsageError("There is no challenge on this machine that could be graded.", fix="--challenges DIR")
        with guarded():
            warm_engine()
            asyncio.run(self._main())

    # ------------------------------------------------------------------------------------------------ the loop

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_end)
        steward = threading.Thread(target=self._steward, name="steward", daemon=True)
        steward.start()
        while not self._halt.is_set():
            if self._changed:
                self._look_at_packs()
            if self.pausing:
                await self._rest(0.5)
            else:
                await self._serve_or_wait()
        self._over.set()
        steward.join(self.config.stalled)
        self._slots.close()
        self._sweep(0)
        with contextlib.suppress(GraderError):
            self.ledger.release("The worker ended.")
            self.ledger.gone()
        self.say("Ended.")

    async def _serve_or_wait(self) -> None:
        from procrastinate.exceptions import ProcrastinateException
        from psycopg import Error
        from sqlalchemy.exc import SQLAlchemyError

        try:
            await self._serve()
        except (ProcrastinateException, Error, SQLAlchemyError, GraderError, OSError) as problem:
            said = problem.message if isinstance(problem, GraderError) else type(problem).__name__
            self.say(f"The queue cannot be reached ({said}); trying again.")
            await self._rest(2.0)

    async def _serve(self) -> None:
        """Takes jobs until something speaks against it; what runs then is finished."""
        from grader.queue.app import make_app

        await asyncio.to_thread(self.ledger.release, "The worker lost the queue for a while.")
        app = make_app(self.queue.address, self._job, self._pool)
        async with app.open_async():
            serving = asyncio.create_task(
                app.run_worker_async(
                    queues=list(self.offers.queues),
                    name=self.name,
                    concurrency=self.config.slots,
                    fetch_job_polling_interval=2.0,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=self.config.stalled / SIGNS,
                    stalled_worker_timeout=self.config.stalled,
                )
            )
            while not (serving.done() or self._halt.is_set() or self.pausing):
                await asyncio.wait({serving}, timeout=0.25)
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving

    async def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._halt.is_set():
            await asyncio.sleep(0.1)

    def _told_to_end(self) -> None:
        if self._halt.is_set():
            self._abandon()
        self.say("Ending: what runs is finished; a second signal abandons it.")
        self._halt.set()

    def _abandon(self) -> None:
        """Gives back what runs and leaves at once; the guard removes the containers."""
        self.say("Abandoned; others will run it.")
        with contextlib.suppress(GraderError):
            self.ledger.release("The worker was told to abandon it.")
            self.ledger.gone()
        os._exit(130)

    # ------------------------------------------------------------------------------------------------ jobs

    def _job(self, job: int, args: Mapping[str, Any]) -> None:
        if self.pausing:  # fetched in the moment in which it began
            raise work.GivenBackError("The worker takes nothing at present.")
        means = work.Means(
            queue=self.queue,
            ledger=self.ledger,
            settings=self.settings,
            offers=lambda: self.offers,
            folder=self.config.work,
            done=self._done,
            changed=self._pack_changed,
            make_sandbox=self.config.make_sandbox or self._slots.sandbox,
            lane=self._lane,
            halt=self._halt,
        )
        work.run(means, job, args)

    def _done(self, outcome: BatchOutcome) -> None:
        from grader.batch.display import result_line

        self.say(result_line(outcome))
        if outcome.of_submission:
            return
        failed = self._streak.note(outcome)
        with self._lock:
            if not failed:
                self._breaks = 0
                return
            self._verifiers.look_again()  # an image may have been made anew
            if failed < BROKEN_AFTER or self.broken:
                return
            pause = BROKEN_SECONDS[min(self._breaks, len(BROKEN_SECONDS) - 1)]
            self._breaks += 1
            self._broken_until = time.monotonic() + pause
        self.say(f"{failed} in a row failed on this machine; taking nothing for {pause:.0f} s.")

    def _pack_changed(self) -> None:
        self._changed = True

    @property
    def pausing(self) -> bool:
        """Whether nothing is to be taken at present."""
        return self._draining or self._changed or self.broken

    @property
    def broken(self) -> bool:
        """Whether too much failed on this machine of late."""
        return time.monotonic() < self._broken_until

    @property
    def state(self) -> str:
        if self._halt.is_set():
            return "ending"
        if self._draining:
            return "draining"
        return "broken" if self.broken else "working"

    # ------------------------------------------------------------------------------------------------ the steward

    def _steward(self) -> None:
        rescanned = 0.0
        away = False
        while not self._over.is_set():
            try:
                self._sign()
                away = False
            except InfrastructureError as problem:
                if not away:
                    self.say(problem.message)
                away = True
            if time.monotonic() - rescanned > RESCAN_SECONDS:
                rescanned = time.monotonic()
                self._look_around()
            self._over.wait(self.config.stalled / SIGNS)

    def _sign(self) -> None:
        judge = self.settings.judge_model if self.settings.judge_configured else ""
        listed = [*self.offers.queues, secret_mark(self.offers.secret)]
        self.ledger.seen(self.state, self.config.slots, listed, judge)
        self._draining = self.queue.draining
        swept = self.ledger.sweep(self.config.stalled)
        if swept.again or swept.parked:
            self.say(f"Took {swept.again} jobs from workers that died; parked {swept.parked}.")

    def _look_around(self) -> None:
        if offers(self.settings, self.config.challenges) != self.offers:
            self._pack_changed()
        self._sweep(IDLE_SECONDS)
        scratch.sweep(self.config.work)

    def _sweep(self, seconds: float) -> None:
        with contextlib.suppress(Exception):  # the next job will say what is wrong with the engine
            client = connect(10)
            sweep(client)
            sweep_own(client, seconds)
            client.close()

    def _look_at_packs(self) -> None:
        self._changed = False
        found = offers(self.settings, self.config.challenges)
        if found != self.offers:
            self.offers = found
            self._say_offers()

    def _say_offers(self) -> None:
        count, secret = len(self.offers.packs), self.offers.secret
        self.say(f"{self.name}: {self.config.slots} slots, {count} challenges, secret {secret}")
        for name, why in self.offers.broken.items():
            self.say(f"{name} is not offered: {why}")
