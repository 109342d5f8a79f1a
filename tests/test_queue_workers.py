"""Workers as processes on a real Postgres, their sandbox scripted: what becomes of jobs when they die, end or wait."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from grader.queue import open_queue
from grader.queue.queue import Queue
from tests.batch_fixtures import ALL, SUMS, submissions
from tests.queue_fixtures import Process, all_ended, scripted, start, until
from tests.store_fixtures import Cluster, cluster

pytestmark = pytest.mark.xdist_group("queue-workers")


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


@pytest.fixture
def store(own_postgres: Cluster) -> str:
    return own_postgres.database()


@pytest.fixture
def queue(store: str) -> Iterator[Queue]:
    with open_queue(store) as opened:
        yield opened


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    with all_ended() as started:
        yield started


Box = Callable[..., Process]


@pytest.fixture
def box(store: str, tmp_path: Path, processes: list[Process]) -> Box:
    """Starts a worker."""

    def begin(*, slots: int = 2, stalled: float = 2, seconds: float = 0.2) -> Process:
        processes.append(scripted(store, tmp_path / "work", slots, stalled, seconds))
        return processes[-1]

    return begin


def batch(folder: Path, out: Path, store: str, *more: str) -> Process:
    words = ["--challenge", str(SUMS), "--out", str(out), "--queue", "--no-similarity"]
    return start("batch", str(folder), *words, *more, store=store)


def graded(out: Path) -> list[str]:
    return sorted(path.parent.name for path in out.glob("*/grade.json"))


def grade(out: Path, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / name / "grade.json").read_text())
    return found


def test_sixty_jobs_outlive_workers_that_are_killed_and_a_database_that_is(
    tmp_path: Path, store: str, own_postgres: Cluster, queue: Queue, box: Box, processes: list[Process]
) -> None:
    names = {f"jane-doe-{number:02d}": ALL for number in range(60)}
    out = tmp_path / "out"
    boxes = [box(), box()]
    following = batch(submissions(tmp_path / "in", names), out, store)
    processes.append(following)
    until(lambda: len(graded(out)) >= 10, "10 results")
    boxes[0].kill()
    boxes.append(box())  # as a supervisor would
    until(lambda: len(graded(out)) >= 30, "30 results")
    own_postgres.crash()
    until(lambda: len(graded(out)) >= 45, f"45 results: {boxes[1].said}")
    boxes[1].kill()
    assert following.ended(120) == 0, following.said
    assert graded(out) == sorted(names)
    assert queue.store.counts()["grades"] == 60
    assert queue.parked() == []
    boxes[2].kill(signal.SIGTERM)
    assert boxes[2].ended() == 0, boxes[2].said
    assert not list(out.rglob("*.part"))
    assert not any(name in box.said for box in boxes for name in names)  # logs know blind ids only
    assert json.loads((out / "index.json").read_text())["submissions"][0]["status"] == "graded"


def test_a_job_that_kills_its_worker_three_times_is_parked_and_the_rest_goes_on(
    tmp_path: Path, store: str, queue: Queue, box: Box, processes: list[Process]
) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bad": [*ALL, "die"], "cat": ALL})
    following = batch(folder, tmp_path / "out", store)
    processes.append(following)
    for _ in range(3):
        dying = box(slots=1)
        dying.ended()
    last = box(slots=1)
    assert following.ended(60) == 5, following.said
    assert "no grade     1" in following.output
    reason = str(grade(tmp_path / "out", "bad")["reason"])
    assert "Parked after 3 attempts" in reason
    assert "died in it" in reason
    assert {name: grade(tmp_path / "out", name)["status"] for name in ("ann", "cat")} == dict.fromkeys(
        ("ann", "cat"), "graded"
    )
    assert len(queue.parked()[0]["reasons"]) == 3
    last.kill(signal.SIGTERM)
    assert last.ended() == 0


def test_a_machine_that_fails_three_in_a_row_takes_nothing_for_a_while(
    tmp_path: Path, store: str, queue: Queue, box: Box, processes: list[Process]
) -> None:
    names = {f"s{number}": [*ALL, "fault"] for number in range(9)}
    words = ["--detach"]
    assert batch(submissions(tmp_path / "in", names), tmp_path / "out", store, *words).ended() == 0
    broken = box(slots=1, seconds=0)
    until(lambda: "taking nothing for 30 s" in broken.said, broken.said)
    until(lambda: [one["state"] for one in queue.workers(60)] == ["broken"], "it says so")
    until(lambda: queue.batches(60)[0]["waiting"] == 9, "all wait again")
    with queue.engine.connect() as connection:
        tried = connection.execute(text("select count(*) from queue_attempts where counted")).scalar_one()
    assert tried == 3


def test_told_to_end_a_worker_finishes_and_told_twice_it_gives_back(
    tmp_path: Path, store: str, queue: Queue, box: Box
) -> None:
    folder = submissions(tmp_path / "in", {f"s{number}": ALL for number in range(4)})
    assert batch(folder, tmp_path / "out", store, "--detach").ended() == 0

    def running() -> int:
        return int(queue.batches(60)[0]["running"])

    patient = box(slots=2, seconds=1.5)
    until(lambda: running() == 2, "two jobs run")
    patient.kill(signal.SIGTERM)
    assert patient.ended() == 0, patient.said
    assert len(graded(tmp_path / "out")) == 2
    hurried = box(slots=2, seconds=100)
    until(lambda: running() == 2, "the others run")
    hurried.kill(signal.SIGTERM)
    until(lambda: "a second signal abandons" in hurried.said, hurried.said)
    hurried.kill(signal.SIGTERM)
    assert hurried.ended(20) == 130, hurried.said
    (shown,) = queue.batches(60)
    assert (shown["waiting"], shown["running"], shown["parked"]) == (2, 0, 0)
    assert [queue.reasons(row["id"]) for row in queue.open_jobs(shown["id"])] == [[], []]
    assert queue.workers(60) == []


def test_a_job_that_takes_long_to_finish_is_not_taken_from_a_worker_that_ends(
    tmp_path: Path, store: str, queue: Queue, box: Box, processes: list[Process]
) -> None:
    following = batch(submissions(tmp_path / "in", {"ann": ALL}), tmp_path / "out", store)
    processes.append(following)
    slow = box(slots=1, stalled=3, seconds=8)
    until(lambda: queue.batches(60) and queue.batches(60)[0]["running"] == 1, "the job runs")
    slow.kill(signal.SIGTERM)
    other = box(slots=1, stalled=3, seconds=0)
    assert following.ended(60) == 0, following.said
    assert slow.ended() == 0, slow.said
    with queue.engine.connect() as connection:
        attempts = connection.execute(text("select counted, reason from queue_attempts")).all()
    assert [tuple(row) for row in attempts] == [(False, "")], other.said


def test_drained_workers_take_nothing_until_they_may_again(
    tmp_path: Path, store: str, queue: Queue, box: Box, processes: list[Process]
) -> None:
    queue.drain(True)
    box()
    until(lambda: [one["state"] for one in queue.workers(60)] == ["draining"], "it is drained")
    following = batch(submissions(tmp_path / "in", {"ann": ALL}), tmp_path / "out", store)
    processes.append(following)
    until(lambda: queue.batches(60) and queue.batches(60)[0]["waiting"] == 1, "the job waits")
    queue.drain(False)
    assert following.ended(60) == 0, following.said


def test_ctrl_c_ends_the_following_and_not_the_jobs(
    tmp_path: Path, store: str, queue: Queue, box: Box, processes: list[Process]
) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    following = batch(folder, tmp_path / "out", store)
    processes.append(following)
    until(lambda: "wait in the queue" in following.said, following.said)
    following.kill(signal.SIGINT)
    assert following.ended(60) == 130, following.said
    assert "grade queue cancel" in following.output
    box()
    again = batch(folder, tmp_path / "out", store)
    processes.append(again)
    assert again.ended(60) == 0, again.said
    assert queue.store.counts()["grades"] == 2
