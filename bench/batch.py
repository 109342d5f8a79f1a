"""`python -m bench.batch`: throughput of a batch against the floor, the store, the cohort's page, similarity; with
`queue` and `postgres` (bench/queue.py), what the queue costs.

Ratios are of runs in turn on one machine; the floor is `xargs -P N docker run … pytest` with the same images and tests
in one process, which protects nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.__main__ import floor_image
from bench.measure import engine, machine_cpu, median, ratio, spread

PACK = Path("tests/packs/sums")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--submissions", type=int, default=40)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    arguments.add_argument("parts", nargs="*", default=["throughput", "memory", "kept", "store", "similarity"])
    chosen = arguments.parse_args()
    if "throughput" in chosen.parts:
        throughput(chosen.submissions, chosen.runs, chosen.jobs)
    if "memory" in chosen.parts:
        memory()
    if "kept" in chosen.parts:
        kept(chosen.submissions, chosen.runs, chosen.jobs)
    if "store" in chosen.parts:
        store((1_000, 10_000, 100_000))
    if "queue" in chosen.parts:
        from bench import queue

        queue.overhead(chosen.submissions, chosen.runs, chosen.jobs)
    if "postgres" in chosen.parts:
        from bench import queue

        queue.show(queue.database())
    if "similarity" in chosen.parts:
        similarity((250, 500, 1000, 2000))


# ------------------------------------------------------------------------------------------------ throughput


def throughput(count: int, runs: int, jobs: int) -> None:
    """Submissions a minute, and the grader's memory a slot."""
    tag = floor_image(PACK)
    batch, floor, peaks = [], [], []
    cpu: dict[str, list[float]] = {"floor": [], "grade batch": []}
    with tempfile.TemporaryDirectory() as folder:
        inbox = _inbox(Path(folder), count)
        for number in range(runs):
            before = machine_cpu()
            seconds, peak = _batch(inbox, Path(folder) / f"out{number}", jobs)
            between = machine_cpu()
            batch.append(seconds / count)
            peaks.append(peak)
            floor.append(_floor(tag, count, jobs) / count)
            cpu["grade batch"].append((between - before) / count)
            cpu["floor"].append((machine_cpu() - between) / count)
    print(f"\n{count} submissions, {jobs} at a time, median of {runs} runs in turn; {engine()}")
    print(f"  floor   xargs -P{jobs} docker run … pytest   {60 / median(floor):.0f} a minute, {spread(floor)} each")
    print(f"  grade batch                            {60 / median(batch):.0f} a minute, {spread(batch)} each")
    print(f"  throughput against the floor (goal ≥ 1.3×)  {ratio(floor, batch)}")
    print(
        "  seconds of the machine's processors each    ", *(f"{name} {median(each):.2f}" for name, each in cpu.items())
    )
    print(f"  memory of the grader's process          {max(peaks) / 2**20:.0f} MiB at its peak, {jobs} slots")


def memory(count: int = 8, slots: int = 4) -> None:
    """What a slot more takes in the grader's process: the peak with `slots` against the peak with one."""
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        inbox = _inbox(Path(folder), count)
        for jobs in (1, slots):
            _, peaks[jobs] = _batch(inbox, Path(folder) / f"out{jobs}", jobs)
    each = (peaks[slots] - peaks[1]) / (slots - 1)
    shown = ", ".join(f"{peak / 2**20:.0f} MiB with {jobs}" for jobs, peak in peaks.items())
    print(f"\nmemory of the grader's process: {shown}; each slot more (goal ≤ 30 MiB) {each / 2**20:.1f} MiB")


def kept(count: int, runs: int, jobs: int) -> None:
    """A batch whose verifiers stay against one that makes a new one for each submission, in turn."""
    found: dict[str, list[float]] = {"kept": [], "made anew": []}
    with tempfile.TemporaryDirectory() as folder:
        inbox = _inbox(Path(folder), count)
        for number in range(runs):
            for name, seconds in found.items():
                out = Path(folder) / f"out-{name}-{number}"
                seconds.append(_in_process(inbox, out, jobs, anew=name == "made anew") / count)
    print(f"\n{count} submissions, {jobs} at a time, median of {runs} runs in turn; the verifiers are")
    for name, seconds in found.items():
        print(f"  {name:<10} {60 / median(seconds):.0f} a minute, {spread(seconds)} each")
    print(f"  throughput of those kept against those made anew {ratio(found['made anew'], found['kept'])}")


