"""`python -m bench.batch queue`: what the queue costs beside the local pool, and what Postgres bears.

Both run in turn on one machine, with the same images, slots and store; the worker runs already, as a service would.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import text

from bench.measure import median, ratio, spread
from grader.queue import open_queue
from grader.queue.job import JobSpec, queue_name
from grader.queue.ledger import Ledger
from grader.queue.queue import BatchSpec, Queue
from grader.store.store import About
from tests.store_fixtures import cluster, result

PACK = Path("tests/packs/sums")


@dataclass(frozen=True, kw_only=True)
class Database:
    """What one job, one sign of life and one worker take of Postgres. Measured, with clients on the same machine."""

    put_ms: float
    """Putting one job in, as part of a batch."""
    cycle_ms: float
    """Wall time of one job's statements: fetch, begin, store, end, finish; one client."""
    cycles_per_second: float
    """Of all clients together."""
    clients: int
    beat_ms: float
    """One sign of life of a worker, with its sweep."""
    cores: int
    """Of the machine that Postgres and the clients shared."""
    deep_fetch_ms: float
    """A fetch where 100,000 jobs wait."""


# ------------------------------------------------------------------------------------------------ overhead


def overhead(count: int, runs: int, jobs: int) -> None:
    """Wall time of a batch on the queue against the same batch on the local pool."""
    local, queued, connections = [], [], 0
    with cluster() as server, tempfile.TemporaryDirectory() as folder:
        store = server.database()
        inbox = Path(folder) / "in"
        for number in range(count):
            shutil.copytree(PACK / "solution", inbox / f"s{number:03d}")
            (inbox / f"s{number:03d}" / "note.txt").write_text(str(number))
        words = [sys.executable, "-m", "grader", "worker", "--challenges", str(PACK.parent), "--slots", str(jobs)]
        environment = {**os.environ, "GRADER_STORE": store}
        log = Path(folder) / "worker.log"
        with log.open("wb") as said, subprocess.Popen(words, stderr=said, env=environment) as worker:
            try:
                _batch(inbox, Path(folder) / "warm", store, "--queue")
                for number in range(runs):
                    local.append(_batch(inbox, Path(folder) / f"local{number}", store, "--jobs", str(jobs)) / count)
                    queued.append(_batch(inbox, Path(folder) / f"queue{number}", store, "--queue") / count)
                    print(f"  run {number + 1}: pool {local[-1]:.2f} s each, queue {queued[-1]:.2f} s each", flush=True)
                connections = _connections(store)
            finally:
                worker.terminate()
    print(f"\n{count} submissions, {jobs} at a time, median of {runs} runs in turn")
    print(f"  local pool   {60 / median(local):.0f} a minute, {spread(local)} each")
    print(f"  queue        {60 / median(queued):.0f} a minute, {spread(queued)} each")
    print(f"  queue against the pool (goal ≤ 1.05×)  {ratio(queued, local)}")
    print(f"  connections that the worker holds       {connections}")


def _batch(inbox: Path, out: Path, store: str, *more: str) -> float:
    command = [sys.executable, "-m", "grader", "batch", str(inbox), "--challenge", str(PACK), "--out", str(out), *more]
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "GRADER_STORE": store})
    return time.monotonic() - began


def _connections(store: str) -> int:
    """Of others than this one, to the whole server, once the batch has gone."""
    with open_queue(store) as queue, queue.engine.begin() as connection:
        sql = "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
        return int(connection.execute(text(sql)).scalar_one())


# ------------------------------------------------------------------------------------------------ Postgres


def database(clients: int = 4, jobs: int = 2000) -> Database:
    """Runs the statements of jobs that are not graded."""
    with cluster() as server:
        url = server.database()
        with open_queue(url) as queue:
            put = _timed(lambda: _put(queue, "first", jobs)) / jobs
            alone = statistics.median(_cycles(queue, 0, 200))
            with ThreadPoolExecutor(clients) as pool:
                began = time.monotonic()
                each = (jobs - 200) // clients
                list(pool.map(lambda number: _cycles(queue, 1000 * (number + 1), each), range(clients)))
                together = each * clients / (time.monotonic() - began)
            _put(queue, "deep", 100_000)
            deep = statistics.median(_timed(lambda: _fetch(queue)) for _ in range(50))
            ledger = Ledger(queue, "bench")
            beat = statistics.median(_timed(lambda: _beat(queue, ledger)) for _ in range(50))
    return Database(
        put_ms=1000 * put,
        cycle_ms=1000 * alone,
        cycles_per_second=together,
        clients=clients,
        beat_ms=1000 * beat,
        cores=len(os.sched_getaffinity(0)),
        deep_fetch_ms=1000 * deep,
    )


_NAME = queue_name("sha256:bench", "", "bench")


def _put(queue: Queue, key: str, count: int) -> None:
    batch = queue.batch(
        BatchSpec(key=key, queue=_NAME, challenge="sums", digest="sha256:bench", judge="", priority=0, place="/out")
    )
    queue.put(
        batch,
        [
            JobSpec(
                batch=batch, name=f"s{n}", source=f"/srv/in/s{n}", result=f"/srv/out/s{n}", folder=f"/srv/out/s{n}",
                candidate=f"c{n}", blind="ABC234", challenge="sums", digest="sha256:bench", judge=False,
            )
            for n in range(count)
        ],
    )  # fmt: skip


def _fetch(queue: Queue) -> tuple[int, str]:
    sql = "select id, args->>'batch' from procrastinate_fetch_job_v2(array[cast(:name as varchar)], null)"
    with queue.engine.begin() as connection:
        row = connection.execute(text(sql), {"name": _NAME}).one()
    return row[0], row[1]


def _cycles(queue: Queue, first: int, count: int) -> list[float]:
    ledger, found = Ledger(queue, threading.current_thread().name), []
    for number in range(first, first + count):
        began = time.monotonic()
        job, batch = _fetch(queue)
        ledger.begin(job, batch)
        queue.store.record(result(number), About(candidate=str(number)))
        ledger.end(job, counted=False)
        with queue.engine.begin() as connection:
            connection.execute(text("select procrastinate_finish_job_v1(:job, 'succeeded', true)"), {"job": job})
        found.append(time.monotonic() - began)
    return found


def _beat(queue: Queue, ledger: Ledger) -> None:
    ledger.seen("working", 4, [_NAME], "")
    ledger.sweep(60)
    assert not queue.draining


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def show(found: Database) -> None:
    print("\nPostgres, clients on the same machine, fsync off")
    print(f"  putting a job in              {found.put_ms:.2f} ms")
    print(f"  a job's statements            {found.cycle_ms:.1f} ms, one client")
    print(f"  jobs a second                 {found.cycles_per_second:.0f}, {found.clients} clients")
    print(f"  a worker's sign of life       {found.beat_ms:.1f} ms")
    print(f"  a fetch, 100,000 jobs waiting {found.deep_fetch_ms:.1f} ms")
    print(f"  {json.dumps(asdict(found))}")
