"""Jobs while a worker, Postgres and Docker are killed: a grade for each, and nothing left. Sixty outlive workers and
the database without Docker (tests/test_queue_workers.py)."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.challenge import load_pack
from grader.sandbox import images as recipes
from grader.store import open_store
from tests.queue_fixtures import Process, all_ended, engine, inbox, pack, start, until, worker
from tests.store_fixtures import Cluster, cluster

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]
JOBS = 12


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


@pytest.fixture
def store(own_postgres: Cluster) -> str:
    return own_postgres.database()


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    with all_ended() as started:
        yield started


@pytest.mark.timeout(600)
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("dockerd"),
    reason="kills a Docker engine, so it starts one of its own, which takes root and dockerd; "
    "tests/test_queue_workers.py kills workers and Postgres anywhere",
)
def test_jobs_survive_the_death_of_a_worker_of_postgres_and_of_docker(
    tmp_path: Path, own_postgres: Cluster, store: str, sums: Path, processes: list[Process]
) -> None:
    out, challenges = tmp_path / "out", pack(tmp_path / "challenges")
    requirements = load_pack(sums).requirements
    with engine(recipes.verifier_recipe().tag, recipes.candidate_recipe(requirements).tag) as docker:
        boxes = [worker(challenges, store, DOCKER_HOST=docker.host) for _ in range(2)]
        words = ["--challenge", str(challenges / "sums"), "--out", str(out), "--queue", "--no-similarity"]
        batch = start("batch", str(inbox(tmp_path / "in", JOBS)), *words, store=store)
        processes += [*boxes, batch]

        def reached(count: int) -> None:
            until(lambda: len(list(out.glob("s*/grade.json"))) >= count, f"{count} results: {batch.said}", 200)

        reached(2)
        boxes[0].kill(signal.SIGKILL)
        boxes.append(worker(challenges, store, DOCKER_HOST=docker.host))  # as a supervisor would
        processes.append(boxes[-1])
        reached(5)
        own_postgres.crash()
        reached(8)
        docker.kill()
        docker.start()
        assert batch.ended(200) == 0, batch.said
        boxes[0].ended()
        for box in boxes[1:]:
            box.kill(signal.SIGTERM)
        assert [box.ended() for box in boxes[1:]] == [0, 0], "\n".join(box.said for box in boxes)
        assert docker.containers() == []
    assert batch.said.count("] s") == JOBS
    grades = [json.loads(path.read_text()) for path in sorted(out.glob("s*/grade.json"))]
    assert [grade["status"] for grade in grades] == ["graded"] * JOBS
    assert len({(grade["submission"]["digest"], grade["score"]["value"]) for grade in grades}) == JOBS
    assert {grade["objective"]["points"] for grade in grades} == {grades[0]["objective"]["points"]}
    with open_store(store) as opened:
        assert opened.counts()["grades"] == JOBS
        assert {row["candidate"] for row in opened.history(limit=200)} == {f"s{number:02d}" for number in range(JOBS)}
    assert not list(out.rglob("*.part"))
