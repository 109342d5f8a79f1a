"""The queue for real: Postgres, workers as processes, Docker."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.queue import open_queue
from grader.sandbox.engine import connect
from grader.store import open_store
from tests.queue_fixtures import Process, all_ended, inbox, pack, start, until, worker
from tests.store_fixtures import Cluster

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("queue-docker"), pytest.mark.usefixtures("images")]


@pytest.fixture
def store(postgres: Cluster) -> str:
    return postgres.database()


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    with all_ended() as started:
        yield started


def test_a_worker_grades_what_a_batch_puts_in_and_the_batch_writes_what_it_always_writes(
    tmp_path: Path, store: str, processes: list[Process]
) -> None:
    challenges, out = pack(tmp_path / "challenges"), tmp_path / "out"
    submissions = inbox(tmp_path / "in", 3)
    (submissions / "bad.zip").write_bytes(b"this is no archive")
    box = worker(challenges, store)
    words = ["batch", str(submissions), "--challenge", str(challenges / "sums"), "--out", str(out), "--queue"]
    batch = start(*words, store=store)
    processes += [box, batch]
    assert batch.ended(120) == 0, batch.said
    box.kill(signal.SIGTERM)
    assert box.ended() == 0, box.said
    scores = {path.parent.name: json.loads(path.read_text())["status"] for path in out.glob("*/grade.json")}
    assert scores == {"s00": "graded", "s01": "graded", "s02": "graded", "bad": "refused"}
    rows = json.loads((out / "index.json").read_text())["submissions"]
    assert sorted(row["status"] for row in rows) == ["graded"] * 3 + ["refused"]
    with open_store(store) as opened:
        assert opened.counts()["grades"] == 3
        assert {row["candidate"] for row in opened.history()} == {"s00", "s01", "s02", "bad"}
    assert "Ended." in box.said


def containers_of(box: Process) -> list[str]:
    client = connect()
    try:
        found = client.containers(all=True, filters={"label": ["grader"]})
    finally:
        client.close()
    return [one["Names"][0] for one in found if f":{box.process.pid}:" in one["Labels"].get("grader.owner", "")]


def test_told_to_end_a_worker_finishes_what_it_runs_and_takes_nothing_more(
    tmp_path: Path, store: str, processes: list[Process]
) -> None:
    challenges, out = pack(tmp_path / "challenges"), tmp_path / "out"
    words = ["--challenge", str(challenges / "sums"), "--out", str(out), "--queue", "--detach"]
    assert start("batch", str(inbox(tmp_path / "in", 4)), *words, store=store).ended() == 0
    box = worker(challenges, store)
    processes.append(box)
    until(lambda: containers_of(box), f"a job runs: {box.said}")
    box.kill(signal.SIGTERM)
    assert box.ended() == 0, box.said
    assert containers_of(box) == []
    finished = len(list(out.glob("*/grade.json")))
    with open_queue(store) as queue:
        (batch,) = queue.batches(60)
        assert (batch["waiting"], batch["running"], batch["parked"]) == (4 - finished, 0, 0)
        assert queue.store.counts()["grades"] == finished
        assert 1 <= finished < 4


def test_told_twice_a_worker_abandons_what_it_runs_and_it_costs_no_attempt(
    tmp_path: Path, store: str, processes: list[Process]
) -> None:
    challenges, out = pack(tmp_path / "challenges"), tmp_path / "out"
    sleeper = inbox(tmp_path / "in", 1) / "s00" / "sums.py"
    sleeper.write_text("import time\ntime.sleep(100)\n" + sleeper.read_text())
    words = ["--challenge", str(challenges / "sums"), "--out", str(out), "--queue", "--detach"]
    assert start("batch", str(tmp_path / "in"), *words, store=store).ended() == 0
    box = worker(challenges, store)
    processes.append(box)
    until(lambda: len(containers_of(box)) > 1, f"the job runs: {box.said}")
    box.kill(signal.SIGTERM)
    until(lambda: "a second signal abandons it" in box.said, box.said)
    box.kill(signal.SIGTERM)
    assert box.ended(20) == 130, box.said
    with open_queue(store) as queue:
        (batch,) = queue.batches(60)
        assert (batch["waiting"], batch["running"], batch["parked"]) == (1, 0, 0)
        (job,) = queue.open_jobs(batch["id"])
        assert queue.reasons(job["id"]) == []
    until(lambda: not containers_of(box), "its containers are removed", 30)


def test_a_drained_worker_takes_nothing_until_it_may_again(
    tmp_path: Path, store: str, processes: list[Process]
) -> None:
    challenges, out = pack(tmp_path / "challenges"), tmp_path / "out"
    with open_queue(store) as queue:
        queue.drain(True)
        box = worker(challenges, store)
        words = ["--challenge", str(challenges / "sums"), "--out", str(out), "--queue"]
        batch = start("batch", str(inbox(tmp_path / "in", 1)), *words, store=store)
        processes += [box, batch]
        until(lambda: [one["state"] for one in queue.workers(60)] == ["draining"], f"it is drained: {box.said}")
        assert [row["waiting"] for row in queue.batches(60)] in ([], [1])
        queue.drain(False)
        assert batch.ended(120) == 0, batch.said
