"""Small changes of a candidate's own functions, drawn for a talk about them. Pure: files in, changes out.

Reads hostile source: to be run in a process beside this one (`aside`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.authoring.mutants import Mutant, reached, sample

LEAST_LINES, MOST_LINES = 3, 45
"""Lines of a function that two people can look at together."""
MOST_BYTES = 400_000
"""Source of a candidate's that is looked through."""
WIDEST = 160


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change in one function of the candidate's own."""

    path: str
    line: int
    function: str
    kind: str
    """As a mutant's: `boundary`, `comparison`, `constant`, `boolean`, `return` or `deletion`."""
    before: str
    after: str
    first: int
    """Number of the function's first line in its file."""
    own: tuple[str, ...]
    """The function's lines as they were handed in."""
    changed: tuple[str, ...]
    """The same with the change."""
    source: bytes = field(repr=False)
    """The whole file with the change."""


def draw(
    files: Mapping[str, bytes], start: list[str], given: Mapping[str, bytes], count: int, seed: int
) -> list[Change]:
    """At most `count` changes of the functions in `files` that the interface (`start`: its files) leads to, no two of
    one line, as many functions as there are. Left out is what stands in `given`, the challenge's starter: it is not
    the candidate's."""
    python = {path: source for path, source in files.items() if path.endswith(".py") and len(source) <= MOST_BYTES}
    own = reached(python, start) or python
    kept: dict[str, bytes] = {}
    for path, source in own.items():
        if sum(map(len, kept.values())) + len(source) <= MOST_BYTES:
            kept[path] = source
    found: dict[tuple[str, str], list[Change]] = {}
    for mutant in sample(kept, 1_000_000, seed):
        change = _change(mutant, kept[mutant.path])
        if change and change.own[change.line - change.first].strip() not in _lines(given.get(mutant.path, b"")):
            found.setdefault((change.path, change.function), []).append(change)
    return list(_in_turn(list(found.values())))[:count]


def _in_turn(by_function: list[list[Change]]) -> Iterator[Change]:
    """One of each function, then a second of each, and so on."""
    lines = set()
    for turn in range(max(map(len, by_function), default=0)):
        for changes in by_function:
            if turn < len(changes) and (place := (changes[turn].path, changes[turn].line)) not in lines:
                lines.add(place)
                yield changes[turn]


def _change(mutant: Mutant, source: bytes) -> Change | None:
    """`mutant` in its function; None where it says little in a talk, or the function is too long to look at."""
    if mutant.kind == "constant" and mutant.after in {'""', "''"}:
        return None
    extent = _function(source, mutant.line)
    before, after = _text(source), _text(mutant.source)
    if extent is None or not LEAST_LINES <= extent[1] - extent[0] + 1 <= MOST_LINES:
        return None
    first, last = extent
    own, changed = before[first - 1 : last], after[first - 1 : last + len(after) - len(before)]
    if own == changed or max(map(len, (*own, *changed))) > WIDEST:
        return None
    return Change(
        path=mutant.path, line=mutant.line, function=mutant.function, kind=mutant.kind, before=mutant.before,
        after=mutant.after, first=first, own=tuple(own), changed=tuple(changed), source=mutant.source,
    )  # fmt: skip


def _function(source: bytes, line: int) -> tuple[int, int] | None:
    """First and last line of the innermost function around `line`."""
    around = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, default=None)


def _text(source: bytes) -> list[str]:
    """Lines as Python counts them."""
    return [line.decode("utf-8", "replace").expandtabs(4).rstrip() for line in source.splitlines()]


def _lines(source: bytes) -> set[str]:
    return {line.strip() for line in _text(source) if line.strip()}
