"""`python -m bench.resume_queue`: two workers on one queue, one of them killed (-9) again and again, against a batch on
the local pool that is left in peace: the same scores, byte for byte, and each grade once.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.resume import make, patient, results, scores
from grader.store import open_store
from tests.store_fixtures import cluster

PACK = Path("tests/packs/sums")
STALLED_SECONDS = 15
"""After which a dead worker's jobs go to the other."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--submissions", type=int, default=200)
    arguments.add_argument("--kills", type=int, default=10)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        place, store = Path(folder), server.database()
        draw = random.Random("workers")  # noqa: S311 - moments to measure at, no secret
        inbox = make(place / "in", chosen.submissions, draw)
        pack = patient(PACK, place / "packs" / "sums")
        words = ["batch", str(inbox), "--challenge", str(pack)]
        began = time.monotonic()
        subprocess.run(
            _grade(*words, "--jobs", "2", "--out", str(place / "local")),
            check=True,
            env=_with(store="sqlite:///" + str(place / "local.db")),
            capture_output=True,
        )
        middle = time.monotonic()
        killed = queued(place, [*words, "--queue", "--out", str(place / "queued")], store, chosen.kills, draw)
        ended = time.monotonic()
        whole, split = scores(place / "local"), scores(place / "queued")
        with open_store(store) as kept:
            graded = {row["submission_digest"] for row in kept.each() if row["status"] == "graded"}
            grades = kept.counts()["grades"]
    different = sorted(name for name in whole if whole[name] != split.get(name))
    print(f"{len(whole)} submissions, a worker of two killed with {killed} results there")
    print(f"  local pool in peace {middle - began:.0f} s, two workers of one slot {ended - middle:.0f} s")
    print(f"  results that differ: {len(different)} {' '.join(different)}")
    print(f"  {grades} grades of {len(graded)} graded submissions in the store")
    raise SystemExit(0 if not different and grades == len(graded) else 1)


def queued(place: Path, words: list[str], store: str, kills: int, draw: random.Random) -> tuple[int, ...]:
    """Runs the batch over two workers; at moments that are drawn, one of them is killed and another one started. How
    many results there were each time."""
    environment, out = _with(store), place / "queued"
    workers = [_worker(place, environment) for _ in range(2)]
    found = []
    try:
        with subprocess.Popen(
            _grade(*words), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as batch:
            total = len(list((place / "in").iterdir()))
            for enough in sorted(draw.sample(range(total * 3 // 4), kills)):
                while batch.poll() is None and results(out) < enough:
                    time.sleep(0.05)
                time.sleep(draw.uniform(0.0, 1.0))
                victim = draw.randrange(2)
                workers[victim].kill()
                workers[victim].wait()
                found.append(results(out))
                workers[victim] = _worker(place, environment)
            code = batch.wait()
            assert code == 0, f"the batch ended with {code}"
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(60)
    return tuple(found)


def _worker(place: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    words = ["worker", "--challenges", str(place / "packs"), "--slots", "1", "--stalled", str(STALLED_SECONDS)]
    return subprocess.Popen(_grade(*words), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _grade(*words: str) -> list[str]:
    return [sys.executable, "-m", "grader", *words]


def _with(store: str) -> dict[str, str]:
    return {**os.environ, "GRADER_STORE": store}


if __name__ == "__main__":
    main()
