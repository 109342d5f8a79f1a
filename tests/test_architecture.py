"""docs/architecture.md is held against the packages, the import contracts and the files that it names."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FLOORS, BESIDE = (re.findall(r"^```text\n(.*?)^```", PAGE.partition("## The way")[0], re.MULTILINE | re.DOTALL))[:2]
OURS = {"grader", "grader_bridge", "grader_kit", "grader_protocol", "grader_tests", "grader_verifier", "bench"}
NO_FLOOR = {"__init__", "__main__", "schemas", "testing"}
"""Named below the tree: they have no place in the order."""


CONTRACTS = {".importlinter": "", ".importlinter.sandbox": "sandbox", ".importlinter.kit": "kit:sandbox"}
"""Each with what it takes on the path."""


def contracts(file: str) -> list[dict[str, str]]:
    read = configparser.ConfigParser()
    read.read(ROOT / file)
    return [dict(read[section]) for section in read.sections() if section.startswith("importlinter:contract:")]


def names(text: str) -> list[str]:
    return [name.rpartition(".")[2] for name in text.split() if name != "|"]


def floors_of_the_page() -> list[list[str]]:
    return [[line.split()[0] for line in floor.splitlines() if line] for floor in FLOORS.strip().split("\n\n")]


def test_the_floors_of_the_page_are_those_of_the_contract() -> None:
    """A new package wants a floor in .importlinter and a line in docs/architecture.md."""
    [layers] = [one["layers"] for one in contracts(".importlinter") if one["type"] == "layers"]
    wanted = [sorted(names(floor)) for floor in layers.strip().splitlines()]
    assert [sorted(floor) for floor in floors_of_the_page()] == wanted


def test_every_package_and_module_has_its_line() -> None:
    there = {path.stem for path in (ROOT / "grader").glob("*.py")}
    there |= {path.parent.name for path in (ROOT / "grader").glob("*/__init__.py")} | {"schemas"}
    named = [name for floor in floors_of_the_page() for name in floor]
    assert len(named) == len(set(named))
    assert set(named) | NO_FLOOR == there
    assert all(f"`{name}`" in PAGE for name in NO_FLOOR)


def test_every_line_says_what_the_room_is_for() -> None:
    lines = [line for block in (FLOORS, BESIDE) for line in block.splitlines() if line]
    assert [line for line in lines if not re.fullmatch(r"\S+ {2,}\S.{8,}", line)] == []


def test_what_lies_beside_the_package_is_there_and_all_of_it() -> None:
    named = {line.split()[0] for line in BESIDE.splitlines()}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {path.partition("/")[0] for path in tracked.splitlines() if "/" in path}
    tops -= {"grader", "docs", "requirements", *(top for top in tops if top.startswith("."))}
    inside = {path.stem for path in (ROOT / "sandbox").glob("*.py")}
    inside |= {path.parent.name for path in (ROOT / "sandbox").glob("*/__init__.py")}
    assert named == tops - {"sandbox"} | {f"sandbox/{name}" for name in inside}


def arrows_of_the_page() -> set[tuple[str, str]]:
    """(who, whom) of each `… never import(s) …` in the list of never-arrows."""
    found = set()
    for line in PAGE.partition("## The never-arrows")[2].replace("\n  ", " ").splitlines():
        for who, whom in re.findall(r"((?:`\w+`(?:, )?)+) never imports? ((?:`\w+`(?:, )?)+)", line):
            found |= {(one, other) for one in re.findall(r"\w+", who) for other in re.findall(r"\w+", whom)}
    return found


def arrows_of_the_contracts() -> set[tuple[str, str]]:
    found = set()
    for contract in (one for file in CONTRACTS for one in contracts(file)):
        if contract["type"] == "forbidden":
            whom = names(contract["forbidden_modules"])
            found |= {(one, other) for one in names(contract["source_modules"]) for other in whom}
        elif contract["type"] == "independence":
            sides = names(contract["modules"])
            found |= {(one, other) for one in sides for other in sides if one != other}
    return found


def test_the_never_arrows_of_the_page_are_those_of_the_contracts() -> None:
    assert arrows_of_the_page() == arrows_of_the_contracts()


@pytest.mark.parametrize(("config", "path"), CONTRACTS.items())
def test_the_contracts_hold(config: str, path: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", config, "--no-cache"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_counts_imports_for_types() -> None:
    for file in CONTRACTS:
        assert "exclude_type_checking_imports" not in (ROOT / file).read_text()


def test_the_kit_imports_the_standard_library_and_itself_only() -> None:
    """It is laid beside hidden tests, in a container that has neither the grader nor its packages."""
    others = [
        f"{path.name}:{node.lineno}: {name}"
        for path in sorted((ROOT / "kit").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported(node)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "grader_kit"}
    ]
    assert others == []


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or f"{'.' * node.level}"]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\(([^)]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
    assert [name.partition("-")[0] for name in listed] == [str(number) for number in range(1, len(listed) + 1)]


@pytest.mark.slow
def test_every_measurement_still_finds_what_it_measures() -> None:
    """They run by hand, so a name that has moved would be met by whoever wants a figure."""
    names = [f"bench.{path.stem}" for path in sorted((ROOT / "bench").glob("*.py")) if path.stem != "__main__"]
    assert len(names) > 5
    code = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_every_import_of_ours_in_a_test_names_something_that_is_there() -> None:
    """An import inside a test fails only when that test runs, and many need Docker: a renamed class goes unnoticed."""
    missing = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.module}.{one.name}"
        for path in sorted((ROOT / "tests").glob("**/*.py"))
        if not {"submissions", "packs", "node_modules"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS
        for one in node.names
        if not is_there(node.module or "", one.name)
    ]
    assert missing == []


@pytest.mark.slow
def test_nothing_imports_from_a_test_module() -> None:
    """What several need lies in a module of helpers (tests/NAME.py): importing a test module runs all that it does when
    its tests are collected, and a test that is moved or renamed breaks others."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {module}"
        for path in [*sorted((ROOT / "tests").glob("**/*.py")), *sorted((ROOT / "bench").glob("*.py"))]
        if not {"submissions", "packs", "node_modules"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in modules_of(node)
        if re.match(r"tests\.(\w+\.)*test_", module)
    ]
    assert found == []


def modules_of(node: ast.AST) -> list[str]:
    """The modules that an import names; of `from tests import x`, `tests.x`."""
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{one.name}" for one in node.names]
    return []


def is_there(module: str, name: str) -> bool:
    found = importlib.import_module(module)
    return hasattr(found, name) or (hasattr(found, "__path__") and bool(importlib.util.find_spec(f"{module}.{name}")))
