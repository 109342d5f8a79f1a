"""Small faults planted in a reference, one at a time. Pure: source in, mutated sources out.

A mutant changes the text of one node of the syntax tree and nothing else, so comments and line numbers stay.
"""

from __future__ import annotations

import ast
import copy
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest

_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A fault: where, what kind, and the file with it."""

    path: str
    line: int
    function: str
    """Innermost function or class around it; empty at the top of the file."""
    kind: str
    """`comparison`, `boundary`, `constant`, `boolean`, `return` or `deletion`."""
    before: str
    after: str
    source: bytes = field(repr=False)
    text: str = ""
    """The line that it begins on, as it stands in the file, without what it is indented by."""
    occurrence: int = 1
    """Which of the same changes in `function` it is, from the top."""

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.kind}: {self.before} → {self.after}"


def sample(files: Mapping[str, bytes], count: int, seed: int) -> list[Mutant]:
    """At most `count` mutants of `files` (path → Python source), drawn with `seed`, the kinds in turn."""
    by_kind: dict[str, list[Mutant]] = {}
    for path, source in files.items():
        for mutant in mutants(path, source):
            by_kind.setdefault(mutant.kind, []).append(mutant)
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    for kind in sorted(by_kind):
        draw.shuffle(by_kind[kind])
    turns = zip_longest(*(by_kind[kind] for kind in sorted(by_kind)))
    return [mutant for turn in turns for mutant in turn if mutant is not None][:count]


def mutants(path: str, source: bytes) -> list[Mutant]:
    """All mutants of a file; none of one that does not parse."""
    return _numbered(_mutants(path, source))


def _numbered(placed: Iterator[tuple[tuple[int, int], Mutant]]) -> list[Mutant]:
    """In the order that they came in, from which `sample` draws; that of the tree is not always that of the file."""
    found = list(placed)
    seen: Counter[tuple[str, str, str]] = Counter()
    which: dict[int, int] = {}
    for at in sorted(range(len(found)), key=lambda at: found[at][0]):
        mutant = found[at][1]
        same = (mutant.function, mutant.before, mutant.after)
        seen[same] += 1
        which[at] = seen[same]
    return [replace(mutant, occurrence=which[at]) for at, (_, mutant) in enumerate(found)]


def _mutants(path: str, source: bytes) -> Iterator[tuple[tuple[int, int], Mutant]]:
    """Each with the line and column that it begins at."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    lines = source.splitlines()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, function in _walk(tree, ""):
        for kind, text in _changes(node):
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            changed = source[:begin] + text.encode() + source[end:]
            if changed != source and _parses(changed):
                before = " ".join(source[begin:end].decode("utf-8", "replace").split())
                yield (node.lineno, node.col_offset), Mutant(
                    path=path, line=node.lineno, function=function, kind=kind, source=changed,
                    before=_short(before), after=_short(text),
                    text=lines[node.lineno - 1].decode("utf-8", "replace").strip(),
                )  # fmt: skip


Placed = ast.expr | ast.stmt


def _walk(node: ast.AST, function: str) -> Iterator[tuple[Placed, str]]:
    """The nodes whose change would be a fault of the program, with the function around each. Left out: docstrings,
    annotations, decorators, imports, `if __name__ …`, and f-strings (whose parts have no exact place)."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_left_out(child):
                continue
            inside = (
                child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else function
            )
            if isinstance(child, ast.expr | ast.stmt):
                yield child, function
            yield from _walk(child, inside)


def _is_left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id in {"__name__", "TYPE_CHECKING"} for part in ast.walk(node.test)
    )


def _changes(node: Placed) -> Iterator[tuple[str, str]]:
    """Kind and new text of each change of `node`."""
    if isinstance(node, ast.Compare):
        for kind, table in (("comparison", _NEGATED), ("boundary", _BOUNDARY)):
            swapped = table.get(type(node.ops[0]))
            if swapped:
                other = copy.deepcopy(node)
                other.ops[0] = swapped()
                yield kind, ast.unparse(other)
    elif isinstance(node, ast.BoolOp):
        other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean", f"({ast.unparse(ast.BoolOp(op=other_op, values=node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "boolean", f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Constant):
        yield from _constant(node.value)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "return", "return None"
    elif isinstance(node, ast.stmt) and _is_effect(node):
        yield "deletion", "pass"


def _constant(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        yield "boolean", str(not value)
    elif isinstance(value, int):
        yield "constant", str(value + 1)
    elif isinstance(value, float):
        yield "constant", repr(value * 2 if value else 1.0)
    elif isinstance(value, str) and value:
        yield "constant", '""'


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_effect(node: ast.stmt) -> bool:
    """Statements that can go without leaving a name undefined."""
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
    return isinstance(node, ast.AugAssign | ast.Raise | ast.Break | ast.Continue | ast.Delete) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    )


def _parses(source: bytes) -> bool:
    try:
        compile(source, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def reached(files: Mapping[str, bytes], start: list[str]) -> dict[str, bytes]:
    """The Python files that those of `start` import, themselves included: the others are not what is tested."""
    kept: dict[str, bytes] = {}
    open_names = [name for name in start if name in files]
    while open_names:
        path = open_names.pop()
        if path not in kept:
            kept[path] = files[path]
            open_names += [name for name in _imports(files[path]) if name in files]
    return dict(sorted(kept.items()))


def _imports(source: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names)]
        for name in names:
            yield from (name.replace(".", "/") + end for end in (".py", "/__init__.py"))
