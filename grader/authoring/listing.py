"""The challenges that can be found, in a line each."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.challenge import Pack, load_pack
from grader.errors import ChallengeError


@dataclass(frozen=True, kw_only=True)
class ListedPack:
    """One challenge. `tests` counts test functions: one that is parametrised is more tests when it runs."""

    id: str
    where: str
    version: str = ""
    title: str = ""
    kind: str = ""
    tests: int = 0
    criteria: int = 0
    problem: str = ""
    """Why it cannot be read; then only `id` and `where` are known."""


def rows(found: Mapping[str, Path]) -> list[ListedPack]:
    """A row for each challenge, by id."""
    return [_row(name, path) for name, path in sorted(found.items())]


def _row(name: str, path: Path) -> ListedPack:
    try:
        challenge = load_pack(path)
    except ChallengeError as problem:
        return ListedPack(id=name, where=str(path), problem=problem.message.splitlines()[0])
    return ListedPack(
        id=name,
        where=str(path),
        version=challenge.version,
        title=challenge.title,
        kind=challenge.interface.kind,
        tests=count_tests(challenge),
        criteria=len(challenge.rubric.criteria),
    )


def count_tests(pack: Pack) -> int:
    """Test functions in `tests/`, found without running anything."""
    sources = [text for name, text in pack.tests.items() if Path(name).name.startswith("test_")]
    return sum(_functions(source) for source in sources)


def _functions(source: bytes) -> int:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return 0
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return sum(isinstance(node, kinds) and node.name.startswith("test") for node in ast.walk(tree))
