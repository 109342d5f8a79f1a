"""A finished run's output folder as the store takes it in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.stored import load_json


def read_result(folder: Path) -> dict[str, Any]:
    """The content of grade.json in `folder`. Raises UsageError."""
    path = folder / "grade.json"
    data = load_json(path)
    if not isinstance(data, dict) or "run" not in (data.get("provenance") or ()):
        raise UsageError(f"{path} is not a result of this grader.")
    return data


def evidence_digest(folder: Path) -> str:
    """`sha256:…` over names and contents of `evidence/`, as for a submission; empty where there is none."""
    paths = sorted(path for path in (folder / "evidence").glob("*") if path.is_file()) if folder.is_dir() else []
    if not paths:
        return ""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).hexdigest().encode() + b"\n")
    return f"sha256:{total.hexdigest()}"
