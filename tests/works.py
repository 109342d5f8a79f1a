"""Submissions that lie in packs, whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from grader.authoring import shipped
from grader.authoring.entries import FOLDER, Listed, load_entries
from grader.challenge import Pack, load_pack
from grader.records import Submission

CHALLENGES = Path(__file__).parent.parent / "challenges"


def names(root: Path, *kinds: str) -> list[str]:
    """The submissions that the pack in `root` ships, of these kinds."""
    return sorted(f"{kind}/{path.name}" for kind in kinds for path in (root / FOLDER / kind).iterdir() if path.is_dir())


def read(root: Path, name: str) -> Submission:
    """`solution`, `starter` or a path below `submissions/`, as `grade` reads it."""
    found, entries = _pack(root)
    return shipped.read(found, shipped.find(root, entries, name), required=False)


def copy(root: Path, name: str, folder: Path) -> Path:
    """The same, written to the new folder `folder`, which is returned."""
    found, entries = _pack(root)
    shipped.write(found, shipped.find(root, entries, name), folder)
    return folder


def pack(root: Path) -> Pack:
    return _pack(root)[0]


def _pack(root: Path) -> tuple[Pack, Sequence[Listed]]:
    """A pack of a test's own may change meanwhile; those of ours do not."""
    return _ours(root) if root.resolve().parent == CHALLENGES.resolve() else _load(root)


def _load(root: Path) -> tuple[Pack, Sequence[Listed]]:
    return load_pack(root), load_entries(root)


_ours = cache(_load)
