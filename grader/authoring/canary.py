"""Canaries: strings that stand in the hidden tests and must be found in nothing that leaves the verifier."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from grader.challenge import Pack
from grader.challenge.findings import Finding, advice, broken, found

SHORTEST = 12
"""A shorter string could turn up by chance, and a leak of it would prove nothing."""
_COMMENT = re.compile(rb"\bcanary:[ \t]*([^\s\"'<>]+)", re.IGNORECASE)


def canaries(pack: Pack) -> dict[str, str]:
    """Canary → `tests/file:line`: constants named CANARY, and lines with `canary: …`."""
    places: dict[str, str] = {}
    for name, content in pack.tests.items():
        for value, line in [*_constants(name, content), *_comments(content)]:
            places.setdefault(value, f"tests/{name}:{line}")
    return places


def _constants(name: str, content: bytes) -> list[tuple[str, int]]:
    if not name.endswith(".py"):
        return []
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return []
    return [
        (node.value.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "CANARY" for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]


def _comments(content: bytes) -> list[tuple[str, int]]:
    found_at = _COMMENT.finditer(content)
    return [(match[1].decode("utf-8", "replace"), content[: match.start()].count(b"\n") + 1) for match in found_at]


def check_files(pack: Pack, known: Mapping[str, str]) -> list[Finding]:
    """Canaries are there, long enough, and in nothing that a candidate is given."""
    if not known:
        text = 'no canary in tests/, so a leak would not be seen; add CANARY = "…" with a random string to a test file'
        return [advice("canary", text, str(pack.root / "tests"))]
    findings = [
        broken("canary", f"{value!r} is shorter than {SHORTEST} characters and could turn up by chance", place)
        for value, place in known.items()
        if len(value) < SHORTEST
    ]
    root = pack.root
    folders = (path for name in ("starter", "rounds") for path in sorted((root / name).rglob("*")))
    given = [root / "instruction.md", *(path for path in folders if path.is_file())]
    leaks = [leak for path in given if path.is_file() for leak in search(path.read_bytes(), known)]
    names = [path.relative_to(root).as_posix() for path in given if path.is_file() and search(path.read_bytes(), known)]
    if leaks:
        findings.append(broken("canary", f"stands in what candidates are given: {', '.join(names)}", known[leaks[0]]))
    return findings or [found("canary", f"{len(known)} in tests/, none in instruction.md or starter/")]


def search(content: bytes, known: Mapping[str, str]) -> list[str]:
    """Canaries that stand in `content`, plain or as JSON would escape them."""
    return [value for value in known if value.encode() in content]
