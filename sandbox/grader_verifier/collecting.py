"""Whether every hidden test counts: what pytest passes over without a word is said here, with file and line.

No candidate code runs before this is known. Whatever is found makes the pack broken, so that no grade comes of fewer
points than the pack has.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

from grader_verifier import mark_rules, naming

PATTERNS = ("test_*.py", "*_test.py")
"""What pytest takes for a file of tests."""
_OWN_ASSERTIONS = ("outcomes.py", "raises.py", "python_api.py", "recwarn.py")
"""Modules of pytest that fail a test on behalf of what it asserts: `pytest.fail`, `pytest.raises`, `pytest.warns`."""


def skipped_module(report: pytest.CollectReport) -> str:
    """Why a module that skipped itself is not to be passed over."""
    path, line, reason = report.longrepr if isinstance(report.longrepr, tuple) else (report.nodeid, 0, report.longrepr)
    return f"{_relative(path)}:{line}: its tests would be passed over without a word: {reason}"


def problems(
    items: Sequence[pytest.Item], taken_out: Iterable[pytest.Item], top: str, skipped: Sequence[str] = ()
) -> list[str]:
    """Everything that keeps a hidden test of the folder `top` from counting. `taken_out`: tests that were collected and
    are not among `items` any more; `skipped`: what was said of modules that skipped themselves."""
    found = [
        f"{place(item)}: {item.name} was collected and taken out again (a hook in conftest.py?)" for item in taken_out
    ]
    for item in items:
        found += [f"{place(item)}: {item.name}: {problem}" for problem in _of_item(item)]
    collected: dict[Path, set[str]] = {}
    for item in (*items, *taken_out):
        names = collected.setdefault(item.path, set())
        names.update(node.name.partition("[")[0] for node in item.listchain())
    for path in _files(top):
        if any(said.startswith(f"{_relative(path)}:") for said in skipped):
            continue
        if path not in collected:
            found.append(f"{_relative(path)}:1: holds no test that pytest collects")
            continue
        source = path.read_text("utf-8", "replace")
        lost = [*mark_rules.doubles(source), *mark_rules.uncollected(source, collected[path])]
        found += [f"{_relative(path)}:{line}: {problem}" for line, problem in sorted(lost)]
    unread = [
        f"{_relative(path)}:1: `import {name}` may find another module of that name; give the file another one"
        for path, name in naming.ambiguous(top)
    ]
    return list(dict.fromkeys([*skipped, *found, *unread]))


def _of_item(item: pytest.Item) -> list[str]:
    found = [mark_rules.wrong(mark.name, mark.args, mark.kwargs) for mark in item.iter_markers()]
    reasons = [str(mark.kwargs["reason"]) for mark in item.iter_markers("skip") if "reason" in mark.kwargs]
    found += [f"skip: {reason}" for reason in reasons]
    function = inspect.unwrap(getattr(item, "obj", None) or _nothing)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        found.append("pytest does not run `async def`; write `def`, and asyncio.run within it")
    elif inspect.isgeneratorfunction(function):
        found.append("a test with `yield` in it is not run")
    return [problem for problem in found if problem]


def _nothing() -> None: ...


def place(item: pytest.Item) -> str:
    """`tests/test_it.py:12`."""
    path, line, _ = item.location
    return f"{_relative(path)}:{(line or 0) + 1}"


def by_pytest(entries: Sequence[pytest.TracebackEntry]) -> bool:  # type: ignore[name-defined]
    """Whether it was pytest itself that failed, and neither the test nor what it asserted with pytest's help."""
    inner = Path(str(entries[-1].path)) if entries else Path()
    own = os.path.dirname(inspect.getfile(pytest.Item))
    if entries and inner.name == "outcomes.py" and len(entries) > 1:
        inner = Path(str(entries[-2].path))
    return str(inner).startswith(own + os.sep) and inner.name not in _OWN_ASSERTIONS


def _files(top: str) -> list[Path]:
    found = (Path(folder) / name for folder, _, names in os.walk(top) for name in sorted(names))
    return sorted(path for path in found if any(fnmatch(path.name, pattern) for pattern in PATTERNS))


def _relative(path: object) -> str:
    name = os.path.relpath(str(path)) if os.path.isabs(str(path)) else str(path)
    return f"tests/{name}"
