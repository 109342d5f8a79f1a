"""`python -m tests.scripted_worker STORE WORK SLOTS STALLED SECONDS`: a worker whose sandbox is scripted and takes its
time, so that many can be killed without Docker."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from grader.grading.run import Run
from grader.queue import open_queue
from grader.queue.worker import Config, Worker
from grader.sandbox.protocol import Event, Job
from grader.settings import Settings
from tests.batch_fixtures import SUMS, Scripted


class Slow(Scripted):
    """Takes some seconds, and meets the faults that a submission asks for: `fault` is the machine's, `die` kills it."""

    def __init__(self, run: Run, seconds: float) -> None:
        super().__init__(run, {}, [])
        self.seconds = seconds

    def run(self, job: Job) -> Iterator[Event]:
        time.sleep(self.seconds)
        text = job.files["sums.py"].decode()
        if "die" in text:
            import os
            import signal

            os.kill(os.getpid(), signal.SIGKILL)
        if "fault" in text:
            self.faults[self.name] = 1
        yield from super().run(job)


def main() -> None:
    store, work, slots, stalled, seconds = sys.argv[1:]
    with open_queue(store) as queue:
        config = Config(
            slots=int(slots),
            challenges=SUMS.parent,
            work=Path(work),
            stalled=float(stalled),
            make_sandbox=lambda run: Slow(run, float(seconds)),
        )
        Worker(queue, Settings.read(), config, lambda line: print(line, file=sys.stderr, flush=True)).run()


if __name__ == "__main__":
    main()
