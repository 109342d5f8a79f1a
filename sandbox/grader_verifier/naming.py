"""Names that a pack's files cannot have: those by which Python, pytest or another package of this image is imported.

Whichever is loaded first is what such an import finds, so that a pack would be read in one run and pass over its own
file in the next. `grader_verifier`, `grader_tests` and `grader_protocol` are the only names of ours among them.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

_FOUND_BY_PYTEST = ("conftest",)
"""Several may have one name: pytest loads each by its path."""


def ambiguous(top: str) -> list[tuple[Path, str]]:
    """Modules in the folder `top` that are imported under a name by which another one may be found, with that name."""
    outside = [entry for entry in sys.path if not _within(os.path.abspath(entry), top)]
    double = [(path, name) for path, name in _modules(top) if _found(name, outside) or _loaded(name, path)]
    if not double:
        return []
    wanted = {name for path in Path(top).rglob("*.py") for name in _imported(path)}
    return sorted((path, name) for path, name in double if name in wanted)


def _modules(top: str) -> Iterator[tuple[Path, str]]:
    """What lies in `top` where imports look for it: a module's file, and its name."""
    for folder in {os.path.abspath(entry) for entry in sys.path}:
        if _within(folder, top):
            yield from ((path, path.stem) for path in Path(folder).glob("*.py") if path.stem not in _FOUND_BY_PYTEST)
            yield from ((path, path.parent.name) for path in Path(folder).glob("*/__init__.py"))


def _within(folder: str, top: str) -> bool:
    return folder == top or folder.startswith(top + os.sep)


def _found(name: str, places: list[str]) -> bool:
    if name in sys.builtin_module_names:
        return True
    spec = PathFinder.find_spec(name, places)
    return spec is not None and spec.loader is not None


def _loaded(name: str, path: Path) -> bool:
    """Whether another file than `path` has been loaded under that name."""
    module = sys.modules.get(name)
    return module is not None and os.path.realpath(getattr(module, "__file__", None) or "") != os.path.realpath(path)


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
