"""`python -m bench.busy`: six programs that take all they can have, beside the grading, change no point.

Each shipped submission is run twice with one seed: as the machine stands, and beside busy loops. Listed is each test
whose points or status differ (one that is open has a status of its own), and then each metric whose value does: a
figure of time or memory differs from run to run, and what it earned must not. Exit 1 where a point or a status
differs. All of it takes hours; `--packs`, `--kinds` and `--most` do a part.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import engine
from grader.authoring import shipped
from grader.authoring.entries import Listed, load_entries
from grader.authoring.runs import Ran, Runner, Task, kept
from grader.challenge import Pack, load_pack
from grader.doctor import mend
from grader.errors import RefusedError
from grader.settings import Settings

KINDS = ("accepted", "rejected", "cheating", "injection")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Of one test of one submission. `scored`: it is a point or a status, and not a figure of what the run took."""

    submission: str
    test: str
    what: str
    scored: bool


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    packs = sorted(path.parent for path in Path("challenges").glob("*/challenge.yaml"))
    arguments.add_argument("--packs", nargs="*", default=[path.name for path in packs])
    arguments.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    arguments.add_argument("--most", type=int, help="so many submissions of each pack and kind, at most")
    arguments.add_argument("--loops", type=int, default=6)
    arguments.add_argument("--jobs", type=int, default=2)
    chosen = arguments.parse_args()
    print(f"{chosen.loops} busy loops, {chosen.jobs} runs at a time; {engine()}", flush=True)
    scored = 0
    for pack in packs:
        if pack.name in chosen.packs:
            scored += bench_pack(pack, chosen.kinds, chosen.most, chosen.loops, chosen.jobs)
    sys.exit(scored > 0)


def bench_pack(pack: Path, kinds: Sequence[str], most: int | None, loops: int, jobs: int) -> int:
    """How many points and statuses differ."""
    challenge, settings = load_pack(pack), Settings.read()
    mend(settings, lambda _text: None, [str(pack)])
    listed = [one for one in load_entries(challenge.root) if not one.entry.figures]
    chosen = [one for kind in kinds for one in [each for each in listed if each.entry.kind == kind][:most]]
    tasks = [task for one in chosen if (task := task_of(challenge, one))]
    with kept(settings, jobs) as make:
        runner = Runner(challenge, settings, make, jobs=jobs)
        quiet = runner.run(tasks)
        with busy(loops):
            loud = runner.run(tasks)
    found = [each for pair in zip(quiet, loud, strict=True) for each in differences(*pair)]
    wrong = [each for each in found if each.scored]
    tests = sum(len(ran.observed.tests) for ran in quiet if ran.observed)
    slower = sum(ran.seconds for ran in loud) / max(0.001, sum(ran.seconds for ran in quiet))
    print(
        f"{pack.name}: {len(tasks)} submissions, {tests} tests, {slower:.1f} times as long beside the loops", flush=True
    )
    print(f"  points, statuses and open tests that differ   {len(wrong)}")
    print(f"  metrics whose value differs, points do not    {len(found) - len(wrong)}")
    for each in sorted(found, key=lambda each: not each.scored):
        print(f"  {'!' if each.scored else ' '} {each.submission} {each.test}: {each.what}", flush=True)
    return len(wrong)


def task_of(challenge: Pack, one: Listed) -> Task | None:
    """None for one that intake refuses: no test of it is run."""
    try:
        return Task(name=one.entry.path, submission=shipped.read(challenge, shipped.of(one)))
    except RefusedError:
        return None


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """Programs on this machine that take all they can have."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def differences(quiet: Ran, loud: Ran) -> list[Difference]:
    """What differs between two runs of one submission."""
    if quiet.observed is None or loud.observed is None:
        said = [str(ran.problem) if ran.observed is None else "graded" for ran in (quiet, loud)]
        return [] if said[0] == said[1] else [_difference(quiet, "", " → ".join(said), scored=True)]
    beside = {test.id: test for test in loud.observed.tests}
    found = []
    for test in quiet.observed.tests:
        other = beside[test.id]
        if (test.status, test.points) != (other.status, other.points):
            states = f"{test.status} {test.points:g} → {other.status} {other.points:g} points"
            found.append(_difference(quiet, test.id, f"{states}; {other.message or test.message}", scored=True))
        for one, two in zip(test.metrics, other.metrics, strict=False):
            if one.value != two.value:
                found.append(_difference(quiet, test.id, f"{one.name} {one.value:g} → {two.value:g}", scored=False))
    return found


def _difference(ran: Ran, test: str, what: str, *, scored: bool) -> Difference:
    return Difference(submission=ran.name, test=test, what=what, scored=scored)


if __name__ == "__main__":
    main()
