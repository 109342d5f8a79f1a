"""The main job, as its list of stages: read, run, score, judge, combine, save.

The verifier boots while the submission is read and the challenge is checked; containers are removed while the report
is rendered. `grade` leaves nothing running, whatever happens in it.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader import __version__
from grader.errors import ChallengeError, GraderError, InfrastructureError, UsageError, visible
from grader.records import Grade, JudgeResult, Submission, VerifierResult
from grader.report.write import Pages, check_out, source_mark, staged, write_grade, write_pages
from grader.settings import Settings, is_shipped

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.sandbox.protocol import Job, Sandbox
    from grader.secret import Secret

Say = Callable[[str], None]
NO_JUDGE = "no judge configured"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be graded, against what, and where the result goes."""

    source: str
    challenge: Pack | Path
    """The pack, or its folder where it is still to be read: whoever grades many reads it once."""
    out: Path
    judge: bool = True
    only: tuple[str, ...] = ()
    """Parts of test ids, to run only those: for authors. The grade says so."""
    pages: Pages = field(default_factory=Pages)
    fetch_first: bool = False
    """Whether the packages that the submission lists are fetched before a sandbox is asked for, since that may be
    waited for and fetching takes long. Otherwise the containers boot meanwhile."""
    found_in: str = ""
    """The folder in which the source was only found: no link leads from there to what is graded. Empty where the
    operator named the source itself."""
    own: tuple[Path, ...] = ()
    """Files of the operator's, as the store, that are not the candidate's where they lie in the submission."""

    @property
    def folder(self) -> Path:
        """The pack's folder."""
        return self.challenge if isinstance(self.challenge, Path) else self.challenge.root

    def pack(self) -> Pack:
        """The pack; read here where it was not before. Raises ChallengeError."""
        if not isinstance(self.challenge, Path):
            return self.challenge
        from grader.challenge import load_pack

        return load_pack(self.challenge)


@dataclass
class Run:
    """One grading under way: its id, its clock, and who is told about progress."""

    request: Request
    settings: Settings
    say: Say
    progress: Callable[[int, int], None] = lambda _done, _all: None
    judge_lane: contextlib.AbstractContextManager[object] = field(default_factory=contextlib.nullcontext)
    """Entered for each call of the judge, from several threads: where runs share what an endpoint bears."""
    secret: Secret | None = None
    """Keys the seed; the operator's where None."""
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    timings: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def key(self) -> Secret:
        """The secret that keys this run's seed, the same to its end. Raises UsageError where there can be none."""
        if self.secret is None:
            from grader.secret import of

            self.secret = of(self.settings)
        return self.secret

    def took(self, stage: str, seconds: float) -> None:
        self.timings[stage] = round(self.timings.get(stage, 0.0) + seconds, 4)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.took(name, time.monotonic() - began)


MakeSandbox = Callable[[Run], "Sandbox"]


def docker_sandbox(run: Run) -> Sandbox:
    """The sandbox that `grade` uses."""
    from grader.sandbox.docker import DockerSandbox

    return DockerSandbox(run.id, runtime=run.settings.runtime, base_image=run.settings.base_image, clock=run.took)


def grade(run: Run, make_sandbox: MakeSandbox = docker_sandbox) -> Grade:
    """Grades one submission and writes the output folder. Raises GraderError, or what nobody foresaw, after
    `grade.json` has been written with the reason; then nothing but the reason is in it."""
    _check_out(run.request)
    run.key()
    known: dict[str, Any] = {}
    try:
        return _grade(run, make_sandbox, known)
    except GraderError as problem:
        if problem.exit_code in {3, 4, 5}:
            with contextlib.suppress(InfrastructureError):  # the folder itself may be what is wrong
                save_failure(run, problem, known)
        raise
    except Exception as problem:
        with contextlib.suppress(Exception):  # whatever it was may be met again
            save_failure(run, unforeseen(problem), known)
        raise


