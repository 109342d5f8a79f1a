"""The queue for real: Postgres, workers as processes, Docker."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.store import open_store
from tests.queue_fixtures import Process, all_ended, inbox, pack, start, worker
from tests.store_fixtures import Cluster, cluster

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("queue-docker"), pytest.mark.usefixtures("images")]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


@pytest.fixture
def store(server: Cluster) -> str:
    return server.database()


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
