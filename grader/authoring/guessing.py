"""Whether a pack tells its answers by anything but its questions.

The reference is recorded on one variant of the data. Submissions that read no question then replay its replies on
others: by the place in the list, by the number of the test, by the last answer, by how much they are given. Beside them
run the same replies by chance, the commonest reply to everything, and none at all: what these earn is for anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

from grader.authoring.guesses import recorder
from grader.authoring.runs import Ran, Runner, Say, Task
from grader.challenge import Pack
from grader.challenge.findings import Finding, broken, found, left_out
from grader.grading.job import limits_of
from grader.records import Submission
from grader.submission import make_submission

PROMISE = "order"
WAYS: Mapping[str, str] = {
    "place": "its place among the calls",
    "test": "the test, counted in a counter of the kernel",
    "number": "the number of the process",
    "last": "the reply before it",
    "list": "how long the list is",
    "size": "the size of what it is given",
}
CHANCE = 3
"""Times that the replies are dealt out by chance, on each seed."""
SEEDS = 2
MARGIN = 0.02
"""Share of the points by which a way may earn more, in the mean over the seeds, than the best of all that answered by
chance did in a single run. A run by chance is as good as any order of the replies; with CHANCE × SEEDS of them and the
commonest reply and silence beside them, a way that knows nothing is rarely the best of all, and never by as much."""
RUNS = 1 + SEEDS * (2 + CHANCE + len(WAYS))
"""Of the recorder, silence, the commonest reply, chance and each way."""
RECORDED_BYTES = 3_000_000


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What the reference replied on one variant, in the order in which it happened; see replayer."""

    replies: Sequence[Any]
    tests: Sequence[Sequence[Sequence[Any]]]
    """The calls of each test, or of each process of a test that begins `afresh`."""
    numbers: Sequence[int]
    """Of these processes, 0 where a test called nothing."""


@dataclass(frozen=True, kw_only=True)
class Guessed:
    """Shares that a way of guessing earned, a seed each."""

    way: str
    shares: tuple[float, ...]
    problems: tuple[str, ...] = field(default=())

    @property
    def mean(self) -> float:
        return sum(self.shares) / len(self.shares) if self.shares else 0.0


def check(runner: Runner, reference: Ran, say: Say) -> list[Finding]:
    """Records the reference, lets the guesses loose, and says what they earned. `reference` has been run."""
    challenge, original = runner.challenge, reference.submission
    place = str(challenge.root / "solution")
    path = module_path(challenge, original)
    if original is None or path is None:
        why = "the interface is no Python module whose replies could be passed on"
        return [left_out(PROMISE, f"not tried: {why}", place)]
    say("recording what the reference replies")
    recorded = record(runner, original, path)
    if isinstance(recorded, Finding):
        return [recorded]
    tasks = list(_tasks(runner, original, path, recorded))
    say(f"running {len(tasks)} submissions that read no question")
    runs = runner.run(tasks, lambda _ran, done: say(f"guess {done} of {len(tasks)}"))
    guesses: dict[str, list[Ran]] = {}
    for ran in runs:
        guesses.setdefault(ran.name.partition(",")[0], []).append(ran)
    return findings([_guessed(way, group) for way, group in guesses.items()], challenge.id, place, runs[0])


def module_path(challenge: Pack, submission: Submission | None) -> str | None:
    """The file of the interface's module in `submission`; None where there is none."""
    if submission is None or not challenge.interface.module:
        return None
    base = challenge.interface.module.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if path in submission.files), None)


# ------------------------------------------------------------------------------------------------ recording


def record(runner: Runner, original: Submission, path: str) -> Recording | Finding:
    """The replies of `original`, whose module is at `path`, on a variant of its own."""
    beside = f"{path.rpartition('/')[0]}/{recorder.REAL}.py".lstrip("/")
    files = {**original.files, beside: original.files[path], path: source("recorder")}
    limits = replace(limits_of(runner.challenge), output=RECORDED_BYTES)
    seed = runner.seed(original, 1000)
    (ran,) = runner.run([Task(name="recorder", submission=make_submission(files), seed=seed, limits=limits)])
    place = str(runner.challenge.root / "solution")
    if ran.observed is None:
        return broken(PROMISE, f"the reference could not be recorded: {ran.problem}", place)
    recorded = read(ran)
    if not any(recorded.tests):
        return left_out(PROMISE, "not tried: the hidden tests call no function", place)
    return recorded