def _grade(run: Run, make_sandbox: MakeSandbox, known: dict[str, Any]) -> Grade:
    request = run.request
    sandbox = None if request.fetch_first else _boot(run, make_sandbox)
    try:
        run.say("reading the submission")
        challenge, submission = _read(run, known)
        if sandbox is None:
            candidate_image(run, challenge, submission)
            sandbox = _boot(run, make_sandbox)
        judging = _start_judge(run, challenge, submission)
        sandbox, observed = _run_tests(run, sandbox, make_sandbox, challenge, submission)
        removal = threading.Thread(target=sandbox.close)
        removal.start()
        result = _combine(run, challenge, submission, observed, judging(), sandbox.facts())
        with run.stage("report"):
            run.say("writing the report")
            result = _save(run, result, challenge, submission, observed)
        with run.stage("removal"):
            removal.join()
        run.took("total", time.monotonic() - run.began)
        result = replace(result, timings=dict(run.timings))
        write_grade(request.out, result)
        return result
    finally:
        if sandbox is not None:
            sandbox.close()


def _boot(run: Run, make_sandbox: MakeSandbox) -> Sandbox:
    sandbox = make_sandbox(run)
    try:
        sandbox.boot()
    except BaseException:
        sandbox.close()
        raise
    return sandbox


# ------------------------------------------------------------------------------------------------ read


def _read(run: Run, known: dict[str, Any]) -> tuple[Pack, Submission]:
    """The challenge and the submission, both checked."""
    with run.stage("challenge"):
        challenge = run.request.pack()
        known["challenge"] = challenge_facts(challenge)
    with run.stage("intake"):
        from grader.submission import IntakeLimits, check_required, read_submission

        rules = challenge.submission
        limits = IntakeLimits(max_files=rules.max_files, max_bytes=int(rules.max_bytes))
        own = (run.request.out, *run.request.own)
        source, found_in = run.request.source, run.request.found_in
        submission = read_submission(source, limits, required=rules.required, own=own, found_in=found_in)
        known["submission"] = submission_facts(submission)
        refuse_brought(challenge, submission, run.settings)
        check_required(submission, rules.required)
    return challenge, submission


def refuse_brought(challenge: Pack, submission: Submission, settings: Settings) -> None:
    """Raises UsageError where a pack or settings of the working folder came with the submission, which may have been
    unpacked there: the submission holds the very same files."""
    from grader.settings import NAME
    from grader.trust import brought

    here = Path.cwd().resolve()
    if here in challenge.root.resolve().parents and not is_shipped(challenge.root):
        name = challenge.root.name
        pack = {f"{name}/challenge.yaml": challenge.files["challenge.yaml"]}
        pack |= {f"{name}/tests/{path}": content for path, content in challenge.tests.items()}
        if brought(submission.files, pack):
            raise UsageError(
                f"The submission holds the challenge {visible(str(challenge.root))} itself, hidden tests and all: "
                "whoever sent it could have written them.",
                fix="Run this from a folder of your own, with your own pack.",
            )
    for path in settings.read_from:
        if path.parent == here and brought(submission.files, {NAME: path.read_bytes()}):
            raise UsageError(
                f"The settings in {visible(str(path))} came with the submission, which holds the same file.",
                fix="Run this from a folder of your own.",
            )


def challenge_facts(challenge: Pack) -> dict[str, Any]:
    return {"id": challenge.id, "version": challenge.version, "digest": challenge.digest, "title": challenge.title}


def submission_facts(submission: Submission) -> dict[str, Any]:
    left_out = [{"path": x.path, "files": x.files, "bytes": x.bytes, "reason": x.reason} for x in submission.left_out]
    return {
        "digest": submission.digest,
        "files": len(submission.files),
        "bytes": submission.bytes,
        "left_out": left_out,
    }


# ------------------------------------------------------------------------------------------------ run


def _run_tests(
    run: Run, sandbox: Sandbox, make_sandbox: MakeSandbox, challenge: Pack, submission: Submission
) -> tuple[Sandbox, VerifierResult]:
    """Runs the hidden tests. An engine that vanishes in the middle is no one's fault and is tried once more."""
    from grader.grading.observed import collect

    if not challenge.has_tests:
        return sandbox, VerifierResult(expected=(), tests=())
    run.say("running the hidden tests")
    job = make_job(run, challenge, submission)
    threading.Thread(target=_import_renderer, name="import-renderer", daemon=True).start()
    with run.stage("tests"):
        try:
            return sandbox, collect(sandbox.run(job), run.progress)
        except InfrastructureError as problem:
            if not problem.retry:
                raise
            run.say(f"{problem.message} Trying once more.")
            sandbox.close()
            second = make_sandbox(run)
            try:
                second.boot()
                return second, collect(second.run(job), run.progress)
            except BaseException:
                second.close()
                raise


