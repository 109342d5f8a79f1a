"""What hidden tests need that would not be there, or not be the same twice: imports, groups, points, draws without the
seed. With file and line, without running anything."""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Collection, Iterator

from grader.challenge import Pack
from grader.challenge.findings import Finding, advice, broken

IN_VERIFIER = frozenset({"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "yaml", "grader_tests", "grader_kit"})
"""What can be imported there beside the standard library and the pack's own files."""
UNSEEDED = frozenset({
    "os.urandom", "uuid.uuid1", "uuid.uuid4", "random.SystemRandom", "time.time", "time.time_ns", "datetime.now",
    "datetime.datetime.now", "datetime.today", "date.today", "datetime.date.today", "datetime.utcnow",
})  # fmt: skip
_DRAWS = frozenset({
    "random", "randint", "randrange", "choice", "choices", "sample", "shuffle", "uniform", "gauss", "getrandbits",
    "betavariate", "expovariate", "normalvariate", "triangular", "randbytes",
})  # fmt: skip


def check(challenge: Pack) -> list[Finding]:
    """What is missing or drawn without the seed; nothing where all is as it should be."""
    own = {part.removesuffix(".py") for name in challenge.laid for part in name.split("/")}
    findings: list[Finding] = []
    for name, content in challenge.tests.items():
        if not name.endswith(".py"):
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError):  # said where it is looked at whether each test counts
            continue
        place = f"{challenge.root / 'tests' / name}"
        work = challenge.interface.module.partition(".")[0]
        findings += [broken("schema", text, f"{place}:{line}") for line, text in _imports(tree, own, work)]
        findings += _groups(tree, place, challenge.groups) + _of_no_group(tree, name, place, challenge.groups)
        findings += [advice("schema", text, f"{place}:{line}") for line, text in (*_unmarked(tree), *_drawn(tree))]
    return findings


def _imports(tree: ast.Module, own: Collection[str], work: str) -> Iterator[tuple[int, str]]:
    """Modules that nothing in the verifier's container answers to; one that is tried for is not looked at. `work` is
    the candidate's module, which nothing there may import."""
    tried = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in ast.walk(node)}
    known = {*own, *IN_VERIFIER, *sys.stdlib_module_names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom) or id(node) in tried:
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if (first := name.partition(".")[0]) in known:
                continue
            near = difflib.get_close_matches(first, [*own, *IN_VERIFIER], n=1)
            hint = f"; did you mean {near[0]}?" if near else "; they have the standard library, pytest and PyYAML"
            if first == work:
                hint = f': they never import the work, they ask it: candidate.call("…") of {work}'
            yield node.lineno, f"there is no module {first} beside the hidden tests{hint}"


def _groups(tree: ast.Module, place: str, declared: Collection[str]) -> list[Finding]:
    """Groups in marks that challenge.yaml does not have: one that is nearly the name of another is a slip."""
    findings = []
    for line, group in _marked(tree):
        if not declared or group in declared:
            continue
        near = difflib.get_close_matches(group, declared, n=1)
        say, hint = (
            (broken, f"; did you mean {near[0]}?") if near else (advice, ": its tests count for the primary competency")
        )
        findings.append(say("schema", f"challenge.yaml has no group {group!r}{hint}", f"{place}:{line}"))
    return findings


def _of_no_group(tree: ast.Module, name: str, place: str, declared: Collection[str]) -> list[Finding]:
    """Tests whose marks name no group: they count for one of the file's name, which nobody declared."""
    by_name = name.rpartition("/")[2].removesuffix(".py")
    if not declared or by_name in declared or any("pytestmark" in ast.unparse(node) for node in tree.body):
        return []
    return [
        advice(
            "schema", f"{node.name} has no group; challenge.yaml has {', '.join(declared)}", f"{place}:{node.lineno}"
        )
        for body, over in _bodies(tree)
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        if not any("group" in ast.unparse(one) for one in (*node.decorator_list, *over))
    ]


def _marked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if ast.unparse(node.func.value) not in {"pytest.mark", "mark"} or node.func.attr not in {"points", "group"}:
            continue
        given = [one.value for one in node.keywords if one.arg == "group"]
        given += node.args[:1] if node.func.attr == "group" else []
        yield from (
            (one.lineno, one.value) for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
        )


def _unmarked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Tests without points in a file in which others have some."""
    tests = [
        (node, [*node.decorator_list, *over])
        for body, over in _bodies(tree)
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    ]
    marked = [any("mark.points" in ast.unparse(one) for one in marks) for _, marks in tests]
    whole = any("mark.points" in ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign))
    if any(marked) and not whole:
        for (node, _), has in zip(tests, marked, strict=True):
            if not has:
                yield node.lineno, f"{node.name} has no points mark, as others here have: it counts one point"


def _bodies(tree: ast.Module) -> Iterator[tuple[list[ast.stmt], list[ast.expr]]]:
    """Statements among which tests stand, with the marks that hold for all of them."""
    yield tree.body, []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield node.body, node.decorator_list


def _drawn(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for line, call in unseeded(tree):
        yield line, f"{call}() is another one in each run: draw from the `seed` (grader_kit.stream)"


def unseeded(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of calls whose outcome is another one in each run: the same submission would get another grade."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func) if isinstance(node.func, ast.Attribute | ast.Name) else ""
        module, _, function = name.rpartition(".")
        bare = name in {"random.Random", "Random"} and not node.args and not node.keywords
        if bare or name in UNSEEDED or module == "secrets" or (module == "random" and function in _DRAWS):
            yield node.lineno, name
