"""The leak budget: what a candidate may see is searched for hidden material, and everything for keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.hostile.harness import Outcome

FOR_CANDIDATES = ("feedback.html", "feedback.md")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
SHORTEST = 12
"""Shorter texts of a hidden test may stand in a letter by chance."""


def hidden_material(pack: Path) -> set[str]:
    """Names of the hidden tests, texts in their source (expected values, messages, canaries), and its assertions."""
    found: set[str] = set()
    for path in sorted((pack / "tests").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        found |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        found |= {line.strip() for line in source.splitlines() if "assert" in line}
    return {text for text in found if len(text) >= SHORTEST} - public_words(pack)


def public_words(pack: Path) -> set[str]:
    """What the pack tells everybody anyhow: words of the instruction and of the manifest."""
    text = "".join((pack / name).read_text(encoding="utf-8") for name in ("instruction.md", "challenge.yaml"))
    return set(re.findall(r"\w{3,}", text))


def candidate_visible(outcome: Outcome) -> dict[str, str]:
    """Everything a candidate may see of a run, by name."""
    seen = {"terminal": outcome.terminal}
    files = (outcome.folder / name for name in FOR_CANDIDATES)
    return seen | {path.name: path.read_text(encoding="utf-8") for path in files if path.exists()}


def everything(outcome: Outcome) -> dict[str, str]:
    paths = (path for path in outcome.folder.rglob("*") if path.is_file())
    return {"terminal": outcome.terminal} | {str(path): path.read_bytes().decode("utf-8", "replace") for path in paths}


def check(outcome: Outcome, pack: Path, keys: Iterable[str]) -> None:
    """Asserts that nothing leaked, and that nothing a candidate wrote can steer a terminal or a page."""
    hidden = hidden_material(pack)
    assert len(hidden) > 3
    for name, text in candidate_visible(outcome).items():
        assert [secret for secret in sorted(hidden) if secret in text] == [], name
    for name, text in everything(outcome).items():
        assert [key for key in keys if key in text] == [], name
    assert CONTROL.findall(outcome.terminal) == []
    for page in sorted(outcome.folder.glob("*.html")):
        text = page.read_text(encoding="utf-8")
        assert CONTROL.findall(text) == [], page.name
        assert '<script>alert("xss")' not in text, page.name
        assert "<img src=x" not in text, page.name