def _import_renderer() -> None:
    """While the containers work, this process waits: time to import what the report needs."""
    import grader.result.evidence
    import grader.score.combine  # noqa: F401
    from grader.report import warm

    warm()


def candidate_image(run: Run, challenge: Pack, submission: Submission) -> str:
    """The tag of the image that the submission runs in, made here where it lists packages."""
    from grader.sandbox import dependencies, images

    image = images.candidate_recipe(challenge.requirements, run.settings.base_image).tag
    wanted = submission.files.get(challenge.submission.dependencies) if challenge.submission.dependencies else None
    if wanted is None:
        return image
    with run.stage("dependencies"):
        return dependencies.image(wanted, challenge.submission.dependencies, image, run.say)


def make_job(run: Run, challenge: Pack, submission: Submission) -> Job:
    """The run of `submission` against the hidden tests of `challenge`; the image of its dependencies is made here."""
    from grader.grading.observed import limits_of
    from grader.sandbox.protocol import Job

    return Job(
        tests=challenge.tests,
        files=submission.files,
        module=challenge.interface.module,
        seed=run.key().seed(challenge.digest, submission.digest),
        limits=limits_of(challenge),
        candidate_image=candidate_image(run, challenge, submission),
        preload=preload(submission.files),
        model=challenge.model.as_data() if challenge.model else None,
        only=run.request.only,
    )


