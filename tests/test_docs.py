"""What the docs say is held against the program: commands, options, links, settings, keys and exit codes."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from grader import errors, settings
from grader.cli import cli
from tests.documented import parse

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
FENCED = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(grade [^`]+)`")


def commands() -> list[tuple[str, str]]:
    """(page, command) for each `$ grade …` in a fenced block and each inline `grade …`."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line[2:] for block in FENCED.findall(text) for line in block.splitlines() if line.startswith("$ ")]
        lines += INLINE.findall(text)
        found += [(page.name, line.split("#")[0].strip()) for line in lines if re.match(r"(\.venv/bin/)?grade\b", line)]
    return sorted(set(found))


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_in_the_docs_exists_with_its_options(page: str, line: str) -> None:
    words = [word.strip("[]") for word in shlex.split(line)][1:]
    if words and words != ["--help"]:
        parse(words, cli, click.Context(cli, info_name="grade"))


def test_every_command_is_documented() -> None:
    from grader.cli import COMMANDS

    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    missing = [name for name in COMMANDS if name != "run" and f"grade {name}" not in text]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    local = [target.partition("#")[0] for target in targets if not target.startswith(("http://", "https://", "#"))]
    assert [target for target in local if target and not (page.parent / target).exists()] == []


def test_every_setting_is_in_the_operators_page() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for key, variable in settings._KEYS.items():
        assert f"`{variable}` | `{key}`" in text


def test_the_exit_codes_are_those_of_the_errors() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.GraderError)]
    assert {kind.exit_code for kind in kinds} <= codes


def test_the_keys_of_grade_json_are_documented() -> None:
    schema = json.loads((ROOT / "grader" / "schemas" / "grade.schema.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "integrating.md").read_text(encoding="utf-8")
    assert [key for key in schema["required"] if f"`{key}`" not in text] == []


def test_the_make_targets_in_the_docs_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        name for page in PAGES for name in re.findall(r"(?:`|\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert named <= targets
