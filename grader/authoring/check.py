"""Holds a pack to its promises: reads it, runs what it ships, and says what holds and what does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.authoring import (
    canary,
    competencies,
    equivalent,
    figures,
    guessing,
    hidden_lint,
    hidden_needs,
    leak,
    mutation,
    pack_lint,
    promises,
    published,
    rubric_lint,
    schema,
    shipped,
    twice,
)
from grader.authoring import spread as apart
from grader.authoring.entries import FILE, REFERENCE, Listed
from grader.authoring.remaining import Remaining
from grader.authoring.runs import MakeAuthorSandbox, Ran, Runner, Say, Task
from grader.authoring.shipped import STARTER
from grader.challenge import Checks, Pack
from grader.challenge.findings import Finding, broken, left_out
from grader.errors import ChallengeError, RefusedError, UsageError, visible
from grader.records import Submission

if TYPE_CHECKING:
    from grader.grading.public import PublicResult
    from grader.settings import Settings

PublicTests = Callable[[str], "PublicResult"]
"""Runs the pack's public tests on the work in a folder."""
HONEST = ("accepted", "rejected")
SEARCHED = ("cheating", "injection")
"""Kinds of submissions whose whole grading is searched for canaries: those that are after them."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is to be checked, and how thoroughly; None: as the pack says in `check`."""

    seeds: int | None = None
    """Variants of the data that the reference has to solve."""
    jobs: int = 2
    only: tuple[str, ...] = ()
    """These submissions: `solution`, `starter`, or a path below `submissions/`."""
    kinds: tuple[str, ...] = ()
    """Folders below `submissions/` to run; empty: all."""
    static: bool = False
    """Only what can be seen without running anything."""
    order: bool = True
    """Whether submissions that read no question are let loose; only in a full check."""
    twice: bool = True
    """Whether the reference and a few works are run once more on their seeds; only in a full check."""
    spread: bool = True
    """Whether works of known level are run on as many variants as the reference; only in a full check."""
    mutants: int | None = None
    """How many mutants of the reference are run; the pack's own number only in a full check. 0: none."""
    mutation_floor: float | None = None
    """Least share of them that has to be killed."""

    def of(self, checks: Checks) -> Options:
        """With what the pack says where these options are silent."""
        return replace(
            self,
            seeds=self.seeds or checks.seeds,
            mutants=(0 if self.only else checks.mutants) if self.mutants is None else self.mutants,
            mutation_floor=checks.mutation_floor if self.mutation_floor is None else self.mutation_floor,
        )


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check came to: the findings, and the runs that they rest on."""

    challenge: Pack | None
    findings: tuple[Finding, ...]
    reference: tuple[Ran, ...] = ()
    starter: Ran | None = None
    entries: tuple[tuple[Listed, Ran], ...] = ()
    verdicts: tuple[mutation.MutantResult, ...] = ()
    spread: tuple[apart.Spread, ...] = ()
    """What works of known level earned on several variants."""

    @property
    def honest(self) -> list[Ran]:
        """Graded runs of submissions that stand for candidates, on which items can be compared."""
        return [ran for one, ran in self.entries if ran.observed and one.entry.kind in HONEST]


@dataclass
class _Plan:
    """What is to be run, and what came to nothing before."""

    reference: list[Task] = field(default_factory=list)
    starter: Task | None = None
    entries: list[tuple[Listed, Task | Ran]] = field(default_factory=list)
    left_out: list[Finding] = field(default_factory=list)
    figures: list[Listed] = field(default_factory=list)
    """Those of which only what their documents state is looked at."""

    @property
    def tasks(self) -> list[Task]:
        return [
            *self.reference,
            *([self.starter] if self.starter else []),
            *(x for _, x in self.entries if isinstance(x, Task)),
        ]


def check(
    root: Path,
    options: Options,
    settings: Settings,
    make: MakeAuthorSandbox,
    say: Say,
    printed: leak.Printed = lambda _grade, _run: "",
    public: PublicTests | None = None,
    left: Remaining | None = None,
) -> Report:
    """Checks the pack in `root`. `printed` is what `grade` prints, searched for canaries too; `public` runs the
    starter's public tests on a folder, where they are to be run; `left` hears of the runs that are to come. Raises
    UsageError for a submission that the pack does not ship, InfrastructureError when a run could not be carried out."""
    say(f"reading {root}")
    challenge, listed, findings = schema.read(root)
    if challenge is None:
        text = "hidden tests and all that runs were not looked at: the files above have to be mended first"
        return Report(challenge=None, findings=(*findings, left_out("schema", text, str(root / "tests"))))
    _check_asked(listed, options)
    findings += (
        hidden_lint.check(challenge)
        + hidden_needs.check(challenge)
        + pack_lint.check(challenge, listed, static=options.static)
    )
    options = options.of(challenge.check)
    if not challenge.has_tests:
        findings += competencies.check(challenge, ()) + rubric_lint.check(challenge, _reference_files(challenge))
        return Report(challenge=challenge, findings=tuple(findings))
    known = canary.canaries(challenge)
    findings += canary.check_files(challenge, known)
    findings += [] if options.only else rubric_lint.check(challenge, _reference_files(challenge))
    findings += [] if options.only else equivalent.check(root) + published.check(challenge, settings)
    if options.static:
        return Report(challenge=challenge, findings=tuple(findings))
    runner = Runner(challenge, settings, make, jobs=options.jobs, left=left)
    plan = _plan(runner, listed, options)
    runner.left.plan(_runs_to_come(challenge, plan, options))
    report = _judged(challenge, findings, *_run(runner, plan, say))
    runner.left.reached("figures")
    if plan.figures:
        say(f"running the commands of {len(plan.figures)} submissions for their figures")
        report = _with(report, figures.check(runner, plan.figures))
    say("looking for canaries in what came out")
    runs = [
        ran for ran in (*report.reference, report.starter, *(ran for _, ran in report.entries)) if ran and ran.events
    ]
    graded = [(shipped.of(one), ran) for one, ran in report.entries if ran.observed and one.entry.kind in SEARCHED]
    report = _with(report, leak.check(challenge, runs, graded, known, settings, printed))
    if public is not None and not options.only and report.reference and (root / STARTER / "tests").is_dir():
        say("running the public tests on the reference")
        with shipped.over_starter(root) as work:
            report = _with(report, [promises.public(lambda: public(str(work)), str(root / STARTER / "tests"))])
    report = _told_apart(runner, _twice(runner, report, options, say), listed, options, say)
    return _mutated(runner, _guessed(runner, report, options, say), options, say)


# ------------------------------------------------------------------------------------------------ what to run


def _asked(options: Options) -> set[str]:
    """The submissions that were named."""
    return {name.rstrip("/").removeprefix("submissions/") for name in options.only}


def _check_asked(listed: Sequence[Listed], options: Options) -> None:
    names = [REFERENCE, STARTER, *(one.entry.path for one in listed)]
    for unknown in sorted(_asked(options).difference(names)):
        raise UsageError(f"There is no submission {visible(unknown)!r}. Known: {', '.join(names)}.")


def _plan(runner: Runner, listed: Sequence[Listed], options: Options) -> _Plan:
    root, only = runner.challenge.root, _asked(options)
    plan = _Plan()
    if (not only or REFERENCE in only) and (root / REFERENCE).is_dir():
        try:
            plan.reference = _seeds(runner, _read(runner.challenge, REFERENCE), options.seeds or 1)
        except RefusedError as problem:
            plan.left_out.append(broken("reference", f"it is refused: {problem.message}", str(root / REFERENCE)))
    if not only or STARTER in only:
        _plan_starter(runner.challenge, plan)
    wanted = [one for one in listed if _is_wanted(one, options)]
    if not only and len(wanted) < len(listed):
        kinds = f"only {' and '.join(options.kinds)} were asked for"
        plan.left_out.append(left_out("submissions", f"{len(listed) - len(wanted)} not run: {kinds}", str(root)))
    asked = [one for one in wanted if not only or one.entry.path in only]
    plan.entries = [(one, _task(runner.challenge, one)) for one in asked if not one.entry.figures]
    plan.figures = [one for one in asked if one.entry.figures]
    return plan


def _runs_to_come(challenge: Pack, plan: _Plan, options: Options) -> dict[str, int]:
    """How many runs each stage after the first will want, so far as that can be said before."""
    known = sum(bool(one.entry.spread) for one, _ in plan.entries)
    whole = not options.only and bool(plan.reference)
    return {
        "figures": len(plan.figures),
        "twice": 1 + twice.WORKS if whole and options.twice else 0,
        "spread": known * ((options.seeds or 1) - 1) if options.spread else 0,
        "order": guessing.RUNS if whole and options.order and challenge.interface.module else 0,
        "mutation": (options.mutants or 0) if plan.reference else 0,
    }


def _is_wanted(one: Listed, options: Options) -> bool:
    return not options.kinds or one.entry.kind in options.kinds


def _seeds(runner: Runner, submission: Submission, count: int) -> list[Task]:
    return [
        Task(
            name=f"{REFERENCE}, seed {n + 1}" if n else REFERENCE,
            submission=submission,
            seed=runner.seed(submission, n),
        )
        for n in range(count)
    ]


def _plan_starter(challenge: Pack, plan: _Plan) -> None:
    """The starter often lacks the documents that a submission needs; it is run all the same if it can be called."""
    folder = challenge.root / STARTER
    module = challenge.interface.module.replace(".", "/")
    there = folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))
    callable_ = not module or (folder / f"{module}.py").is_file() or (folder / module / "__init__.py").is_file()
    if there and callable_:
        plan.starter = Task(name=STARTER, submission=_read(challenge, STARTER, required=False))
    else:
        why = f"it has no {module}.py" if there else "there is none"
        plan.left_out.append(left_out("starter", f"not run: {why}", str(folder)))


def _task(challenge: Pack, one: Listed) -> Task | Ran:
    try:
        return Task(name=one.entry.path, submission=shipped.read(challenge, shipped.of(one)))
    except RefusedError as problem:
        return Ran(name=one.entry.path, problem=problem)


def _read(challenge: Pack, name: str, *, required: bool = True) -> Submission:
    return shipped.read(challenge, shipped.find(challenge.root, (), name), required=required)


# ------------------------------------------------------------------------------------------------ run and judge


def _run(runner: Runner, plan: _Plan, say: Say) -> tuple[_Plan, dict[str, Ran]]:
    """Runs what is planned, the reference first: where the hidden tests themselves fail, one run says so and the others
    would only say it again."""
    tasks = plan.tasks
    say(f"running {len(tasks)} submissions, {runner.jobs} at a time")
    first = runner.run(tasks[:1], lambda one, _done: say(f"1 of {len(tasks)}: {one.name} {_brief(one)}"))
    if plan.reference and isinstance(first[0].problem, ChallengeError) and len(tasks) > 1:
        text = f"{len(tasks) - 1} runs were left out: the hidden tests fail by themselves"
        silent = _Plan(reference=plan.reference[:1], left_out=[*plan.left_out, left_out("submissions", text)])
        return silent, {first[0].name: first[0]}
    ran = runner.run(tasks[1:], lambda one, done: say(f"{done + 1} of {len(tasks)}: {one.name} {_brief(one)}"))
    return plan, {one.name: one for one in (*first, *ran)}


def _brief(ran: Ran) -> str:
    return "could not be run" if ran.problem else f"{ran.share:.0%} in {ran.seconds:.1f} s"


def _judged(challenge: Pack, findings: list[Finding], plan: _Plan, ran: dict[str, Ran]) -> Report:
    references = tuple(ran[task.name] for task in plan.reference)
    place = str(challenge.root / REFERENCE)
    findings = [*findings, *plan.left_out]
    tests: list[str] = []
    if references:
        findings += promises.reference(references, place)
        tests = list(references[0].observed.expected) if references[0].observed else []
    if tests:
        findings += promises.budget(references, challenge.limits, place)
        findings += competencies.check(challenge, references[0].points.tests)
    starter = ran[plan.starter.name] if plan.starter else None
    if starter is not None:
        findings.append(promises.starter(starter, str(challenge.root / STARTER)))
    entries = tuple((one, ran[x.name] if isinstance(x, Task) else x) for one, x in plan.entries)
    for one, result in entries:
        findings += promises.entry(one, result, tests)
    findings += promises.ranges(entries)
    return Report(challenge=challenge, findings=tuple(findings), reference=references, starter=starter, entries=entries)


def _twice(runner: Runner, report: Report, options: Options, say: Say) -> Report:
    """With what comes of the same work on the same seed."""
    runner.left.reached("twice")
    if not options.twice or options.only or not report.reference or not report.reference[0].observed:
        return report
    return _with(report, twice.check(runner, report.reference[0], report.honest, say))


def _told_apart(runner: Runner, report: Report, listed: Sequence[Listed], options: Options, say: Say) -> Report:
    """With what works of known level earn on several variants of the data."""
    place = str(runner.challenge.root / FILE)
    runner.left.reached("spread")
    if not options.spread:
        return report
    silent = apart.without_level(listed, place) or apart.not_asked_for(
        listed, [one for one, _ in report.entries], place
    )
    if silent is not None:
        return _with(report, [silent])
    works = apart.run(runner, report.entries, options.seeds or 1, say)
    if isinstance(works, Finding):
        return _with(report, [works])
    cheats = [(one, ran) for one, ran in report.entries if one.entry.kind == "cheating"]
    report = _with(report, apart.findings(works, cheats, runner.challenge.pass_mark, place))
    return replace(report, spread=tuple(works))


def _guessed(runner: Runner, report: Report, options: Options, say: Say) -> Report:
    """With what submissions earn that answer by order, number and size; they pass on what the reference replies."""
    runner.left.reached("order")
    if not options.order or options.only or not report.reference:
        return report
    if report.reference[0].share < 1:
        place = str(runner.challenge.root / REFERENCE)
        return _with(report, [left_out(guessing.PROMISE, "not tried: the reference itself loses points", place)])
    return _with(report, guessing.check(runner, report.reference[0], say))


def _mutated(runner: Runner, report: Report, options: Options, say: Say) -> Report:
    """With the mutation score, which means something only where the reference itself loses no points."""
    runner.left.reached("mutation")
    if not options.mutants or not report.reference:
        return report
    reference = report.reference[0]
    place = runner.challenge.root / REFERENCE
    if reference.share < 1:
        return _with(report, [left_out("mutation", "not run: the reference itself loses points", str(place))])
    marked = equivalent.load(runner.challenge.root)
    verdicts = tuple(mutation.run(runner, reference, options.mutants, say, marked))
    groups = list(dict.fromkeys(test.group for test in reference.points.tests))
    report = _with(report, mutation.findings(verdicts, groups, options.mutation_floor, place, marked))
    return replace(report, verdicts=verdicts)


def _with(report: Report, findings: Sequence[Finding]) -> Report:
    return replace(report, findings=(*report.findings, *findings))


def _reference_files(challenge: Pack) -> tuple[str, ...]:
    there = (challenge.root / REFERENCE).is_dir()
    return tuple(_read(challenge, REFERENCE, required=False).files) if there else ()