def source(name: str) -> bytes:
    return (resources.files("grader.authoring.guesses") / f"{name}.py").read_bytes()


def read(ran: Ran) -> Recording:
    """What a run of the recorder said."""
    replies: dict[str, int] = {}
    tests: list[list[list[Any]]] = []
    numbers: list[int] = []
    for event in ran.events:
        if event["event"] != "test":
            continue
        local: dict[int, str] = {}
        own: dict[int, list[list[Any]]] = {}
        for line in event["stdout"].splitlines():
            if not line.startswith('{"recorded":'):
                continue
            told = json.loads(line)
            name, waiting, size, number = told["recorded"]
            if "reply" in told:
                local[number] = told["reply"]
            reply = replies.setdefault(local.get(number, ""), len(replies))
            own.setdefault(told["process"], []).append([name, waiting, size, reply])
        tests += own.values() or [[]]
        numbers += own or [0]
    values = [json.loads(text) if text else {"made": True} for text in replies]
    return Recording(replies=values, tests=tests, numbers=numbers)


# ------------------------------------------------------------------------------------------------ guessing


def _tasks(runner: Runner, original: Submission, path: str, recorded: Recording) -> Iterator[Task]:
    """The documents of the reference with each way of answering, on each seed."""
    documents = {name: content for name, content in original.files.items() if not name.endswith(".py")}
    answers = f"{path.rpartition('/')[0]}/answers.json".lstrip("/")
    dealt = [("chance", draw) for draw in range(CHANCE)]
    for turn in range(SEEDS):
        for by, draw in [("silence", 0), ("commonest", 0), *dealt, *((way, 0) for way in WAYS)]:
            given = {
                "by": by,
                "draw": f"{turn}:{draw}",
                "replies": recorded.replies,
                "tests": recorded.tests,
                "numbers": recorded.numbers,
            }
            files = {**documents, path: source("replayer"), answers: json.dumps(given).encode()}
            yield Task(
                name=f"{by}, seed {turn + 1}, {draw}",
                submission=make_submission(files),
                seed=runner.seed(original, 1001 + turn),
            )


def _guessed(way: str, runs: Sequence[Ran]) -> Guessed:
    problems = tuple(str(ran.problem) for ran in runs if ran.problem)
    return Guessed(way=way, shares=tuple(ran.share for ran in runs if not ran.problem), problems=problems)


def findings(guesses: Sequence[Guessed], pack: str, place: str, points: Ran) -> list[Finding]:
    """A finding for each way that earns more than chance, else one for all."""
    told = [problem for guess in guesses for problem in guess.problems]
    if told:
        return [broken(PROMISE, f"a submission that reads no question could not be run: {told[0]}", place)]
    ways = [guess for guess in guesses if guess.way in WAYS]
    free = [guess for guess in guesses if guess.way not in WAYS]
    best = max(share for guess in free for share in guess.shares)
    allowed, full = best + MARGIN, points.points.max_points
    facts = {guess.way: [round(share, 4) for share in guess.shares] for guess in guesses}
    shown = f"allowed {allowed * 100:.1f} %: {best * 100:.1f} % that chance gives, plus {MARGIN * 100:.0f} %"
    over = [
        broken(
            PROMISE,
            f"{pack}: who answers by {WAYS[guess.way]} earns {guess.mean:.1%} of the points "
            f"({guess.mean * full:.1f} of {full:g}); {shown}",
            place,
            way=guess.way,
            shares=facts,
        )
        for guess in ways
        if guess.mean > allowed
    ]
    if over:
        return over
    most = max(ways, key=lambda guess: guess.mean)
    text = f"nothing but the question tells the answer: at most {most.mean:.1%}, by {WAYS[most.way]}; {shown}"
    return [found(PROMISE, text, place, shares=facts)]
