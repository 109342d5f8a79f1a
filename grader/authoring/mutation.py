"""Mutation score: how many small faults in the reference the hidden tests see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.authoring.equivalent import Marked
from grader.authoring.mutants import Mutant, reached, sample
from grader.authoring.runs import Ran, Runner, Say, Task
from grader.challenge import Challenge
from grader.challenge.findings import Finding, advice, broken, found, left_out
from grader.grading.job import limits_of
from grader.records import Submission, TestStatus
from grader.submission import make_submission

if TYPE_CHECKING:
    from grader.sandbox.protocol import CandidateLimits

DEFAULT_MUTANTS = 20
SLOWER = 5.0
"""A mutant may take this many times the reference's time before it counts as hanging, which is a fault seen."""
LEAST_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class MutantResult:
    """What became of a mutant: `killed` (points were lost), `survived`, `equivalent` (as its author says) or `unclear`:
    a hidden test met something that it could not judge, and no other test saw a fault."""

    mutant: Mutant
    outcome: str
    groups: tuple[str, ...] = ()
    """Groups of tests that saw it."""
    unjudged: tuple[str, ...] = ()
    """Tests that ended in an error of their own."""


def draw(challenge: Challenge, reference: Submission, count: int, seed: int) -> list[Mutant]:
    """Mutants of the reference's Python files that its interface leads to."""
    python = {path: source for path, source in reference.files.items() if path.endswith(".py")}
    module, command = challenge.interface.module.replace(".", "/"), challenge.interface.command
    start = [f"{module}.py", f"{module}/__init__.py"] if module else _called(command, reference.files)
    return sample(reached(python, start) or python, count, seed)


def _called(command: Sequence[str], files: Mapping[str, bytes]) -> list[str]:
    """The Python files that `command` names, by itself or by way of the scripts that it names."""
    named: list[str] = []
    words = [word.removeprefix("./") for word in command]
    while words:
        path = words.pop(0)
        if path in files and path not in named:
            named.append(path)
            words += [] if path.endswith(".py") else _file_names(files[path])
    return [path for path in named if path.endswith(".py")]


def _file_names(script: bytes) -> list[str]:
    """What could be the name of a file in a script; comments name nothing that is run."""
    lines = (line for line in script.decode("utf-8", "replace").splitlines() if not line.lstrip().startswith("#"))
    return [word.removeprefix("./") for line in lines for word in re.findall(r"[\w./-]+", line)]


def run(runner: Runner, reference: Ran, count: int, say: Say, marked: Marked) -> list[MutantResult]:
    """Runs `count` mutants on the reference's own variant of the data. `reference` has earned full points."""
    assert reference.submission is not None  # noqa: S101 - it was run
    original = reference.submission
    seed = runner.seed(original)
    mutants = draw(runner.challenge, original, count, seed)
    limits = limits_after(reference, limits_of(runner.challenge))
    tasks = [
        Task(
            name=f"mutant {number}",
            submission=make_submission({**original.files, mutant.path: mutant.source}),
            seed=seed,
            limits=limits,
        )
        for number, mutant in enumerate(mutants, 1)
    ]
    say(f"running {len(tasks)} mutants of the reference")
    runs = runner.run(tasks, lambda _ran, done: say(f"mutant {done} of {len(tasks)}"))
    return [judge(mutant, ran, marked) for mutant, ran in zip(mutants, runs, strict=True)]


def limits_after(unchanged: Ran, limits: CandidateLimits) -> CandidateLimits:
    """For what differs from `unchanged` by a small fault: what takes many times as long hangs."""
    slowest = max((test.seconds for test in unchanged.points.tests), default=0.0)
    return replace(
        limits,
        call=min(limits.call, max(LEAST_SECONDS, SLOWER * slowest)),
        total=min(limits.total, max(4 * LEAST_SECONDS, SLOWER * unchanged.candidate_seconds)),
    )


def judge(mutant: Mutant, ran: Ran, marked: Marked) -> MutantResult:
    """A mutant is killed when a test that could be judged earned less than its points."""
    if ran.observed is None:
        return MutantResult(mutant=mutant, outcome="unclear", unjudged=(str(ran.problem),))
    tests = ran.points.tests
    lost = [test for test in tests if test.status is not TestStatus.ERROR and test.points < test.max_points - 1e-6]
    unjudged = tuple(test.id for test in tests if test.status is TestStatus.ERROR)
    groups = tuple(dict.fromkeys(test.group for test in lost))
    outcome = "killed" if lost else "equivalent" if marked.holds(mutant) else "unclear" if unjudged else "survived"
    return MutantResult(mutant=mutant, outcome=outcome, groups=groups, unjudged=unjudged)


def findings(
    verdicts: Sequence[MutantResult], groups: Sequence[str], floor: float | None, place: Path, marked: Marked
) -> list[Finding]:
    """The score, a line for each survivor, and the tests that could not judge a mutant. `groups`: all of the pack's."""
    if not verdicts:
        return [left_out("mutation", "the reference has no Python code that could be mutated", str(place))]
    killed = [verdict for verdict in verdicts if verdict.outcome == "killed"]
    same = sum(verdict.outcome == "equivalent" for verdict in verdicts)
    share = len(killed) / max(1, len(verdicts) - same)
    by = Counter(group for verdict in killed for group in verdict.groups)
    by_group = {group: by[group] for group in groups}
    beside = f" beside {same} marked equivalent" if same else ""
    text = f"{len(killed)} of {len(verdicts) - same} mutants of the reference lose points ({share:.0%}){beside}"
    text += "; by group: " + ", ".join(f"{group} {count}" for group, count in by_group.items())
    facts: dict[str, Any] = {"killed": len(killed), "mutants": len(verdicts), "equivalent": same, "by_group": by_group}
    low = floor is not None and share < floor
    score = (broken if low else found)("mutation", text + (f"; the floor is {floor:.0%}" if low else ""), **facts)
    seen = marked.seen([verdict.mutant for verdict in killed])
    return [score, *seen, *_survivors(verdicts, place), *_unjudged(verdicts)]


def _survivors(verdicts: Sequence[MutantResult], place: Path) -> list[Finding]:
    """What survives is a fault that no test sees, or a change that makes no difference; only a person can tell."""
    return [
        advice(
            "mutation",
            f"{verdict.outcome}: {verdict.mutant.before} → {verdict.mutant.after}"
            + (f" in {verdict.mutant.function}()" if verdict.mutant.function else "")
            + f" ({verdict.mutant.kind})",
            f"{place / verdict.mutant.path}:{verdict.mutant.line}",
        )
        for verdict in sorted(verdicts, key=lambda v: (v.mutant.path, v.mutant.line))
        if verdict.outcome not in {"killed", "equivalent"}
    ]


def _unjudged(verdicts: Sequence[MutantResult]) -> list[Finding]:
    names = Counter(name for verdict in verdicts for name in verdict.unjudged)
    return [
        advice("mutation", f"{name} ends in an error of its own on {count} mutants; it has to check what it gets")
        for name, count in names.most_common()
    ]
