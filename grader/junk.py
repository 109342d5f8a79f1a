"""What nobody counts as part of a work: version history, installed packages, caches, what editors and operating systems
leave lying about. Known by name, the same for a submission and for a pack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

HISTORY = "version history"
PACKAGES = "installed packages"
ENVIRONMENT = "a virtual environment"
CACHE = "a cache"
EDITOR = "editor settings"
LEFTOVER = "left by an editor"
SYSTEM = "made by the operating system"

_NAMES = {
    ".git": HISTORY,
    ".hg": HISTORY,
    ".svn": HISTORY,
    "node_modules": PACKAGES,
    ".venv": ENVIRONMENT,
    "venv": ENVIRONMENT,
    "__pycache__": CACHE,
    ".pytest_cache": CACHE,
    ".mypy_cache": CACHE,
    ".ruff_cache": CACHE,
    ".hypothesis": CACHE,
    ".ipynb_checkpoints": CACHE,
    ".tox": CACHE,
    ".nox": CACHE,
    ".idea": EDITOR,
    ".vscode": EDITOR,
    ".vs": EDITOR,
    "__macosx": SYSTEM,
    ".ds_store": SYSTEM,
    ".appledouble": SYSTEM,
    ".spotlight-v100": SYSTEM,
    ".trashes": SYSTEM,
    ".fseventsd": SYSTEM,
    ".temporaryitems": SYSTEM,
    "thumbs.db": SYSTEM,
    "ehthumbs.db": SYSTEM,
    "desktop.ini": SYSTEM,
    "$recycle.bin": SYSTEM,
    ".directory": SYSTEM,
}
"""In lower case: file systems of those who make them do not tell cases apart."""
_ONLY_SO = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "venv"})
"""Of these, only the very name is meant: `Venv` may be somebody's module."""
_PATTERNS = (
    (re.compile(r"Icon\r"), "Icon", SYSTEM),  # of the Finder: the line end is part of its name, and shown nowhere
    (re.compile(r"\._.*", re.DOTALL), "._*", SYSTEM),
    (re.compile(r"\.(?:nfs[0-9a-f]{8,}|fuse_hidden[0-9a-f]+)"), ".nfs*", SYSTEM),
    (re.compile(r"\..+\.sw[a-p]", re.DOTALL), ".*.swp", LEFTOVER),
    (re.compile(r"[^~].*~", re.DOTALL), "*~", LEFTOVER),
    (re.compile(r"#.+#|\.#.+", re.DOTALL), "#*#", LEFTOVER),
    (re.compile(r".+\.py[co]", re.DOTALL), "*.pyc", CACHE),
)


def files(folder: Path) -> list[Path]:
    """The files below `folder` that are the work's, sorted; links are not followed and not among them."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in found if part(path.relative_to(folder).parts) is None]


def part(names: Sequence[str]) -> tuple[str, str] | None:
    """The part of a path that is none of the work's, with the reason; None for a path that is the work's. Files that
    are known by a pattern are one part for each folder (`lib/._*`)."""
    for depth, name in enumerate(names):
        lower = name.lower()
        if lower in _NAMES and (name == lower or lower not in _ONLY_SO):
            return "/".join(names[: depth + 1]), _NAMES[lower]
    last = names[-1]
    for pattern, shown, reason in _PATTERNS:
        if pattern.fullmatch(last):
            return "/".join([*names[:-1], shown]), reason
    return None
