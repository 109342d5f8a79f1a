"""The main job, as its list of stages: read, run, score, judge, combine, save.

The verifier boots while the submission is read and the challenge is checked; what the documents claim is tried beside
the hidden tests; containers are removed while the report is rendered. `grade` leaves nothing running, whatever happens
in it.
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
    from grader.challenge import Pack
    from grader.grading.claims_beside import ClaimsBeside


def grade(run: Run, make_sandbox: MakeSandbox = docker_sandbox) -> Grade:
    """Grades one submission and writes the output folder. Raises GraderError, or what nobody foresaw, after
    `grade.json` has been written with the reason; then nothing but the reason is in it."""
    run.request.check_out()
    run.key()
    with saved(run), contextlib.closing(Containers(lambda: make_sandbox(run), run.say)) as containers:
        if not run.request.fetch_first:
            containers.boot()
        return _grade(run, containers, make_sandbox)


def _grade(run: Run, containers: Containers, make_sandbox: MakeSandbox) -> Grade:
    from grader.grading.claims_beside import ClaimsBeside  # heavy: while the containers boot

    run.say("reading the submission")
    pack, submission = _read(run)
    if run.request.fetch_first:
        _image(run, pack, submission)
    containers.boot()
    with contextlib.closing(ClaimsBeside(run, pack, submission, make_sandbox)) as claims:
        return _graded(run, containers, claims, pack, submission)


def _graded(run: Run, containers: Containers, claims: ClaimsBeside, pack: Pack, submission: Submission) -> Grade:
    from grader.grading import judging
    from grader.grading.grade import grade_of

    levels = judging.start(run, pack, submission, claims.block)
    observed = _run_tests(run, containers, pack, submission)
    removal = threading.Thread(target=lambda: claims.after(containers.close))
    removal.start()
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

    listed = bool(pack.submission.dependencies and pack.submission.dependencies in submission.files)
    with run.stage("dependencies") if listed else contextlib.nullcontext():
        return candidate_image(pack, submission, run.settings.base_image, run.say)


def _run_tests(run: Run, containers: Containers, pack: Pack, submission: Submission) -> VerifierResult:
    """Runs the hidden tests."""
    from grader.grading.job import make_job
    from grader.grading.warm import warm_report

    if not pack.has_tests:
        return VerifierResult(expected=(), tests=())
    run.say("running the hidden tests")
    image = _image(run, pack, submission)
    job = make_job(pack, submission, seed=run.seed(submission), image=image, only=run.request.only)
    threading.Thread(target=warm_report, name="import-renderer", daemon=True).start()
    with run.stage("tests"):
        return containers.observe(job, run.progress)


def _save(
    run: Run, result: Grade, pack: Pack, submission: Submission, observed: VerifierResult, judged: JudgeResult
) -> None:
    from grader.result import evidence

    with staged(run.request.out) as folder:
        evidence.save(folder, pack, submission, observed)
        evidence.save_levels(folder, judged.levels)
        write_pages(folder, result, pack, submission, run.request.pages)
