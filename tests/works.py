"""Submissions that lie in packs, whole."""

from __future__ import annotations

from pathlib import Path

from grader.authoring import shipped
from grader.authoring.entries import FOLDER, load_entries
from grader.challenge import load_pack
from grader.records import Submission


def names(root: Path, *kinds: str) -> list[str]:
    """The submissions that the pack in `root` ships, of these kinds."""
    return sorted(f"{kind}/{path.name}" for kind in kinds for path in (root / FOLDER / kind).iterdir() if path.is_dir())


def read(root: Path, name: str) -> Submission:
    """`solution`, `starter` or a path below `submissions/`, as `grade` reads it."""
    return shipped.read(load_pack(root), shipped.find(root, load_entries(root), name), required=False)


def copy(root: Path, name: str, folder: Path) -> Path:
    """The same, written to the new folder `folder`, which is returned."""
    shipped.write(load_pack(root), shipped.find(root, load_entries(root), name), folder)
    return folder
