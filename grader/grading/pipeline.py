"""The main job, as its list of stages: read, run, score, judge, combine, save.

The verifier boots while the output folder is checked, the submission read and the challenge checked, and the
candidate's container is made as soon as both are known. Only what these wait for is imported before; what comes later
is imported while the tests run, and this process has nothing to do. What the documents claim is tried beside the hidden
tests; containers are removed while the report is rendered. `grade` leaves nothing running, whatever happens in it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.grading.containers import Containers
from grader.grading.failure import saved
from grader.grading.run import MakeSandbox, Run, docker_sandbox
from grader.records import Grade, JudgeResult, Submission, VerifierResult
from grader.report.write import staged, write_grade, write_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.challenge import Pack
    from grader.grading.claims_beside import ClaimsBeside
    from grader.sandbox.protocol import Job


def grade(run: Run, make_sandbox: MakeSandbox = docker_sandbox) -> Grade:
    """Grades one submission and writes the output folder. Raises GraderError, or what nobody foresaw, after
    `grade.json` has been written with the reason; then nothing but the reason is in it."""
    with saved(run), contextlib.closing(Containers(lambda: make_sandbox(run), run.say)) as containers:
        if not run.request.fetch_first:  # while it is made, what checks the folder is imported
            containers.boot()
        run.request.check_out()
        run.key()
        return _grade(run, containers, make_sandbox)


def _grade(run: Run, containers: Containers, make_sandbox: MakeSandbox) -> Grade:
    run.say("reading the submission")
    pack, submission = _read(run)
    if run.request.fetch_first:
        _image(run, pack, submission)
    containers.boot()
    job = None
    if pack.has_tests and not _lists_packages(pack, submission):  # to fetch them, the judge is not kept waiting
        job = _job(run, pack, submission)
        containers.begin(job)
    from grader.grading.claims_beside import ClaimsBeside  # heavy: while the containers boot

    with contextlib.closing(ClaimsBeside(run, pack, submission, make_sandbox)) as claims:
        return _graded(run, containers, claims, pack, submission, job)


def _graded(
    run: Run, containers: Containers, claims: ClaimsBeside, pack: Pack, submission: Submission, job: Job | None
) -> Grade:
    from grader.grading import judging

    levels = judging.start(run, pack, submission, claims.block)
    observed = _run_tests(run, containers, pack, submission, job, claims.tests_run)
    removal = threading.Thread(target=lambda: claims.after(containers.close))
    removal.start()
    from grader.grading.grade import grade_of  # imported while the tests ran

    judged = levels()
    result = grade_of(run, pack, submission, observed, judged, containers.facts(), claims.block())
    with run.stage("report"):
        run.say("writing the report")
        _save(run, result, pack, submission, observed, judged)
    with run.stage("removal"):
        removal.join()
    run.took("total", time.monotonic() - run.began)
    result = replace(result, timings=dict(run.timings))
    write_grade(run.request.out, result)
    return result


def _read(run: Run) -> tuple[Pack, Submission]:
    """The challenge and the submission, both checked."""
    with run.stage("challenge"):
        pack = run.pack()
    with run.stage("intake"):
        from grader.grading import intake

        request, own = run.request, (run.request.out, *run.request.own)
        run.submission = submission = intake.take_in(request.source, pack, own, request.found_in)
        intake.refuse_brought(pack, submission, run.settings)
        intake.check_complete(submission, pack)
    return pack, submission


def _image(run: Run, pack: Pack, submission: Submission) -> str:
    from grader.grading.job import candidate_image

    with run.stage("dependencies") if _lists_packages(pack, submission) else contextlib.nullcontext():
        return candidate_image(pack, submission, run.settings.base_image, run.say)


def _lists_packages(pack: Pack, submission: Submission) -> bool:
    return bool(pack.submission.dependencies and pack.submission.dependencies in submission.files)


def _job(run: Run, pack: Pack, submission: Submission) -> Job:
    from grader.grading.job import make_job

    image = _image(run, pack, submission)
    return make_job(pack, submission, seed=run.seed(submission), image=image, only=run.request.only)


def _run_tests(
    run: Run,
    containers: Containers,
    pack: Pack,
    submission: Submission,
    begun: Job | None,
    started: Callable[[], None],
) -> VerifierResult:
    """Runs the hidden tests. `begun`: the job whose containers are being started already; `started` is told when they
    have."""
    from grader.grading.warm import warm_report

    if not pack.has_tests:
        return VerifierResult(expected=(), tests=())
    run.say("running the hidden tests")
    job = begun or _job(run, pack, submission)

    def progress(done: int, tests: int) -> None:
        if not done:  # two containers have started: what the report needs would have kept processors from that
            threading.Thread(target=warm_report, name="import-renderer", daemon=True).start()
            started()
        run.progress(done, tests)

    with run.stage("tests"):
        return containers.observe(job, progress)


def _save(
    run: Run, result: Grade, pack: Pack, submission: Submission, observed: VerifierResult, judged: JudgeResult
) -> None:
    from grader.result import evidence

    with staged(run.request.out) as folder:
        evidence.save(folder, pack, submission, observed)
        evidence.save_levels(folder, judged.levels)
        write_pages(folder, result, pack, submission, run.request.pages)
