"""Writes what candidates are given: the files that the hidden generator makes for the starter, and nothing hidden."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def as_lines(rows: Iterable[Any]) -> str:
    """Each row as a line of JSON, with letters of all languages as they are."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_starter(files: Mapping[str, str], canary: str) -> None:
    """Writes `files`, path → text, into the folder that the command line names: for the end of a generator's module.
    The `canary` stands in hidden files only; where one of `files` holds it, nothing is written."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {Path(sys.argv[0]).name} FOLDER")
    write(Path(sys.argv[1]), files, canary)


def write(folder: Path, files: Mapping[str, str], canary: str) -> None:
    """Writes `files` below `folder`. Raises ValueError, and writes none of them, where one holds the `canary` or leads
    out of the folder."""
    for name, text in files.items():
        if canary in text or canary in name:
            raise ValueError(f"{name} holds the canary of the hidden tests: candidates would be given what is hidden")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"{name} leads out of {folder}")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
