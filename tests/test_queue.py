"""The queue on a real Postgres, without Docker: order, attempts, who takes what, and that nothing counts twice."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from grader import secret
from grader.batch.finished import wanted
from grader.batch.runner import Batch
from grader.challenge import load_pack
from grader.cli.db import command as db_command
from grader.cli.purge import command as purge_command
from grader.cli.queue import command as queue_command
from grader.errors import InfrastructureError, UsageError
from grader.grading.run import Run
from grader.queue import open_queue, schema, work
from grader.queue.job import MOST_ATTEMPTS, JobSpec, queue_name, secret_mark
from grader.queue.lane import Lane, take
from grader.queue.ledger import Ledger
from grader.queue.queue import JUDGE_RATE, BatchSpec, Queue
from grader.settings import Settings
from grader.store.engine import connect
from grader.testing import judges, packs
from grader.testing.judge_server import Behaviour, running
from tests.batch_fixtures import ALL, Quiet, Scripted, plan, submissions
from tests.patience import WAIT
from tests.queue_box import Box, fetch, keeping, queued, sql, states
from tests.small_packs import write_files
from tests.store_fixtures import Cluster

pytestmark = pytest.mark.xdist_group("queue")


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.database()


@pytest.fixture
def queue(url: str) -> Iterator[Queue]:
    with open_queue(url) as opened:
        yield opened


def batch(queue: Queue, key: str = "a", *, priority: int | None = None, challenge: str = "sums") -> str:
    name = queue_name("sha256:c", "", "")
    return queue.batch(
        BatchSpec(
            key=key, queue=name, challenge=challenge, digest="sha256:c", judge="", priority=priority, place="/results"
        )
    )


def spec(batch: str, name: str) -> JobSpec:
    return JobSpec(
        batch=batch, name=name, source=f"/in/{name}", result=f"/out/{name}", folder=f"/out/{name}", candidate=name,
        blind="ABC234", challenge="sums", digest="sha256:c", judge=False,
    )  # fmt: skip


def put(queue: Queue, key: str, names: str, **more: Any) -> str:
    """A batch with a job for each word."""
    made = batch(queue, key, **more)
    queue.put(made, [spec(made, name) for name in names.split()])
    return made


def order(queue: Queue, count: int) -> str:
    return " ".join(args["name"] for _, args in fetch(queue, count))


# ------------------------------------------------------------------------------------------------ order


def test_batches_take_turns_from_the_moment_on_that_a_second_one_comes(queue: Queue) -> None:
    put(queue, "long", "a1 a2 a3 a4 a5 a6")
    assert order(queue, 2) == "a1 a2"
    put(queue, "short", "b1 b2")
    assert order(queue, 5) == "a3 b1 a4 b2 a5"
    put(queue, "third", "c1 c2")
    assert order(queue, 9) == "a6 c1 c2"


def test_a_higher_priority_goes_before_and_batches_within_it_take_turns(queue: Queue) -> None:
    put(queue, "usual", "a1 a2")
    put(queue, "urgent", "b1 b2", priority=20)
    put(queue, "urgent too", "c1 c2", priority=20)
    put(queue, "whenever", "d1", priority=-5)
    assert order(queue, 9) == "b1 c1 b2 c2 a1 a2 d1"


def test_the_priority_of_a_challenge_holds_for_what_waits_and_for_what_comes(queue: Queue) -> None:
    put(queue, "one", "a1 a2")
    put(queue, "two", "b1", challenge="rag-triage")
    assert queue.prioritise("rag-triage", 10) == 1
    put(queue, "three", "c1", challenge="rag-triage")
    assert order(queue, 9) == "b1 c1 a1 a2"


# ------------------------------------------------------------------------------------------------ putting in


def test_what_waits_or_runs_is_not_put_in_again(queue: Queue) -> None:
    made = put(queue, "a", "a1 a2 a3")
    fetch(queue, 1)
    assert batch(queue, "a") == made
    assert queue.put(made, [spec(made, name) for name in ("a1", "a2", "a3", "a4")]) == 1
    assert len(queue.open_jobs(made)) == 4


def test_after_many_new_jobs_a_fetch_does_not_sort_all_that_waits(queue: Queue) -> None:
    put(queue, "a", " ".join(f"a{number}" for number in range(3000)))
    plan = sql(
        queue,
        "explain select * from procrastinate_jobs where status = 'todo' "
        "and queue_name = any(array[cast(:name as varchar)]) order by priority desc, id limit 1",
        name=queue_name("sha256:c", "", ""),
    )
    assert "Sort" not in str(plan)


def test_what_was_parked_or_taken_back_gets_new_attempts_when_the_batch_is_started_again(queue: Queue) -> None:
    made = put(queue, "a", "a1 a2")
    sql(queue, "update procrastinate_jobs set status = 'failed' where args->>'name' = 'a1'")
    assert queue.cancel(made) == 2
    assert {row["status"] for row in queue.open_jobs(made)} == {"cancelled"}
    assert queue.put(made, [spec(made, "a1"), spec(made, "a2")]) == 2
    assert {row["status"] for row in queue.open_jobs(made)} == {"todo"}


def test_two_who_open_an_empty_database_at_once_make_its_tables_once(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        queues = list(pool.map(lambda _: open_queue(url), range(6)))
    assert {opened.draining for opened in queues} == {False}
    for opened in queues:
        opened.close()


def test_grade_db_upgrade_makes_the_queues_tables_too(url: str) -> None:
    done = CliRunner().invoke(db_command, ["upgrade", "--store", url])
    assert done.exit_code == 0, done.output
    engine = connect(url)
    with engine.connect() as connection:
        assert connection.execute(text("select number from queue_version")).scalar_one() == schema.VERSION
    engine.dispose()


def test_tables_of_a_newer_grader_are_refused(queue: Queue, url: str) -> None:
    sql(queue, "update queue_version set number = 99")
    with pytest.raises(UsageError, match="newer"):
        open_queue(url)
    sql(queue, "update queue_version set number = :now", now=schema.VERSION)
    open_queue(url).close()


def test_a_queue_needs_postgres_and_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="Postgres") as refused:
        open_queue("sqlite:///grader.db")
    assert "postgresql://" in refused.value.fix
    monkeypatch.setattr("grader.queue.find_spec", lambda name: None if name == "procrastinate" else object())
    with pytest.raises(UsageError) as missing:
        open_queue("postgresql://db/grader")
    assert missing.value.fix == "pip install 'grader[scale]'"


# ------------------------------------------------------------------------------------------------ dead workers


def test_a_dead_workers_jobs_go_to_others_and_after_three_deaths_the_job_is_parked(queue: Queue) -> None:
    made = put(queue, "a", "a1")
    for death in range(MOST_ATTEMPTS):
        (job, _), *_ = fetch(queue, 1)
        ledger = Ledger(queue, f"worker{death}")
        ledger.begin(job, made)
        assert (ledger.sweep(60).again, ledger.sweep(60).parked) == (0, 0)
        sql(queue, "update procrastinate_workers set last_heartbeat = now() - interval '61 seconds'")
        swept = ledger.sweep(60)
        assert (swept.again, swept.parked) == ((0, 1) if death == MOST_ATTEMPTS - 1 else (1, 0))
    (parked,) = queue.parked()
    assert parked["reasons"] == [f"The worker worker{number} died in it." for number in range(3)]
    assert queue.retry() == 1
    assert [row["status"] for row in queue.open_jobs(made)] == ["todo"]
    assert queue.reasons(job) == []


def test_what_is_over_is_forgotten_after_a_month(queue: Queue) -> None:
    old, new = put(queue, "old", "a1"), put(queue, "new", "b1")
    queue.cancel(old)
    queue.cancel(new)
    sql(queue, "update queue_batches set at = now() - interval '31 days' where id = :old", old=old)
    ledger = Ledger(queue, "w1")
    ledger.seen("working", 1, [], "")
    sql(queue, "update queue_workers set seen = now() - interval '31 days'")
    ledger.sweep(60)
    assert sql(queue, "select id from queue_batches") == [(new,)]
    assert sql(queue, "select args->>'name' from procrastinate_jobs") == [("b1",)]
    assert sql(queue, "select name from queue_workers") == []


def test_what_a_worker_gives_back_costs_no_attempt(queue: Queue) -> None:
    made = put(queue, "a", "a1 a2")
    (first, _), (second, _) = fetch(queue, 2)
    mine, other = Ledger(queue, "mine"), Ledger(queue, "other")
    mine.begin(first, made)
    other.begin(second, made)
    assert mine.release("told to end") == 1
    assert {row["name"]: row["status"] for row in queue.open_jobs(made)} == {"a1": "todo", "a2": "doing"}
    assert queue.reasons(first) == []


# ------------------------------------------------------------------------------------------------ one job


def test_a_batch_on_the_queue_ends_as_it_would_on_one_machine(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob.zip": ["test_adds"], "odd": ["surprise"]})
    (folder / "cat.zip").write_bytes(b"this is no archive")
    following = queued(queue, plan(folder, tmp_path / "out"))
    assert following.put() == 4
    Box(queue, tmp_path).run()
    outcomes = following.run()
    assert states(outcomes) == {"ann": "graded", "bob": "graded", "cat": "refused", "odd": "infrastructure_error"}
    assert {outcome.entry.name: outcome.score for outcome in outcomes}["ann"] == 100
    reason = json.loads((tmp_path / "out" / "odd" / "grade.json").read_text())["reason"]
    assert "Parked after 3 attempts" in reason
    assert "nobody thought of this" in reason
    assert queue.store.counts()["grades"] == 2
    rows = {row["candidate"]: row for row in queue.store.history()}
    assert rows["ann"]["folder"] == str(tmp_path / "out" / "ann")
    assert rows["ann"]["batch"] == str(tmp_path / "out")


def test_started_again_a_batch_puts_in_only_what_is_not_finished(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    what = plan(folder, tmp_path / "out")
    queued(queue, what).put()
    Box(queue, tmp_path).step()
    again = queued(queue, what)
    assert again.put() == 1
    box = Box(queue, tmp_path)
    box.run()
    assert len(box.ran) == 1
    assert states(again.run()) == {"ann": "graded", "bob": "graded"}
    assert queued(queue, what).put() == 0
    fresh = queued(queue, replace(what, fresh=True))
    assert fresh.put() == 2
    box = Box(queue, tmp_path)
    box.run()
    assert sorted(box.ran) == ["ann", "bob"]


def test_a_judge_that_did_not_answer_is_asked_again_from_here_and_nothing_runs(
    tmp_path: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.settings.PLACES.cache", tmp_path / "cache", raising=False)
    root = packs.write_pack(tmp_path / "packs" / "tiny")
    (root / "tests" / "test_sums.py").write_text("def test_adds(candidate):\n    pass\n")
    pack = load_pack(root)
    for number, name in enumerate(("one", "two")):  # with words of their own: an answer is kept by what was asked
        words = {"sums.py": f"# {name}\ntest_adds = True\n", "DECISIONS.md": packs.answer(6 + number, 4)}
        write_files(tmp_path / "in" / name, words)
    with running(judges.constant(4), Behaviour(fault="500", fault_times=4)) as server:
        own = Settings(openai_base_url=server.url, judge_model="m", judge={"max_retries": 0, "differential": False})
        want = wanted(pack, own, judge=True)
        what = plan(tmp_path / "in", tmp_path / "out", judge=True, want=want)
        make: Any = lambda run: Scripted(run, {}, [])  # noqa: E731
        first = Batch(what, own, Quiet(), make_sandbox=make, record=keeping(queue, what))
        assert all(outcome.unanswered for outcome in first.run())
        first.close()
        still = queued(queue, what, own)
        assert still.put() == 0, "no job for what only lacks an answer"
        assert [(outcome.state, bool(outcome.unanswered)) for outcome in still.run()] == [("graded", True)] * 2
        again = queued(queue, what, own)
        assert again.put() == 0
        outcomes = again.run()
        assert [(outcome.state, outcome.unanswered, outcome.was_there) for outcome in outcomes] == [
            ("graded", "", False)
        ] * 2
        third = queued(queue, what, own)
        assert (third.put(), [outcome.was_there for outcome in third.run()]) == (0, [True, True])
        assert len(server.requests) == 6
    assert json.loads((tmp_path / "out" / "one" / "grade.json").read_text())["criteria"][0]["suggestion"] == 4


def test_evidence_that_is_gone_leaves_the_grade_as_it_was_and_is_said(
    tmp_path: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    what = plan(folder, tmp_path / "out")
    following = queued(queue, what)
    following.put()
    Box(queue, tmp_path).run()
    following.run()
    grade = tmp_path / "out" / "ann" / "grade.json"
    told = json.loads(grade.read_text())
    grade.write_text(json.dumps({**told, "judge": {"model": "m", "unanswered": {"depth": "it was away"}}}))
    (tmp_path / "out" / "ann" / "evidence" / "submission.zip").unlink()
    own = Settings(openai_base_url="http://127.0.0.1:9/v1", judge_model="m")
    again = queued(queue, replace(what, want=replace(what.want, judge_model="m")), own)
    again.put()
    assert [(outcome.state, outcome.unanswered) for outcome in again.run()] == [("graded", "it was away")]
    assert [problem.partition(":")[0] for problem in again.problems] == ["ann"]


def test_a_name_that_is_no_text_stops_nobody_else(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    os.rename(folder / "bob", os.fsencode(folder) + b"/bo\xff")
    following = queued(queue, plan(folder, tmp_path / "out"))
    assert following.put() == 1
    Box(queue, tmp_path).run()
    assert states(following.run()) == {"ann": "graded", "bo_": "infrastructure_error"}
    assert "is not text" in json.loads((tmp_path / "out" / "bo_" / "grade.json").read_text())["reason"]
    shared = queued(queue, plan(folder, tmp_path / "out"), shared=str(tmp_path / "shared"))
    assert shared.put() == 1
    Box(queue, tmp_path).run()
    assert states(shared.run()) == {"ann": "graded", "bo_": "graded"}


def test_a_result_that_no_worker_made_is_graded_again_whatever_stands_in_its_place(
    tmp_path: Path, queue: Queue
) -> None:
    folder, out = submissions(tmp_path / "in", {"ann": ["test_adds"]}), tmp_path / "out"
    quiet = Batch(plan(folder, out), Settings(), Quiet(), make_sandbox=lambda run: Scripted(run, {}, []))
    (before,) = quiet.run()  # kept in no store: as if it came with the submissions
    grade = json.loads((out / "ann" / "grade.json").read_text())
    grade["score"] |= {"value": 100.0, "low": 100.0, "high": 100.0}
    (out / "ann" / "grade.json").write_text(json.dumps(grade))
    following = queued(queue, plan(folder, out))
    assert following.put() == 1
    box = Box(queue, tmp_path)
    box.run()
    (outcome,) = following.run()
    assert (box.ran, outcome.score) == (["ann"], before.score)


def test_a_job_that_runs_twice_leaves_one_result_and_one_grade(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    queued(queue, plan(folder, tmp_path / "out")).put()
    box = Box(queue, tmp_path)
    ((job, args),) = [job for name in box.names for job in fetch(queue, 1, box.id, name)]
    work.run(box.means, job, args)
    first = (tmp_path / "out" / "ann" / "grade.json").read_bytes()
    work.run(box.means, job, args)
    assert box.ran == ["ann"]
    both = [threading.Thread(target=work.run, args=(box.means, job, args)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert (tmp_path / "out" / "ann" / "grade.json").read_bytes() == first
    assert queue.store.counts()["grades"] == queue.store.counts()["runs"] == 1


def test_of_two_that_grade_at_the_same_time_the_first_result_stays(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    queued(queue, plan(folder, tmp_path / "out")).put()
    box, both = Box(queue, tmp_path), threading.Barrier(2)
    inner = box.sandbox

    def sandbox(run: Run) -> Scripted:
        both.wait(20)  # neither is ahead: both found no result
        return inner(run)

    means = replace(box.means, make_sandbox=sandbox)
    ((job, args),) = [job for name in box.names for job in fetch(queue, 1, box.id, name)]
    threads = [threading.Thread(target=work.run, args=(means, job, args)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert box.ran == ["ann", "ann"]
    run = json.loads((tmp_path / "out" / "ann" / "grade.json").read_text())["provenance"]["run"]
    assert [row["run"] for row in queue.store.history()] == [run]


def test_a_fault_of_the_machine_is_tried_again_and_parked_after_three_with_its_reasons(
    tmp_path: Path, queue: Queue
) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    following = queued(queue, plan(folder, tmp_path / "out"))
    following.put()
    box = Box(queue, tmp_path, {"ann": 2, "bob": 99})
    box.run()
    assert states(following.run()) == {"ann": "graded", "bob": "infrastructure_error"}
    (parked,) = queue.parked()
    assert (parked["name"], parked["reasons"]) == ("bob", ["Docker went away."] * 3)
    box.faults.clear()
    again = queued(queue, plan(folder, tmp_path / "out"))
    assert again.put() == 1
    box.run()
    assert states(again.run()) == {"ann": "graded", "bob": "graded"}


def test_an_engine_that_went_away_is_waited_for_and_costs_no_attempt(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    following = queued(queue, plan(folder, tmp_path / "out"))
    following.put()
    answers = iter([False, False, True])
    box = Box(queue, tmp_path, {"ann": 1}, engine_answers=lambda: next(answers))
    box.run()
    assert states(following.run()) == {"ann": "graded"}
    assert sql(queue, "select counted from queue_attempts") == [(False,)]


def test_a_worker_that_ends_does_not_wait_for_an_engine_and_gives_the_job_back(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    following = queued(queue, plan(folder, tmp_path / "out"))
    following.put()
    halt = threading.Event()
    halt.set()
    box = Box(queue, tmp_path, {"ann": 1}, engine_answers=lambda: False, halt=halt)
    assert box.step()
    assert [row["status"] for row in queue.open_jobs(following.id)] == ["todo"]
    assert sql(queue, "select counted, reason from queue_attempts") == [
        (False, "The engine of this machine went away.")
    ]


def test_a_finished_result_waits_for_a_database_that_is_away(
    tmp_path: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LOOK_SECONDS", 0.01)
    folder = submissions(tmp_path / "in", {"ann": ALL})
    queued(queue, plan(folder, tmp_path / "out")).put()
    box, away = Box(queue, tmp_path), iter([True, True, False])
    kept = queue.store.record

    def record(*arguments: Any, **more: Any) -> Any:
        if next(away, False):
            raise InfrastructureError("The store cannot be used.")
        return kept(*arguments, **more)

    monkeypatch.setattr(queue.store, "record", record)
    alone, gone = queue.alone, iter([True, False])

    def entered(key: str) -> Any:
        if next(gone, False):
            raise InfrastructureError("The store cannot be used.")
        return alone(key)

    monkeypatch.setattr(queue, "alone", entered)
    assert box.step()
    assert (box.ran, queue.store.counts()["grades"]) == (["ann"], 1)
    assert sql(queue, "select counted from queue_attempts") == [(False,)]


# ------------------------------------------------------------------------------------------------ who takes what


def test_another_version_challenge_or_judge_is_another_queue() -> None:
    names = {
        queue_name(digest, judge, secret, version)
        for digest in ("a", "b")
        for judge in ("", "m")
        for secret in ("", "s")
        for version in ("1", "2")
    }
    assert len(names) == 16
    assert max(len("procrastinate_queue_v1#" + name) for name in names) < 63  # a channel of Postgres


def test_a_batch_is_not_put_in_where_every_worker_has_another_secret(tmp_path: Path, queue: Queue) -> None:
    what = plan(submissions(tmp_path / "in", {"ann": ALL}), tmp_path / "out")
    Ledger(queue, "elsewhere").seen("working", 4, ["grade-of-something", secret_mark("0123456789abcdef")], "")
    mine = secret.of(Settings()).fingerprint
    with pytest.raises(UsageError, match=f"here is {mine}, and theirs is 0123456789abcdef") as told:
        queued(queue, what).put()
    assert "GRADER_SECRET" in told.value.fix
    Ledger(queue, "here").seen("working", 4, [secret_mark(mine)], "")
    assert queued(queue, what).put() == 1


def test_workers_of_an_hour_ago_and_of_an_older_grader_refuse_nothing(tmp_path: Path, queue: Queue) -> None:
    what = plan(submissions(tmp_path / "in", {"ann": ALL}), tmp_path / "out")
    Ledger(queue, "old").seen("working", 4, ["grade-of-something"], "")
    Ledger(queue, "gone").seen("working", 4, [secret_mark("0123456789abcdef")], "")
    sql(queue, "update queue_workers set seen = now() - interval '1 hour' where name = 'gone'")
    assert queued(queue, what).put() == 1


def test_a_job_is_given_back_where_the_secret_has_been_rotated(tmp_path: Path, queue: Queue) -> None:
    queued(queue, plan(submissions(tmp_path / "in", {"ann": ALL}), tmp_path / "out")).put()
    box = Box(queue, tmp_path)
    rotated = replace(box.means.offers(), secret="fedcba9876543210")
    box.means = replace(box.means, offers=lambda: rotated)
    ((job, args),) = [job for name in box.names for job in fetch(queue, 1, box.id, name)][:1]
    with pytest.raises(work.GivenBackError, match="secret"):
        work.run(box.means, job, args)
    assert box.ran == []


def test_the_secret_of_each_worker_is_shown(url: str, queue: Queue) -> None:
    Ledger(queue, "here").seen("working", 4, [secret_mark("0123456789abcdef")], "")
    assert "0123456789abcdef" in CliRunner().invoke(queue_command, ["--store", url]).output
    told = json.loads(CliRunner().invoke(queue_command, ["--store", url, "--json"]).output)
    assert told["workers"][0]["secret"] == "0123456789abcdef"


def test_a_job_that_nobody_can_take_stays_and_it_is_said(url: str, queue: Queue) -> None:
    made = put(queue, "a", "a1 a2")
    Ledger(queue, "elsewhere").seen("working", 4, ["grade-of-something-else"], "")
    said = CliRunner().invoke(queue_command, ["--store", url]).output
    assert f"Nobody can take {made}: no worker has sums at c" in said.replace("sha256:", "")
    assert "elsewhere" in said
    Ledger(queue, "here").seen("working", 4, [queue_name("sha256:c", "", "")], "")
    assert "Nobody" not in CliRunner().invoke(queue_command, ["--store", url]).output
    sql(queue, "update queue_workers set seen = now() - interval '2 minutes'")
    said = CliRunner().invoke(queue_command, ["--store", url]).output
    assert "Nobody can take" in said
    assert "gone" in said


def test_a_job_of_a_version_that_this_worker_does_not_have_is_given_back(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    following = queued(queue, plan(folder, tmp_path / "out"))
    following.put()
    changed: list[bool] = []
    box = Box(queue, tmp_path, changed=lambda: changed.append(True))
    ((job, args),) = [job for name in box.names for job in fetch(queue, 1, box.id, name)]
    with pytest.raises(work.GivenBackError, match="another version"):
        work.run(box.means, job, {**args, "digest": "sha256:before"})
    assert changed == [True]
    assert not (tmp_path / "out" / "ann").exists()


# ------------------------------------------------------------------------------------------------ one person's data


def test_purging_a_person_empties_the_queue_of_them_too(url: str, queue: Queue) -> None:
    made = put(queue, "a", "ann bob")
    (job, _), *_ = fetch(queue, 1)
    ledger = Ledger(queue, "w1")
    ledger.begin(job, made)
    ledger.end(job, counted=True, reason="ann's disk is full")
    sql(queue, "update procrastinate_jobs set status = 'failed' where id = :job", job=job)
    words = ["--candidate", "ann", "--store", url]
    assert "Would remove 1 jobs of the queue" in CliRunner().invoke(purge_command, words).output
    assert len(queue.open_jobs(made)) == 2
    CliRunner().invoke(purge_command, [*words, "--yes"])
    assert [row["name"] for row in queue.open_jobs(made)] == ["bob"]
    assert sql(queue, "select reason from queue_attempts") == []


def test_purging_a_word_that_is_two_peoples_on_the_queue_removes_neither_before_it_is_said(
    url: str, queue: Queue
) -> None:
    made = put(queue, "a", "ann bob")
    sql(queue, "update procrastinate_jobs set args = args || '{\"blind\": \"BOB\"}' where args->>'candidate' = 'ann'")
    words = ["--candidate", "bob", "--store", url, "--yes"]
    doubt = CliRunner().invoke(purge_command, words, standalone_mode=False).exception
    assert isinstance(doubt, UsageError)
    assert "'ann', blind id 'BOB'" in doubt.message
    assert len(queue.open_jobs(made)) == 2
    assert "Removing 1 jobs" in CliRunner().invoke(purge_command, [*words, "--as", "blind"]).output
    assert [row["name"] for row in queue.open_jobs(made)] == ["bob"]


# ------------------------------------------------------------------------------------------------ the judge's rate


def test_all_workers_together_keep_the_judges_rate(queue: Queue) -> None:
    assert [take(queue, "m") for _ in range(5)] == [0.0] * 5
    queue.set(JUDGE_RATE, 60)
    with ThreadPoolExecutor(8) as pool:
        waits = sorted(pool.map(lambda _: take(queue, "m"), range(20)))
    assert waits == pytest.approx(range(20), abs=1.0)
    assert take(queue, "another model") == 0.0
    queue.set(JUDGE_RATE, None)
    assert take(queue, "m") == 0.0


def test_each_call_of_the_judge_goes_through_the_workers_lane(tmp_path: Path, queue: Queue) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    queued(queue, plan(folder, tmp_path / "out")).put()
    box, lane, seen = Box(queue, tmp_path), Lane(queue, "m", 2), []

    def sandbox(run: Run) -> Scripted:
        seen.append(run.judge_lane)
        return box.sandbox(run)

    box.means = replace(box.means, lane=lane, make_sandbox=sandbox)
    box.run()
    assert seen == [lane]


def test_a_lane_lets_so_many_calls_through_at_once_and_no_faster_than_the_rate(queue: Queue) -> None:
    queue.set(JUDGE_RATE, 1200)  # one in 50 ms
    lane, inside, most, moments = Lane(queue, "m", 2), 0, 0, []
    lock, pair = threading.Lock(), threading.Barrier(2)

    def call(_: int) -> None:
        nonlocal inside, most
        with lane:
            with lock:
                inside, most = inside + 1, max(most, inside + 1)
                moments.append(time.monotonic())
            pair.wait(WAIT)  # on a slow machine, too, two are inside at once
            time.sleep(0.12)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(12)))
    assert most == 2
    assert max(moments) - min(moments) >= 11 * 0.05 * 0.9


# ------------------------------------------------------------------------------------------------ the command


def test_the_queue_is_shown_drained_and_steered(url: str, queue: Queue) -> None:
    made = put(queue, "a", "a1 a2 a3")
    (job, _), *_ = fetch(queue, 1)
    ledger = Ledger(queue, "w1")
    ledger.begin(job, made)
    ledger.seen("working", 4, [queue_name("sha256:c", "", "")], "")

    def grade(*words: str) -> str:
        done = CliRunner().invoke(queue_command, [*words], obj=None)
        assert done.exit_code == 0, done.output
        return done.output

    facts = json.loads(grade("--json", "--store", url))
    (shown,) = facts["batches"]
    assert {name: shown[name] for name in ("total", "waiting", "running", "done", "parked", "workers")} == {
        "total": 3, "waiting": 2, "running": 1, "done": 0, "parked": 0, "workers": 1,
    }  # fmt: skip
    assert [(one["name"], one["running"], one["alive"]) for one in facts["workers"]] == [("w1", 1, True)]
    assert "finish what they run" in grade("drain", "--store", url)
    assert queue.draining
    assert "The queue is drained" in grade("--store", url)
    grade("resume", "--store", url)
    assert not queue.draining
    sql(queue, "update procrastinate_jobs set status = 'failed' where id = :job", job=job)
    ledger.end(job, counted=True, reason="disk\x1b[31m full")
    said = grade("parked", "--store", url)
    assert "1. disk\\x1b[31m full" in said
    assert "1 jobs wait again" in grade("retry", "--store", url)
    assert "3 jobs taken back" in grade("cancel", made, "--store", url)
    assert "0 waiting jobs moved" in grade("priority", "sums", "5", "--store", url)
    assert "At most 90" in grade("judge-rate", "90", "--store", url)
    assert "at most 90 times" in grade("--store", url)
