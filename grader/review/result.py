"""The result folder of a revealed case, written again with people's levels; the machine's own grade stays beside it.

Before the reveal nothing in the folder is touched: a file there would tell one assessor about another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader import files
from grader.errors import UsageError
from grader.own_files import MACHINE
from grader.report import oneness
from grader.result import evidence
from grader.result.grade_json import grade_from_json
from grader.review import rules
from grader.review.grade import challenge_of, closed_grade
from grader.review.records import File
from grader.stored import load_json


def publish(file: File) -> Path | None:
    """Writes grade.json, report.html and the letter with what people say, and grade.machine.json where it is not there
    yet. None where nothing is revealed, or the folder is not on this machine or holds another run by now."""
    folder = Path(file.case.folder)
    if not rules.shown(file) or _run_in(folder) != file.case.run:
        return None
    if not (folder / MACHINE).is_file():
        files.write(folder / MACHINE, (folder / "grade.json").read_bytes(), durable=True)
    before = grade_from_json(load_json(folder / "grade.json"))
    oneness.check_evidence(folder, before)
    known = tuple(name for name in (file.case.candidate,) if name)
    work = evidence.load_submission(folder)
    decided = file.decision.outcome if file.decision else ""
    oneness.put(folder, before, closed_grade(file), challenge_of(file), work, known, decided=decided)
    return folder


def _run_in(folder: Path) -> str:
    try:
        data: Any = load_json(folder / "grade.json")
        return str(data["provenance"]["run"])
    except (UsageError, KeyError, TypeError):
        return ""
