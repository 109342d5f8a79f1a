"""What the grader itself writes beside or into a submission, known by what it is: never a candidate's file.

A folder is the output of a grading when the `grade.json` or the snapshot of the challenge in it is ours; then the files
that a grading writes are ours, and no others in it. A name alone says nothing: nobody can hide a file by calling it so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

GRADE = "grade.json"
MACHINE = "grade.machine.json"
"""The machine's own grade, beside one that people closed."""
SNAPSHOT = "evidence/challenge.json"
MARKERS = (SNAPSHOT, GRADE)
"""Files whose content shows whose the folder is; removed last, GRADE at the very end."""
FORMATS: Mapping[str, str] = {
    "junit": "junit.xml",
    "ctrf": "ctrf.json",
    "gradescope": "results.json",
    "csv": "grade.csv",
    "markdown": "summary.md",
    "sarif": "sarif.json",
}
"""Name of a format → file that it is written to."""
FOLLOW_UP = ("follow-up.html", "follow-up-candidate.html", "follow-up.json")
"""Sheets for a talk about the work: for the interviewer, for the candidate, for programs."""
RESULT = frozenset(
    {
        *MARKERS, *FORMATS.values(), *FOLLOW_UP, MACHINE, "report.html", "feedback.html", "feedback.md",
        "signature.json", "evidence/submission.zip", "evidence/verifier.json", "evidence/criteria.json",
        "evidence/judged.json",
    }
)  # fmt: skip
"""All that a grading leaves in its output folder, and what is made of it later, relative to the folder."""
REVIEW, REVIEW_ELSEWHERE = ".review.db", ".review.url"
"""Endings of the files beside an output folder, behind its name: what people wrote about the result where no store is
named, and the address of the store that has it."""
SIDES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, behind its name."""
_MOST_BYTES = 20_000_000
_MOST_ADDRESS = 5_000


def is_result(path: str, content: bytes) -> bool:
    """Whether `content` is that of the marker `path`, one of MARKERS, as a grading writes it."""
    data = _object(content)
    if path == SNAPSHOT:
        return set(data) == {"challenge", "rubric"} and "primary_competency" in _inner(data, "challenge")
    provenance = _inner(data, "provenance")
    return {"schema_version", "status", "challenge", "submission"} <= set(data) and {
        "run",
        "grader_version",
    } <= set(provenance)


def marker(folder: Path, name: str) -> bytes:
    """The content of the marker `name` in `folder`; empty where there is none of ours. The folder may be a candidate's:
    only a plain file of a usual size is opened."""
    path = folder / name
    try:
        content = path.read_bytes() if path.is_file() and path.stat().st_size <= _MOST_BYTES else b""
    except OSError:
        return b""
    return content if is_result(name, content) else b""


def is_database(content: bytes) -> bool:
    """Whether `content`, at least the first megabyte of a file, is a store of ours."""
    made = (b"CREATE TABLE runs", b"CREATE TABLE grades", b"CREATE TABLE alembic_version")
    return content.startswith(b"SQLite format 3\0") and all(table in content for table in made)


def beside(folder: str) -> set[str]:
    """What a review may keep beside the output folder of that name."""
    return {name for ending in (REVIEW, REVIEW_ELSEWHERE) for name in with_sides(f"{folder}{ending}")}


def is_review(path: str, content: bytes) -> bool:
    """Whether the file `path`, beside an output folder, is what a review keeps there."""
    if path.endswith(REVIEW):
        return is_database(content)
    return len(content) <= _MOST_ADDRESS and content.startswith(b"sqlite:///") and content.count(b"\n") == 1


def of_result(folder: str, paths: Iterable[str]) -> set[str]:
    """Those of `paths` that a grading into `folder` writes, what a killed one left half written included."""
    top = f"{folder}/" if folder else ""
    return {path for path in paths if path.startswith(top) and _is_ours(path.removeprefix(top))}


def with_sides(path: str) -> tuple[str, ...]:
    """A SQLite database and the files that it keeps beside itself."""
    return tuple(f"{path}{side}" for side in ("", *SIDES))


def _is_ours(name: str) -> bool:
    folder, _, last = name.rpartition("/")
    if last.startswith(".") and last.endswith(".part"):  # as `files.write` makes it: .NAME.random.part
        name = f"{folder}/" * bool(folder) + last[1:].rpartition(".part")[0].rpartition(".")[0]
    return name in RESULT


def _object(content: bytes) -> Mapping[str, Any]:
    if len(content) > _MOST_BYTES or not content.lstrip().startswith(b"{"):
        return {}
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _inner(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}
