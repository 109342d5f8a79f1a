"""Does all open jobs. One that fails does not keep the others from being done."""

import sys

from PKG import jobs, steps


def work():
    try:
        jobs.take_spool()
    except Exception as problem:
        print(f"spool: {type(problem).__name__}: {problem}", file=sys.stderr)
    for job in jobs.rows("open"):
        try:
            jobs.close(job["id"], "done", getattr(steps, f"do_{job['step']}")(job["text"]))
        except Exception as problem:
            jobs.close(job["id"], "failed", f"{type(problem).__name__}: {problem}")
