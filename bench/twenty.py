"""`python -m bench.twenty`: ten honest submissions alone, and beside ten that want to hold up a batch, in turn.

Printed are the seconds until the last honest one has its grade, and until the batch has ended. The goal is that the
honest ones wait at most half as long again for what is beside them. Ten more of them, instead of the hostile ones, say
how much of that is nobody's doing: twenty are more than ten.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import ratio, spread
from tests.hostile import twenty

GRADE = [sys.executable, "-m", "grader"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--jobs", type=int, default=2)
    chosen = arguments.parse_args()
    alone, copies, beside, whole = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pack = twenty.make_pack(root / "pack")
        twenty.lay_out(root / "in")
        (root / "in" / "honest.csv").write_text("\n".join(["path", *twenty.HONEST]) + "\n")
        everyone, twins = twenty.manifest(root / "in"), twenty.manifest_of_copies(root / "in")
        for run in range(chosen.runs):
            ended, _ = timed(root / "in" / "honest.csv", pack, root / f"alone-{run}", chosen.jobs)
            alone.append(ended)
            ended, _ = timed(twins, pack, root / f"copies-{run}", chosen.jobs)
            copies.append(ended)
            ended, last = timed(everyone, pack, root / f"beside-{run}", chosen.jobs)
            beside.append(ended)
            whole.append(last)
    print(f"\nTen honest submissions, {chosen.jobs} at a time: median of {chosen.runs} runs, in turn")
    print(f"  alone    until the last has its grade          {spread(alone)}")
    print(f"  beside   ten hostile ones, the same            {spread(beside)}")
    print(f"  ratio    (goal ≤ 1.5×)                         {ratio(beside, alone)}")
    print(f"  copies   beside ten honest ones, the same      {spread(copies)}")
    print(f"  ratio    of hostile ones to honest ones        {ratio(beside, copies)}")
    print(f"  beside   until the batch of twenty has ended   {spread(whole)}")


def timed(manifest: Path, pack: Path, out: Path, jobs: int) -> tuple[float, float]:
    """Seconds until the last honest submission has its grade, and until the command has ended."""
    words = ["batch", "--manifest", manifest, "-c", pack, "-o", out, "-j", jobs, "--no-judge", "--no-similarity"]
    began, clock = time.time(), time.monotonic()
    done = subprocess.run(
        [*GRADE, *map(str, words), "--store", f"sqlite:///{out}.db"], capture_output=True, text=True, check=False
    )
    whole = time.monotonic() - clock
    graded = [out / name / "grade.json" for name in twenty.HONEST]
    if not all(path.exists() for path in graded):
        raise SystemExit(f"not every honest submission has a grade:\n{done.stderr}")
    return max(path.stat().st_mtime for path in graded) - began, whole


if __name__ == "__main__":
    main()
