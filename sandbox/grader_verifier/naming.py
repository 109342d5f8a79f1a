"""Names that a pack's files cannot have: those of modules which every run has loaded before it comes to them.

They are few: what Python, pytest and the packages of this image are made of, and `grader_verifier` and `grader_tests`.
A file that has such a name and is imported by it would never be read, and what is read in its place passes for it.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_FOUND_BY_PYTEST = ("conftest",)
"""Several may have one name: pytest loads each by its path."""


def never_imported(top: str) -> list[tuple[Path, str]]:
    """Modules in the folder `top` that are imported under a name by which another one is found, each with the name."""
    lost = [(path, name) for path, name in _modules(top) if name in sys.modules and not _is(name, path)]
    if not lost:
        return []
    wanted = {name for path in Path(top).rglob("*.py") for name in _imported(path)}
    return sorted((path, name) for path, name in lost if name in wanted)


def _modules(top: str) -> Iterator[tuple[Path, str]]:
    """What lies in `top` where imports look for it: a module's file, and its name."""
    for folder in {os.path.abspath(entry) for entry in sys.path}:
        if folder == top or folder.startswith(top + os.sep):
            yield from ((path, path.stem) for path in Path(folder).glob("*.py") if path.stem not in _FOUND_BY_PYTEST)
            yield from ((path, path.parent.name) for path in Path(folder).glob("*/__init__.py"))


def _is(name: str, path: Path) -> bool:
    loaded = getattr(sys.modules[name], "__file__", None)
    return loaded is not None and os.path.realpath(loaded) == os.path.realpath(path)


def _imported(path: Path) -> Iterator[str]:
    """First parts of the names that a file imports."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
