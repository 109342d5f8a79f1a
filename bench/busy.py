"""`python -m bench.busy`: six programs that take all they can have, beside the grading, change no point.

Each shipped submission is run twice with one seed: as the machine stands, and beside busy loops. Listed is each test
whose points or status differ (one that is open has a status of its own), and then how many metrics have another value:
a figure of time or memory differs from run to run, and what it earned must not. Exit 1 where a point or a status
differs. All of it takes most of an hour; `--packs`, `--kinds`, `--most` and `--minutes` do a part, and the next time
goes on from there: what the file of `--kept` has of this version of a pack is not run again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
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
AT_ONCE = 6
"""Submissions between which the loops start and end: where the time is up, no more than so many have half a result."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One run of one submission. `tests`: id → status, points, message and metrics by their names."""

    pack: str
    digest: str
    submission: str
    busy: bool
    problem: str = ""
    seconds: float = 0.0
    tests: dict[str, tuple[str, float, str, dict[str, float]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Of one test of one submission. `scored`: it is a point or a status, and not a figure of what the run took."""

    submission: str
    test: str
    what: str
    scored: bool


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    packs = sorted(path.parent for path in Path("challenges").glob("*/challenge.yaml"))
    arguments.add_argument("--packs", nargs="*", default=[path.name for path in packs])
    arguments.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    arguments.add_argument("--most", type=int, help="so many submissions of each pack and kind, at most")
    arguments.add_argument("--minutes", type=float, help="begin nothing more after so many")
    arguments.add_argument("--kept", type=Path, default=Path("build/busy.jsonl"), help="what was run (%(default)s)")
    arguments.add_argument("--loops", type=int, default=6)
    arguments.add_argument("--jobs", type=int, default=2)
    chosen = arguments.parse_args()
    print(f"{chosen.loops} busy loops, {chosen.jobs} runs at a time; {engine()}", flush=True)
    until = time.monotonic() + 60 * chosen.minutes if chosen.minutes else None
    wrong = 0
    try:
        for pack in packs:
            if pack.name in chosen.packs:
                work = Work(pack, chosen.kept, chosen.jobs, chosen.loops)
                work.run(work.wanted(chosen.kinds, chosen.most), until)
                wrong += report(work)
    except KeyboardInterrupt:
        sys.exit(f"stopped; {chosen.kept} has what is done, and the same command goes on from there")
    sys.exit(wrong > 0)


class Work:
    """The submissions of one pack, and what has been seen of them."""

    def __init__(self, pack: Path, file: Path, jobs: int, loops: int) -> None:
        self.pack, self.file, self.jobs, self.loops = load_pack(pack), file, jobs, loops
        self.seen: dict[tuple[str, bool], Seen] = {}
        if file.exists():
            for line in file.read_text().splitlines():
                seen = Seen(**json.loads(line))
                if seen.digest == self.pack.digest:
                    self.seen[seen.submission, seen.busy] = seen

    def wanted(self, kinds: Sequence[str], most: int | None) -> list[Task]:
        listed = [one for one in load_entries(self.pack.root) if not one.entry.figures]
        chosen = [one for kind in kinds for one in [each for each in listed if each.entry.kind == kind][:most]]
        return [task for one in chosen if (task := task_of(self.pack, one))]

    def run(self, tasks: Sequence[Task], until: float | None) -> None:
        """Runs those of `tasks` that have not been seen twice, until the time (monotonic) is up."""
        settings = Settings.read()
        mend(settings, lambda _text: None, [str(self.pack.root)])
        with kept(settings, self.jobs) as make:
            runner = Runner(self.pack, settings, make, jobs=self.jobs)
            left = [task for task in tasks if not self.pair(task.name)]
            while left:
                some, left = left[:AT_ONCE], left[AT_ONCE:]
                if until is not None and time.monotonic() > until:
                    return
                self.half(runner, [task for task in some if (task.name, False) not in self.seen], busy=False)
                with loops(self.loops):
                    self.half(runner, [task for task in some if (task.name, True) not in self.seen], busy=True)

    def half(self, runner: Runner, tasks: Sequence[Task], *, busy: bool) -> None:
        def told(ran: Ran, _done: int) -> None:
            seen = self.seen[ran.name, busy] = seen_of(self.pack, ran, busy=busy)
            with self.file.open("a") as file:
                print(json.dumps(asdict(seen)), file=file)

        self.file.parent.mkdir(parents=True, exist_ok=True)
        runner.run(tasks, told)

    def pair(self, name: str) -> tuple[Seen, Seen] | None:
        quiet, loud = self.seen.get((name, False)), self.seen.get((name, True))
        return (quiet, loud) if quiet and loud else None

    def pairs(self) -> list[tuple[Seen, Seen]]:
        return [pair for name in dict.fromkeys(name for name, _ in self.seen) if (pair := self.pair(name))]


def report(work: Work) -> int:
    """Prints what was seen of one pack. How many points and statuses differ."""
    pairs = work.pairs()
    if not pairs:
        return 0
    found = [each for pair in pairs for each in differences(*pair)]
    wrong = [each for each in found if each.scored]
    tests = sum(len(quiet.tests) for quiet, _ in pairs)
    slower = sum(loud.seconds for _, loud in pairs) / max(0.001, sum(quiet.seconds for quiet, _ in pairs))
    print(f"{work.pack.id}: {len(pairs)} submissions, {tests} tests, {slower:.1f} times as long beside the loops")
    print(f"  points, statuses and open tests that differ   {len(wrong)}")
    print(f"  metrics whose value differs, points do not    {len(found) - len(wrong)}", flush=True)
    for each in wrong:
        print(f"  ! {each.submission} {each.test}: {each.what}", flush=True)
    for metric, times in Counter(f"{each.test} {each.what.split(' ')[0]}" for each in found if not each.scored).items():
        print(f"    {metric}: in {times}", flush=True)
    return len(wrong)


def seen_of(pack: Pack, ran: Ran, *, busy: bool) -> Seen:
    tests: dict[str, tuple[str, float, str, dict[str, float]]] = {
        test.id: (test.status, test.points, test.message, {each.name: each.value for each in test.metrics})
        for test in (ran.observed.tests if ran.observed else ())
    }
    problem = "" if ran.observed else str(ran.problem)
    return Seen(pack=pack.id, digest=pack.digest, submission=ran.name, busy=busy, problem=problem,
                seconds=round(ran.seconds, 3), tests=tests)  # fmt: skip


def task_of(challenge: Pack, one: Listed) -> Task | None:
    """None for one that intake refuses: no test of it is run."""
    try:
        return Task(name=one.entry.path, submission=shipped.read(challenge, shipped.of(one)))
    except RefusedError:
        return None


@contextlib.contextmanager
def loops(many: int) -> Iterator[None]:
    """Programs on this machine that take all they can have."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(many)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def differences(quiet: Seen, loud: Seen) -> list[Difference]:
    """What differs between two runs of one submission."""
    if quiet.problem != loud.problem:
        said = f"{quiet.problem or 'graded'} → {loud.problem or 'graded'}"
        return [Difference(submission=quiet.submission, test="", what=said, scored=True)]
    found = []
    for test, (status, points, message, metrics) in quiet.tests.items():
        status_now, points_now, message_now, metrics_now = loud.tests[test]
        if (status, points) != (status_now, points_now):
            states = f"{status} {points:g} → {status_now} {points_now:g} points; {message_now or message}"
            found.append(Difference(submission=quiet.submission, test=test, what=states, scored=True))
        for name, value in metrics.items():
            if value != metrics_now.get(name):
                what = f"{name} {value:g} → {metrics_now.get(name)}"
                found.append(Difference(submission=quiet.submission, test=test, what=what, scored=False))
    return found


if __name__ == "__main__":
    main()
