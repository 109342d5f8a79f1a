"""What may stand in the marks of a hidden test. Standard library only: an author's check without a container reads it.

A wrong argument is a broken pack, not a guess: points that nobody meant would decide about a person.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

MOST_POINTS = 1e6
ARGUMENTS = {"points": ("n", "group"), "group": ("name",), "in_order": ()}
"""Mark → what it takes, as its help writes it."""
NOT_TESTS = {
    "skip": "would be passed over without a word",
    "skipif": "would be passed over without a word where its condition holds",
    "xfail": "would neither pass nor fail; write what is right and assert it",
}
"""Marks that take a hidden test out of the count."""


def wrong(mark: str, args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """What is wrong with the arguments of `mark`; empty where nothing is. Other marks are not looked at."""
    if mark in NOT_TESTS:
        return f"{mark}: a hidden test that {NOT_TESTS[mark]}"
    if mark not in ARGUMENTS:
        return ""
    allowed = {"group"} if mark == "points" else set()
    for name in kwargs:
        if name not in allowed:
            return f"{mark}({name}=…): {_instead(mark, name)}"
    return {"points": _points, "group": _group, "in_order": _nothing}[mark](args, kwargs)


def _points(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    if len(args) > 1:
        return f"points({args[0]!r}, {args[1]!r}): the group is named: points({args[0]!r}, group={args[1]!r})"
    if not args and "group" not in kwargs:
        return "points: the number is missing; write points(2)"
    for number in args:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return f"points({number!r}) is not a number; write points(2)"
        if not 0 <= number < MOST_POINTS:
            return f"points({number!r}) is not a number from 0 on"
    return _name("points(group=…)", kwargs["group"]) if "group" in kwargs else ""


def _group(args: Sequence[object], _kwargs: Mapping[str, object]) -> str:
    return _name("group(…)", args[0]) if len(args) == 1 else 'group: it takes one name; write group("care")'


def _nothing(args: Sequence[object], _kwargs: Mapping[str, object]) -> str:
    return "in_order takes no arguments" if args else ""


def _name(where: str, value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else f"{where}: {value!r} is not the name of a group"


def _instead(mark: str, name: str) -> str:
    if mark == "points" and name in {"n", "points", "value", "number", "weight"}:
        return "the number comes first and without a name: points(2)"
    near = difflib.get_close_matches(name, ARGUMENTS[mark], n=1, cutoff=0.5)
    known = ", ".join(ARGUMENTS[mark]) or "none"
    return f"unknown argument {name!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {known}")


_DEFINED = re.compile(r"^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+([Tt]est\w*)", re.MULTILINE)


def doubles(source: str) -> list[tuple[int, str]]:
    """Lines of tests that a later one of the same name takes the place of, and what is wrong with them."""
    names = _DEFINED.findall(source)
    if len(names) == len(set(names)):
        return []
    try:
        tree = ast.parse(source)
    except SyntaxError:  # pytest says it better
        return []
    bodies = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef)]
    found = []
    for body in bodies:
        last: dict[str, int] = {}
        for node in body.body:
            name = getattr(node, "name", "")
            if not _DEFINED.match(f"def {name}"):
                continue
            if name in last:
                found.append((last[name], f"{name} is defined again in line {node.lineno}, so this one is lost"))
            last[name] = node.lineno
    return sorted(found)


_AT_THE_TOP = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(test\w*|Test\w*)", re.MULTILINE)


def uncollected(source: str, names: Collection[str]) -> list[tuple[int, str]]:
    """Lines of test functions, and of classes with some, that are not among the `names` that pytest collected."""
    if set(_AT_THE_TOP.findall(source)) <= set(names):
        return []
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    missing = [node for node in _tests(tree) if node.name not in names]
    return [(node.lineno, f"{node.name} is a test by its name, and pytest does not collect it") for node in missing]


def _tests(tree: ast.Module | ast.ClassDef) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Its test functions, and the classes that have some."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            if node.name.startswith("Test") and any(_tests(node)):
                yield node
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            fixture = any("fixture" in ast.unparse(one) for one in node.decorator_list)
            if node.name.startswith("test") and not fixture:
                yield node
