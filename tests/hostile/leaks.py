"""The leak budget: what a candidate may see is searched for hidden material, and everything for keys."""

from __future__ import annotations

import ast
import contextlib
import csv
import io
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from grader.cli import main
from tests.hostile.harness import Outcome

FORMATS = "junit,ctrf,gradescope,csv,markdown,sarif"
FORMAT_FILES = ("junit.xml", "ctrf.json", "results.json", "grade.csv", "summary.md", "sarif.json")
LETTERS = ("feedback.html", "feedback.md")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
SHORTEST = 12
"""Shorter texts of a hidden test may stand in a letter by chance."""


@cache
def hidden_material(pack: Path) -> frozenset[str]:
    """Names of the hidden tests and of their files, texts in their source (expected values, messages, canaries), and
    its assertions; less what the pack itself tells every candidate."""
    found: set[str] = set()
    for path in sorted((pack / "tests").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(source)))
        names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)} | {path.name}
        constants = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        found |= {name for name in names if name.startswith("test_")} | constants
        found |= {line.strip() for line in source.splitlines() if "assert " in line}
    public = told_to_everybody(pack)
    return frozenset(text for text in found if len(text.strip()) >= SHORTEST and text not in public)


def told_to_everybody(pack: Path) -> str:
    files = [pack / name for name in ("instruction.md", "challenge.yaml", "rubric.yaml")]
    files += sorted(path for path in (pack / "starter").rglob("*") if path.is_file())
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def candidate_visible(outcome: Outcome) -> dict[str, str]:
    """Everything a candidate may see of a run, by name: the terminal, the letter, and the formats made for candidates,
    which replace the reviewers' in the folder."""
    seen = {"terminal": outcome.terminal}
    if outcome.grade["status"] == "graded":
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            assert not main(["report", str(outcome.folder), "--format", FORMATS, "--audience", "candidate"])
        seen["terminal of grade report"] = said.getvalue()
        assert all((outcome.folder / name).exists() for name in FORMAT_FILES)
    files = (outcome.folder / name for name in (*LETTERS, *FORMAT_FILES))
    return seen | {path.name: path.read_text(encoding="utf-8") for path in files if path.exists()}


def everything(outcome: Outcome) -> dict[str, bytes]:
    paths = (path for path in outcome.folder.rglob("*") if path.is_file())
    return {"terminal": outcome.terminal.encode()} | {str(path): path.read_bytes() for path in paths}


def check(outcome: Outcome, pack: Path, keys: Iterable[str]) -> None:
    """Asserts that nothing leaked, and that nothing a candidate wrote can steer a terminal, a page or a program."""
    for name, content in everything(outcome).items():
        assert [key for key in keys if key.encode() in content] == [], name
    check_readers(outcome)
    hidden = hidden_material(pack)
    assert len(hidden) > 3
    for name, text in candidate_visible(outcome).items():
        assert [secret for secret in sorted(hidden) if secret in text] == [], name


def check_readers(outcome: Outcome) -> None:
    """What the programs of reviewers read: pages, spreadsheets, XML, JSON."""
    assert CONTROL.findall(outcome.terminal) == []
    for path in sorted(outcome.folder.iterdir()):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if path.suffix == ".html":
            assert CONTROL.findall(text) == [], path.name
            assert '<script>alert("xss")' not in text, path.name
            assert not re.search(r"<img src=x|<svg/onload|href=.javascript:|src=.https?:", text), path.name
        elif path.suffix == ".csv":
            cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
            assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and not is_number(cell)] == [], path.name
        elif path.suffix == ".xml":
            assert "<!DOCTYPE" not in text
            ElementTree.fromstring(text)  # noqa: S314 - our own file, and the question is whether it can be read
        elif path.suffix == ".json":
            json.loads(text)


def is_number(cell: str) -> bool:
    with contextlib.suppress(ValueError):
        float(cell or "0")
        return True
    return False
