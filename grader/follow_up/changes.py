"""Small changes of a candidate's own functions, drawn for a talk about them. Pure: files in, changes out.

Reads hostile source: to be run in a process beside this one (`aside`).
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.authoring.mutants import reached, sample

LEAST_LINES, MOST_LINES = 3, 45
"""Lines of a function that two people can look at together."""
MOST_BYTES = 400_000
"""A file of a candidate's that is looked through."""
WIDEST = 160
EACH = 12
"""Changes that are tried of one function."""
_AROUND = b"class _:\n"
"""What a method stands in, so that it can be parsed with its indentation."""


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
    one line, of as many functions as there are. Left out is what stands in `given`, the challenge's starter: it is not
    the candidate's."""
    python = {path: source for path, source in files.items() if path.endswith(".py") and len(source) <= MOST_BYTES}
    found = [
        (path, first, last)
        for path, source in (reached(python, start) or python).items()
        for first, last in _functions(source)
    ]
    random.Random(seed).shuffle(found)  # noqa: S311 - a sample, no secret
    lines = {path: python[path].splitlines(keepends=True) for path in {path for path, _, _ in found[: 2 * count]}}
    theirs = {path: _stripped(given.get(path, b"")) for path in lines}
    by_function = [
        [
            one
            for one in _changes(path, lines[path], first, last, seed)
            if one.own[one.line - one.first].strip() not in theirs[path]
        ]
        for path, first, last in found[: 2 * count]
    ]
    return list(_in_turn(by_function))[:count]


def _functions(source: bytes) -> Iterator[tuple[int, int]]:
    """First and last lines of the functions that can be looked at; none in a function that can be."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    open_nodes: list[ast.AST] = [tree]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first, last = node.lineno, node.end_lineno or node.lineno
            if LEAST_LINES <= last - first + 1 <= MOST_LINES:
                yield first, last
                continue
        open_nodes += ast.iter_child_nodes(node)


def _changes(path: str, lines: Sequence[bytes], first: int, last: int, seed: int) -> Iterator[Change]:
    """Changes of the function in these lines. Only it is parsed again for each: a file may be long."""
    own = _text(lines[first - 1 : last])
    if max(map(len, own)) > WIDEST:
        return
    around = _AROUND if lines[first - 1][:1].isspace() else b""
    for mutant in sample({path: around + b"".join(lines[first - 1 : last])}, EACH, seed):
        body = mutant.source[len(around) :].splitlines(keepends=True)
        changed = _text(body)
        line = mutant.line - around.count(b"\n") + first - 1
        dull = mutant.kind == "constant" and mutant.after in {'""', "''"}
        if not dull and changed != own and max(map(len, changed)) <= WIDEST:
            yield Change(
                path=path, line=line, function=mutant.function, kind=mutant.kind, before=mutant.before,
                after=mutant.after, first=first, own=tuple(own), changed=tuple(changed),
                source=b"".join([*lines[: first - 1], *body, *lines[last:]]),
            )  # fmt: skip


def _in_turn(by_function: Sequence[Sequence[Change]]) -> Iterator[Change]:
    """One of each function, then a second of each, and so on."""
    seen = set()
    for turn in range(EACH):
        for changes in by_function:
            if turn < len(changes) and (place := (changes[turn].path, changes[turn].line)) not in seen:
                seen.add(place)
                yield changes[turn]


def _text(lines: Sequence[bytes]) -> list[str]:
    return [line.decode("utf-8", "replace").expandtabs(4).rstrip() for line in lines]


def _stripped(source: bytes) -> set[str]:
    return {line.strip() for line in _text(source.splitlines()) if line.strip()}
