"""`python -m bench.resume`: a batch that is killed (-9) at random moments and started again, against one that is left
in peace: the same scores, byte for byte. The tests run a small one.

The submissions are made from the small pack's reference: right, wrong in parts, crashing, without the file they need.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.records import MEASURED

PACK = Path("tests/packs/sums")
_CHANGES = (
    ("", ""),
    ("return a + b", "return a - b"),
    ("return sum(numbers) / len(numbers)", "return 2.0"),
    ("self.balance += amount", "pass"),
    ("import sys\n", "import os\nos._exit(0)\n"),
    ("async def later", "def later"),
    ("print(sum(", "print(len("),
    ("def mean", "def average"),
)
UNDER_WAY = 3
"""So many more may come to an end between the moment that was drawn and the kill."""
_LEFT_OUT = MEASURED | {"provenance", "message", "stdout", "stderr", "dropped_bytes"}
"""What may differ between two gradings of one submission: what they took, and the words of programs, which hold
addresses and times of day."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What became of the two batches."""

    whole: Mapping[str, bytes]
    killed: Mapping[str, bytes]
    kills: int
    finished: tuple[int, ...]
    """How many results there were at each kill."""
    seconds: tuple[float, float]
    pids: tuple[int, ...]
    said: str

    @property
    def same(self) -> bool:
        return self.whole == self.killed


def make(folder: Path, count: int, draw: random.Random) -> Path:
    """`count` submissions that differ from each other in their bytes."""
    for number in range(count):
        place = folder / f"s{number:03d}"
        shutil.copytree(PACK / "solution", place)
        text = (place / "sums.py").read_text()
        if number % 20 == 9:
            (place / "sums.py").unlink()
            (place / "note.txt").write_text(str(number))
            continue
        for _ in range(draw.randint(0, 2)):
            old, new = draw.choice(_CHANGES)
            text = text.replace(old, new) if old else text
        (place / "sums.py").write_text(f"{text}\n# {number}\n")
    return folder


def compare(
    place: Path, count: int, kills: int, *, pack: Path = PACK, jobs: int = 2, seed: str = "moments"
) -> Compared:
    """Grades `count` submissions twice in `place`: once in peace, once killed `kills` times and started again. It is
    killed a moment after as many results were there as were drawn."""
    draw = random.Random(seed)  # noqa: S311 - moments to measure at, no secret
    inbox = make(place / "in", count, draw)
    pack = patient(pack, place / "pack")
    command = [sys.executable, "-m", "grader", "batch", str(inbox), "--challenge", str(pack), "--jobs", str(jobs)]
    began = time.monotonic()
    _run([*command, "--out", str(place / "whole")], place / "whole.db")
    whole = time.monotonic() - began
    finished, pids = [], []
    again = time.monotonic()
    for enough in sorted(draw.sample(range(count * 3 // 4 - UNDER_WAY), kills)):
        with _started([*command, "--out", str(place / "killed")], place / "killed.db") as process:
            while process.poll() is None and results(place / "killed") < enough:
                time.sleep(0.05)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(draw.uniform(0.0, 1.5))
            process.kill()
        pids.append(process.pid)
        finished.append(results(place / "killed"))
    said = _run([*command, "--out", str(place / "killed")], place / "killed.db")
    return Compared(
        whole=scores(place / "whole"),
        killed=scores(place / "killed"),
        kills=kills,
        finished=tuple(finished),
        seconds=(whole, time.monotonic() - again),
        pids=tuple(pids),
        said=said,
    )


def patient(pack: Path, copy: Path) -> Path:
    """A copy of `pack` whose limits a busy machine keeps too: what differs then is not for want of time."""
    shutil.copytree(pack, copy)
    manifest = copy / "challenge.yaml"
    text = manifest.read_text()
    manifest.write_text(text.replace("call: 2s, total: 20s", "call: 20s, total: 200s"))
    assert manifest.read_text() != text
    return copy


def results(out: Path) -> int:
    """How many results there are."""
    return len(list(out.glob("*/grade.json")))


def _started(command: list[str], store: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "GRADER_STORE": f"sqlite:///{store}"}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def _run(command: list[str], store: Path) -> str:
    environment = {**os.environ, "GRADER_STORE": f"sqlite:///{store}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return done.stdout


def scores(out: Path) -> dict[str, bytes]:
    """For each result all that a score rests on, as bytes."""
    found = {}
    for path in sorted(out.glob("*/grade.json")):
        found[path.parent.name] = json.dumps(_without(json.loads(path.read_text())), sort_keys=True).encode()
    return found


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner) for key, inner in value.items() if key not in _LEFT_OUT}
    return [_without(inner) for inner in value] if isinstance(value, list) else value


def left_behind(place: Path, pids: tuple[int, ...]) -> list[str]:
    """Containers of the processes that were killed, half-written files, and results that the store has not once."""
    from grader.sandbox.engine import connect
    from grader.store import open_store

    client = connect()
    boxes = client.containers(all=True, filters={"label": ["grader"]})
    client.close()
    owners = tuple(f":{pid}:" for pid in pids)
    found = [str(box["Names"]) for box in boxes if any(o in box["Labels"].get("grader.owner", "") for o in owners)]
    found += [str(path) for path in (place / "killed").rglob("*.part")]
    with open_store(f"sqlite:///{place / 'killed.db'}") as store:
        kept = {row["submission_digest"] for row in store.each() if row["status"] == "graded"}
        grades = store.counts()["grades"]
    graded = sum(b'"status": "graded", "submission"' in text for text in scores(place / "killed").values())
    return found + (
        [f"{grades} grades of {len(kept)} for {graded} results"] if not grades == len(kept) == graded else []
    )


def _difference(name: str, found: Compared) -> list[str]:
    """In which tests a submission's two results differ, in a line."""
    whole, killed = (json.loads(each.get(name, b"{}")) for each in (found.whole, found.killed))
    if whole == killed:
        return []
    tests = [{t["id"]: t for t in (each.get("objective") or {}).get("tests", ())} for each in (whole, killed)]
    parts = [f"{key} {tests[0][key]['status']} → {tests[1].get(key, {}).get('status')}" for key in tests[0]]
    return [f"{name}: " + ", ".join(part for part in parts if len(set(part.split()[1::2])) > 1)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--submissions", type=int, default=200)
    arguments.add_argument("--kills", type=int, default=10)
    arguments.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(Path(folder), chosen.submissions, chosen.kills, jobs=chosen.jobs)
        left = left_behind(Path(folder), found.pids)
    different = [line for name in found.whole for line in _difference(name, found)]
    print(f"{len(found.whole)} submissions, killed {found.kills} times, with {found.finished} results each time")
    print(f"  in peace {found.seconds[0]:.0f} s, killed and resumed {found.seconds[1]:.0f} s")
    print("".join(f"  {line}\n" for line in different), end="")
    print(f"  results that differ: {len(different)}; left behind: {', '.join(left) or 'nothing'}")
    raise SystemExit(0 if found.same and not left else 1)


if __name__ == "__main__":
    main()
