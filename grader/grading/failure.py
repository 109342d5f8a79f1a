"""A run without a grade: whose fault it is, and the grade.json and the pages that say why."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from grader.errors import ChallengeError, GraderError, InfrastructureError, UsageError, visible
from grader.grading.provenance import challenge_facts, provenance, submission_facts
from grader.grading.run import Run
from grader.records import Grade
from grader.report.write import staged, write_grade, write_pages
from grader.sandbox.kept import StoppedError

SAVED = frozenset({3, 4, 5})
"""Exit codes of what a run leaves a grade.json for; what else goes wrong is of how it was asked for."""


@contextlib.contextmanager
def saved(run: Run) -> Iterator[None]:
    """What ends the grading within this, foreseen or not, is written to `grade.json` with the reason, and goes on."""
    try:
        yield
    except StoppedError:  # it never began, so that there is nothing to say of it
        raise
    except GraderError as problem:
        if problem.exit_code in SAVED:
            with contextlib.suppress(InfrastructureError):  # the folder itself may be what is wrong
                save_failure(run, problem)
        raise
    except Exception as problem:
        with contextlib.suppress(Exception):  # whatever it was may be met again
            save_failure(run, unforeseen(problem))
        raise


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


def save_failure(run: Run, problem: GraderError) -> None:
    """A run without a grade still leaves grade.json with the reason, and a page that says it. Raises UsageError where
    the output folder holds what no grading wrote."""
    request = run.request
    request.check_out()
    run.took("total", time.monotonic() - run.began)
    pack = None
    with contextlib.suppress(ChallengeError):
        pack = run.pack()
    result = Grade(
        status=problem.status,
        reason=nameless(problem.message, request.source) + (f" ({problem.fix})" if problem.fix else ""),
        challenge=challenge_facts(pack) if pack else {"id": request.folder.name},
        submission=submission_facts(run.submission) if run.submission else {},
        detail=problem.detail,
        recommendation_reason="There is no grade.",
        provenance=provenance(run, {}),
        timings=dict(run.timings),
    )
    with staged(request.out) as folder:
        write_grade(folder, result)
    write_pages(request.out, result, pack, None, request.pages)


def nameless(message: str, source: str) -> str:
    """`message` without the archive's name, which is often the candidate's: the pages are blind."""
    return message.replace(
        f"'{visible(Path(source).name)}'", "The archive" if message.startswith("'") else "the archive"
    )