_IMPORT = re.compile(rb"^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_NO_PRELOAD = frozenset({"antigravity", "this", "test", "idlelib", "turtle", "turtledemo", "tkinter", "lib2to3"})


def preload(sources: Mapping[str, bytes]) -> tuple[str, ...]:
    """Top-level modules that the submission's Python files name in import statements and do not bring themselves, at
    most 50. Found by pattern, not by parsing: a file that breaks a parser must not break us."""
    own = {path.split("/")[0].removesuffix(".py") for path in sources}
    named: set[str] = set()
    for path, content in sources.items():
        if path.endswith(".py"):
            named.update(name.decode() for name in _IMPORT.findall(content[:200_000]))
    return tuple(sorted(named - own - _NO_PRELOAD))[:50]


# ------------------------------------------------------------------------------------------------ judge


def _start_judge(run: Run, challenge: Pack, submission: Submission) -> Callable[[], JudgeResult]:
    """Begins to judge beside the containers; calling what is returned waits for the levels."""
    from grader.score.combine import unscored

    criteria = challenge.rubric.criteria
    if criteria and run.request.judge and run.settings.judge_configured:
        return _judge_in_background(run, challenge, submission)
    reason = NO_JUDGE if run.request.judge else "the judge was switched off for this run"
    nothing = JudgeResult(criteria=unscored(criteria, reason))
    return lambda: nothing


def _judge_in_background(run: Run, challenge: Pack, submission: Submission) -> Callable[[], JudgeResult]:
    from concurrent.futures import ThreadPoolExecutor

    from grader.judge.config import JudgeConfig

    JudgeConfig.of(run.settings)  # what is wrong with the settings is said before anything runs
    pool = ThreadPoolExecutor(1, thread_name_prefix="judge")
    waiting = pool.submit(judge, run, challenge, submission)
    pool.shutdown(wait=False)
    return waiting.result


def judge(run: Run, challenge: Pack, submission: Submission) -> JudgeResult:
    """Asks the judge about the criteria of `challenge`; answers that were kept are not asked for again."""
    from grader import calibration
    from grader.judge import judge_submission
    from grader.settings import PLACES

    with run.stage("judge"):
        return judge_submission(
            challenge,
            submission,
            run.settings,
            calibration=calibration.load(challenge),
            cache_dir=PLACES.cache / "judge",
            lane=run.judge_lane,
        )


# ------------------------------------------------------------------------------------------------ combine


def _combine(
    run: Run,
    challenge: Pack,
    submission: Submission,
    observed: VerifierResult,
    judged: JudgeResult,
    facts: Mapping[str, Any],
) -> Grade:
    from grader.challenge.model import provenance
    from grader.grading.observed import model_calls
    from grader.score import combine as grading
    from grader.score import objective

    points = objective.score(observed.tests)
    combined = grading.combine(challenge, points, judged.criteria)
    about = challenge_facts(challenge)
    calls = model_calls(observed.tests)
    traced = {**facts, **({"model_calls": calls} if calls else {}), **provenance(challenge.model, calls)}
    flags = flags_of(challenge, submission, observed, judged)
    if run.request.only:
        flags = (f"Only tests that match {', '.join(run.request.only)} were run: this is not a grade.", *flags)
    return Grade(
        status="graded",
        reason="",
        challenge=about,
        submission=submission_facts(submission),
        objective=points,
        criteria=judged.criteria,
        competencies=combined.competencies,
        score=combined.score,
        recommendation=combined.recommendation,
        recommendation_reason=combined.recommendation_reason,
        open=combined.open,
        judge=judged.judge,
        provenance=_provenance(run, traced, run.key().seed(about["digest"], submission.digest)),
        timings=dict(run.timings),
        flags=flags,
        resources=observed.resources,
    )


def flags_of(challenge: Pack, submission: Submission, observed: VerifierResult, judged: JudgeResult) -> tuple[str, ...]:
    """What a reviewer should look at that is not in the score; one sentence each."""
    from grader.judge.routing import route
    from grader.score import combine as grading
    from grader.score import objective
    from grader.submission import formats

    points = objective.score(observed.tests)
    share = points.points / points.max_points if points.max_points else None
    return (
        *formats.flags(submission, challenge.submission.required),
        *grading.flags(points, observed.limits_hit),
        *judged.flags,
        *route(judged.criteria, share),
    )


def _provenance(run: Run, facts: Mapping[str, Any], seed: int | None = None) -> dict[str, Any]:
    return {
        "grader_version": __version__,
        "python": sys.version.split()[0],
        "started_at": run.started_at,
        "run": run.id,
        "source": source_mark(run.request.source, run.key()),
        **({"seed": seed, "secret": run.key().fingerprint} if seed is not None else {}),
        **_origin(run),
        **facts,
        "pinned": {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
    }


def _origin(run: Run) -> dict[str, Any]:
    """Where pack and settings came from, where that is not what was shipped and set in the environment."""
    pack = run.request.folder
    told = {} if is_shipped(pack) else {"challenge_folder": str(pack.resolve())}
    return {**told, **({"settings_files": list(map(str, run.settings.read_from))} if run.settings.read_from else {})}


# ------------------------------------------------------------------------------------------------ save


def _save(run: Run, result: Grade, challenge: Pack, submission: Submission, observed: VerifierResult) -> Grade:
    from grader.result import evidence

    with staged(run.request.out) as folder:
        evidence.save(folder, challenge, submission, observed)
        write_pages(folder, result, challenge, submission, run.request.pages)
    return result


def _check_out(request: Request) -> None:
    """Checks the output folder, and against what is graded where that will be read at all."""
    from grader.submission.folder import unfit

    unread = request.found_in and unfit(request.source, request.found_in)
    check_out(request.out, "" if unread else request.source)


def nameless(message: str, source: str) -> str:
    """`message` without the archive's name, which is often the candidate's: the pages are blind."""
    return message.replace(
        f"'{visible(Path(source).name)}'", "The archive" if message.startswith("'") else "the archive"
    )


def unforeseen(problem: Exception) -> GraderError:
    """An error that nobody foresaw is the grader's, not the candidate's."""
    if isinstance(problem, GraderError):
        return InfrastructureError(problem.message, of_submission=isinstance(problem, UsageError))
    said = visible(str(problem), 300)
    return InfrastructureError(
        f"The grader failed by itself: {type(problem).__name__}: {said}",
        fix="report this, please",
        of_submission=not isinstance(problem, OSError),
    )


def save_failure(run: Run, problem: GraderError, known: Mapping[str, Any]) -> None:
    """A run without a grade still leaves grade.json with the reason, and a page that says it. Raises UsageError where
    the output folder holds what no grading wrote."""
    _check_out(run.request)
    run.took("total", time.monotonic() - run.began)
    result = Grade(
        status=problem.status,
        reason=nameless(problem.message, run.request.source) + (f" ({problem.fix})" if problem.fix else ""),
        challenge=known.get("challenge", {"id": run.request.folder.name}),
        submission=known.get("submission", {}),
        detail=problem.detail,
        recommendation_reason="There is no grade.",
        provenance=_provenance(run, {}),
        timings=dict(run.timings),
    )
    with staged(run.request.out) as folder:
        write_grade(folder, result)
    challenge = None
    with contextlib.suppress(ChallengeError):
        challenge = run.request.pack()
    write_pages(run.request.out, result, challenge, None, run.request.pages)