def _in_process(inbox: Path, out: Path, jobs: int, *, anew: bool) -> float:
    from grader.batch.entries import from_folder
    from grader.batch.finished import wanted
    from grader.batch.runner import Batch, BatchPlan
    from grader.challenge import load_pack
    from grader.grading.run import docker_sandbox
    from grader.settings import Settings
    from tests.batch_fixtures import Quiet

    plan = BatchPlan(
        entries=from_folder(inbox, out).entries,
        out=out,
        jobs=jobs,
        want=wanted(load_pack(PACK), Settings(), judge=False),
        judge=False,
    )
    batch = Batch(plan, Settings(), Quiet(), make_sandbox=docker_sandbox if anew else None)
    began = time.monotonic()
    outcomes = batch.run()
    batch.close()
    assert {outcome.state for outcome in outcomes} == {"graded"}, outcomes
    return time.monotonic() - began


def _inbox(folder: Path, count: int) -> Path:
    inbox = folder / "in"
    for number in range(count):
        shutil.copytree(PACK / "solution", inbox / f"s{number:03d}")
        (inbox / f"s{number:03d}" / "note.txt").write_text(str(number))
    return inbox


def _batch(inbox: Path, out: Path, jobs: int) -> tuple[float, int]:
    command = [sys.executable, "-m", "grader", "batch", str(inbox), "--challenge", str(PACK), "--out", str(out)]
    environment = {**os.environ, "GRADER_STORE": f"sqlite:///{out}.db"}
    began = time.monotonic()
    with subprocess.Popen(
        [*command, "--jobs", str(jobs)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    return time.monotonic() - began, usage.ru_maxrss * 1024


def _floor(tag: str, count: int, jobs: int) -> float:
    test = f"docker run --rm --network none {tag} python3 -m pytest -q -p inprocess -p no:cacheprovider /bench/tests"
    began = time.monotonic()
    subprocess.run(
        ["xargs", "-P", str(jobs), "-I{}", "sh", "-c", f"{test} >/dev/null"],
        input="\n".join(map(str, range(count))), text=True, check=True,
    )  # fmt: skip
    return time.monotonic() - began


# ------------------------------------------------------------------------------------------------ store


def store(sizes: tuple[int, ...]) -> None:
    """Writing, the cohort query against a raw count, and how they grow. Seconds of CPU, each in turn."""
    from grader.store import open_store
    from grader.store.store import About

    print("\nstore (SQLite), seconds of CPU")
    grade = json.loads(_one_grade())
    before: tuple[int, float] | None = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with open_store(f"sqlite:///{path}") as opened:
            done = 0
            for size in sizes:
                first = min(size, done + 500)
                began = time.process_time()
                for number in range(done, first):
                    opened.record(numbered(grade, number), About(candidate=f"c{number}", blind=f"B{number}"))
                writing = (time.process_time() - began) / (first - done)
                fill(opened, grade, range(first, size))
                done = size
                query = _timed(lambda: sum(1 for _ in opened.each("sums")))
                latest = _timed(lambda: opened.history(challenge="sums", limit=50))
                raw = _timed(lambda path=path: _raw_count(path))
                growth = ""
                if before:
                    allowed = size * math.log(size) / (before[0] * math.log(before[0]))
                    growth = f", grew {query / before[1]:.1f}× (n log n: {allowed:.1f}×)"
                before = (size, query)
                print(
                    f"  {size:>7,} grades  {writing * 1000:.2f} ms a write  all rows {query:.3f} s{growth}  latest 50 "
                    f"{latest * 1000:.1f} ms  raw count {raw * 1000:.1f} ms  {path.stat().st_size / 1e6:.0f} MB"
                )


def fill(opened: Any, grade: dict[str, Any], numbers: range) -> None:
    """The rows that `record` would write for these, many in a transaction: one by one, 100,000 take minutes."""
    from grader.store import store
    from grader.store.engine import writing
    from grader.store.tables import bodies, grades, runs

    trail = {"who": "bench", "why": "measured", "at": store.now()}
    for start in range(numbers.start, numbers.stop, 5_000):
        made = [numbered(grade, number) for number in range(start, min(start + 5_000, numbers.stop))]
        ids = range(start + 1, start + 1 + len(made))
        with writing(opened.engine) as connection:
            rows = [{"id": n, **store._grade(each), **trail} for n, each in zip(ids, made, strict=True)]
            connection.execute(grades.insert(), rows)
            about = [store.About(candidate=f"c{number}", blind=f"B{number}") for number in ids]
            runs_made = [store._run(*each) | trail for each in zip(made, about, strict=True)]
            connection.execute(runs.insert(), [{"grade": n, **run} for n, run in zip(ids, runs_made, strict=True)])
            texts = [{"grade": n, "body": json.dumps(each), **trail} for n, each in zip(ids, made, strict=True)]
            connection.execute(bodies.insert(), texts)


def _one_grade() -> str:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "grader", str(PACK / "solution"), "--challenge", str(PACK), "--out", folder]
        subprocess.run(command, check=True, capture_output=True)
        return (Path(folder) / "grade.json").read_text()


def numbered(grade: dict[str, Any], number: int) -> dict[str, Any]:
    """The same grade, of another submission, a minute after the one before."""
    started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return {
        **grade,
        "submission": {**grade["submission"], "digest": f"sha256:{hashlib.sha256(b'%d' % number).hexdigest()}"},
        "provenance": {**grade["provenance"], "run": f"{number:012x}", "started_at": started.isoformat()},
    }


def _raw_count(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("select count(*), avg(score) from grades where challenge_id = 'sums'").fetchall()
    connection.close()


def _timed(work: Any) -> float:
    """The least of five: what else runs on the machine only adds to it."""
    found = []
    for _ in range(5):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


# ------------------------------------------------------------------------------------------------ similarity


def similarity(sizes: tuple[int, ...]) -> None:
    """Seconds for a cohort of generated programs (10 kB of code and 4 kB of prose each), a fiftieth of them copies."""
    from grader.cohort.similarity import Cohort

    print("\nsimilarity")
    for size in sizes:
        draw = random.Random(size)  # noqa: S311 - moments to measure at, no secret
        made: list[dict[str, bytes]] = []
        copies = 0
        for number in range(size):
            files = submission(draw)
            if number % 50 == 49:
                files["main.py"] = draw.choice(made)["main.py"].replace(b"x", b"value") + files["main.py"][:500]
                copies += 1
            made.append(files)
        began = time.process_time()
        cohort = Cohort()
        for number, files in enumerate(made):
            cohort.add(f"s{number}", files)
        pairs = cohort.pairs()
        seconds = time.process_time() - began
        found = {name for pair in pairs for name in (pair.left, pair.right)}
        caught = sum(f"s{number}" in found for number in range(49, size, 50))
        each = f"{seconds:.1f} s of CPU ({seconds / size * 1000:.1f} ms each)"
        print(f"  {size:>5,} submissions  {each}  {caught} of {copies} copies found, {len(pairs)} pairs")


_LEAVES = ("x", "y", "1", "'a'", "len(x)", "x[0]", "y.get(x)")
_LINES = (
    "    x = {}\n", "    if {}:\n        y = {}\n", "    for z in {}:\n        x = {}\n", "    return {}\n",
    "    try:\n        x = {}\n    except E:\n        y = {}\n",
)  # fmt: skip


def submission(draw: random.Random) -> dict[str, bytes]:
    """A program and a document that nobody else has."""

    def expression(depth: int = 0) -> str:
        if depth > 3 or draw.random() < 0.3:
            return draw.choice(_LEAVES)
        if draw.random() < 0.7:
            sign = draw.choice(["+", "-", "*", "and", "or", "<", "in"])
            return f"{expression(depth + 1)} {sign} {expression(depth + 1)}"
        return f"f({expression(depth + 1)}, {expression(depth + 1)})"

    def function(number: int) -> str:
        lines = (draw.choice(_LINES).format(expression(), expression()) for _ in range(draw.randint(4, 12)))
        return f"def f{number}(x, y):\n{''.join(lines)}"

    words = " ".join(f"word{draw.randrange(3000)}" for _ in range(500))
    return {"main.py": "\n".join(function(n) for n in range(12)).encode(), "DECISIONS.md": words.encode()}


if __name__ == "__main__":
    main()
