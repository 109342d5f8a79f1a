"""Whether every hidden test would count, as far as that can be read off the files: with file and line, without running
anything. What pytest makes of them is held to the same when it collects them (grader_verifier/collecting.py)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from types import ModuleType

from grader.challenge import Pack
from grader.challenge.findings import Finding, advice, broken
from grader.sandbox import inside

PATTERNS = ("test_*.py", "*_test.py")
PASSED_OVER = (".*", "*.egg", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
"""Folders that pytest does not look into."""
_SKIPS = ("skip", "importorskip", "exit", "xfail")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Problem = tuple[int, str]


def check(challenge: Pack) -> list[Finding]:
    """What is wrong with the files of `tests/`; nothing where all their tests would count."""
    folder = challenge.root / "tests"
    findings: list[Finding] = []
    seen = False
    for name, content in challenge.tests.items():
        if not name.endswith(".py"):
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError) as problem:
            line = getattr(problem, "lineno", None) or 1
            findings.append(broken("schema", f"it is not Python: {problem}", f"{folder / name}:{line}"))
            continue
        seen = seen or _may_have_tests(tree)
        is_of_tests = any(fnmatch(name.rpartition("/")[2], pattern) for pattern in PATTERNS)
        problems = _of_file(tree, content.decode("utf-8", "replace"), name) if is_of_tests else _elsewhere(tree)
        findings += [broken("schema", text, f"{folder / name}:{line}") for line, text in problems]
        asides = _skips_inside(tree) if is_of_tests else ()
        findings += [advice("schema", text, f"{folder / name}:{line}") for line, text in asides]
    if challenge.has_tests and not seen and not findings:
        text = "no tests at all: no test_….py has a function test_… or a class Test… (docs/authoring.md, Hidden tests)"
        findings.append(broken("schema", text, str(folder)))
    return findings


def _may_have_tests(tree: ast.Module) -> bool:
    """Whether anything in a file could be a test, also one that is made or comes from elsewhere."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and node.name.lower().startswith("test"):
            return True
        if isinstance(node, ast.Assign) and any(ast.unparse(x).lower().startswith("test") for x in node.targets):
            return True
        if isinstance(node, ast.ImportFrom) and any(
            one.name == "*" or one.name.startswith("test") for one in node.names
        ):
            return True
        if isinstance(node, ast.If | ast.For | ast.Try | ast.With):
            return True
    return False


def _of_file(tree: ast.Module, source: str, name: str) -> Iterator[Problem]:
    passed_over = [part for part in name.split("/")[:-1] if any(fnmatch(part, known) for known in PASSED_OVER)]
    if passed_over:
        yield 1, f"pytest does not look into folders named {passed_over[0]}: its tests would not count"
    yield from _marks().doubles(source)
    yield from _skips_whole(tree)
    yield from _of_marks(tree)
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield from _of_test(node)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _of_class(node)


def _of_class(node: ast.ClassDef) -> Iterator[Problem]:
    for member in node.body:
        if isinstance(member, Function) and member.name in {"__init__", "__new__"}:
            yield member.lineno, f"{node.name} has {member.name}, so that pytest passes over its tests"
        elif isinstance(member, Function) and member.name.startswith("test"):
            yield from _of_test(member)
        elif isinstance(member, ast.Assign) and any(getattr(x, "id", "") == "__test__" for x in member.targets):
            yield member.lineno, f"__test__ takes the tests of {node.name} out of the count"


def _of_test(node: Function) -> Iterator[Problem]:
    if isinstance(node, ast.AsyncFunctionDef):
        yield node.lineno, f"{node.name}: pytest does not run `async def`; write `def`, and asyncio.run within it"
    for inner in _own(node):
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            yield inner.lineno, f"{node.name}: a test with `yield` in it is not run"
        if isinstance(inner, ast.Return) and inner.value is not None:
            yield inner.lineno, f"{node.name} returns a value; assert it, for what a test returns is passed over"


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below `node` without those of functions within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)


# ------------------------------------------------------------------------------------------------ marks


def _of_marks(tree: ast.Module) -> Iterator[Problem]:
    for node in ast.walk(tree):
        given = node.decorator_list if isinstance(node, Function | ast.ClassDef) else []
        if isinstance(node, ast.Assign) and any(getattr(x, "id", "") == "pytestmark" for x in node.targets):
            given = list(node.value.elts) if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
        for one in given:
            if problem := _of_mark(one):
                yield one.lineno, problem


def _of_mark(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    if not (isinstance(called, ast.Attribute) and ast.unparse(called.value) in {"pytest.mark", "mark"}):
        return ""
    arguments = node.args if isinstance(node, ast.Call) else []
    keywords = node.keywords if isinstance(node, ast.Call) else []
    try:
        args = [ast.literal_eval(one) for one in arguments]
        kwargs = {str(one.arg): ast.literal_eval(one.value) for one in keywords}
    except ValueError:  # computed when it runs; the verifier sees what came of it
        return _marks().wrong(called.attr, (), {}) if called.attr in _marks().NOT_TESTS else ""
    if called.attr == "parametrize" and len(args) > 1 and not args[1]:
        return "parametrize: there is no case, so pytest passes over the test"
    problem: str = _marks().wrong(called.attr, args, kwargs)
    return problem


def _marks() -> ModuleType:
    """The rules of marks, which stand where pytest reads the marks: in the verifier."""
    return inside.module("grader_verifier/mark_rules.py")


# ------------------------------------------------------------------------------------------------ what is passed over


def _skips_whole(tree: ast.Module) -> Iterator[Problem]:
    """Calls that take the whole file out when it is imported."""
    for node in _own(tree):
        if isinstance(node, ast.Call) and (name := _pytests(node)):
            yield node.lineno, f"pytest.{name} would take all tests of this file out of the count"
        if isinstance(node, ast.Assign) and any(getattr(x, "id", "") == "__test__" for x in node.targets):
            yield node.lineno, "__test__ takes the tests of this file out of the count"


def _skips_inside(tree: ast.Module) -> Iterator[Problem]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            for inner in _own(node):
                if isinstance(inner, ast.Call) and (name := _pytests(inner)):
                    yield inner.lineno, f"{node.name}: a test that calls pytest.{name} has not passed; assert instead"


def _pytests(call: ast.Call) -> str:
    """`skip` for `pytest.skip(…)` or an imported `skip(…)`; empty for other calls."""
    name = ast.unparse(call.func).removeprefix("pytest.")
    return name if name in _SKIPS and isinstance(call.func, ast.Attribute | ast.Name) else ""


def _elsewhere(tree: ast.Module) -> Iterator[Problem]:
    """Tests in a file whose name pytest does not take for one of tests: those with points, or with the candidate."""
    bodies: Iterable[ast.stmt] = [
        member for node in tree.body for member in (node.body if isinstance(node, ast.ClassDef) else [node])
    ]
    for node in bodies:
        if isinstance(node, Function) and node.name.startswith("test") and _is_meant(node):
            yield node.lineno, f"{node.name} is in a file that pytest takes no tests from; name it test_….py"
            return


def _is_meant(node: Function) -> bool:
    arguments = {argument.arg for argument in node.args.args}
    return "candidate" in arguments or any("mark.points" in ast.unparse(one) for one in node.decorator_list)
