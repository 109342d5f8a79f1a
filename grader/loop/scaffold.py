"""A loop to begin with: loop, scorecard, letters and a job post, which hold but for the agreement."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

from grader import files
from grader.errors import UsageError, visible
from grader.settings import PLACES

NEW = Path(__file__).parent / "templates" / "new"
_NOT_IN_IT = "coding_fundamentals"
"""No shipped kit owns it: a team that wants it adds a round of its own, and takes it from the shipped scorecard."""


def write(folder: Path, role: str, today: date | None = None) -> list[Path]:
    """Writes the files into `folder`; their paths. Raises UsageError where one of them is there already."""
    if not role.strip() or len(role) > 200 or not role.isprintable():
        raise UsageError(f"{visible(role, 60)!r} is no role: one line of at most 200 characters.")
    found = [path for path in sorted(NEW.rglob("*")) if path.is_file()]
    texts = {path.relative_to(NEW): path.read_text(encoding="utf-8") for path in found}
    texts[Path("scorecard.yaml")] = _scorecard()
    there = [str(folder / name) for name in texts if (folder / name).exists()]
    if there:
        raise UsageError(f"There is a {there[0]} already; nothing was written.", fix="name another folder")
    for name, text in texts.items():
        filled = text.replace("@ROLE@", json.dumps(role, ensure_ascii=False))
        filled = filled.replace("@TODAY@", str(today or datetime.now(UTC).date()))
        files.write(folder / name, filled)
    return [folder / name for name in texts]


def _scorecard() -> str:
    """The shipped scorecard without what this loop does not measure."""
    text = (PLACES.shipped / "rubrics" / "scorecard.yaml").read_text(encoding="utf-8")
    text = re.sub(rf"  - id: {_NOT_IN_IT}\n(?:    .*\n)+", "", text)
    return re.sub(r"^role: .*$", "role: @ROLE@", text, flags=re.MULTILINE)
