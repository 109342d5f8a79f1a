"""What lies in a pack's folder and is no part of it: results of runs first of all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader import junk, own_files
from grader.authoring.playing import CASSETTE
from grader.challenge.findings import Finding, advice, broken

PARTS = frozenset(
    {
        "challenge.yaml", "instruction.md", "tests", "rubric.yaml", "starter", "environment", "model.yaml", "solution",
        "submissions", "calibration", "rubrics", "rounds", "NOTES.md", "README.md", "CHANGELOG.md", "LICENSE", CASSETTE,
    }
)  # fmt: skip
"""What a pack's folder holds; docs/authoring.md says what each is."""
FORGED = "submissions/cheating"
"""Where results may lie that somebody made up."""
LEFT = {
    "events.jsonl": "a protocol of a run",
    "reward.txt": "a result of a run, as other graders write it",
    "grader.db": "a store of results",
    **{name: "a result of a run (`grade`)" for name in own_files.RESULT if "/" not in name},
}
"""Names that runs leave, and what each is."""
ELSEWHERE = "remove it, and let runs write outside of the pack (--out)"


def check(root: Path) -> list[Finding]:
    """A finding for each file or folder that does not belong into the pack in `root`, with what to do."""
    return [*_results(root), *_top(root)]


def _top(root: Path) -> Iterator[Finding]:
    for path in sorted(root.iterdir()):
        name = path.name
        if name in PARTS or junk.part((name,)) is not None or name.startswith(".") or _marker(path):
            continue
        what = LEFT.get(name) or _written(name)
        if what:
            yield broken("schema", f"{name} is {what}, and no part of a challenge: {ELSEWHERE}", str(path))
        else:
            yield advice("schema", f"{name} is no part of a challenge, nothing reads it: remove it", str(path))


def _written(name: str) -> str:
    """What a file is by how its name ends, "" for nothing that runs leave."""
    if name.endswith((own_files.REVIEW, own_files.REVIEW_ELSEWHERE)):
        return "what people wrote about a result"
    return "a store of results" if any(name.endswith(f".db{side}") for side in ("", *own_files.SIDES)) else ""


def _results(root: Path) -> Iterator[Finding]:
    """Folders that a grading wrote, known by what is in them, wherever they lie."""
    for path in sorted(root.rglob(own_files.GRADE)):
        folder = path.parent
        inside = folder.relative_to(root).as_posix()
        if folder != root and _marker(folder) and not f"{inside}/".startswith(f"{FORGED}/"):
            yield broken("schema", f"{inside}/ holds the result of a run (`grade`): {ELSEWHERE}", str(path))


def _marker(folder: Path) -> bool:
    return folder.is_dir() and bool(own_files.marker(folder, own_files.GRADE))
