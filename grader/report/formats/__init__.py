"""Formats that other programs read, beside grade.json. One module a format; each is a pure function to bytes.

`audience` decides what they may hold. A reviewer's copy names hidden tests; a candidate's copy stops at the group:
no test's id, title, message, metric or output is in it, and of criteria only rationales that count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from grader.challenge import Challenge
from grader.errors import UsageError
from grader.own_files import FORMATS
from grader.records import Grade

Audience = Literal["reviewer", "candidate"]


def render(grade: Grade, challenge: Challenge | None, names: Iterable[str], audience: Audience) -> dict[str, bytes]:
    """File name → content for the formats in `names`. Raises UsageError for an unknown format or audience."""
    if audience not in ("reviewer", "candidate"):
        raise UsageError(f"There is no audience {audience!r}. Known: reviewer, candidate.")
    wanted = list(dict.fromkeys(names))
    if not wanted:  # then nothing of them is imported
        return {}
    from grader.report.formats import ctrf, gradescope, junit, sarif, summary, table

    writers = {
        "junit": junit.write,
        "ctrf": ctrf.write,
        "gradescope": gradescope.write,
        "csv": table.write,
        "markdown": summary.write,
        "sarif": sarif.write,
    }
    unknown = [name for name in wanted if name not in writers]
    if unknown:
        raise UsageError(f"There is no format {unknown[0]!r}. Known: {', '.join(writers)}.")
    return {FORMATS[name]: writers[name](grade, challenge, audience) for name in wanted}
