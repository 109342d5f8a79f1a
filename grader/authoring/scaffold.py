"""`grade challenge new`: a small pack that works, to be changed piece by piece while its check stays green."""

from __future__ import annotations

import json
import keyword
import re
import sys
import uuid
from pathlib import Path
from typing import Literal

from grader import files
from grader.errors import UsageError, visible

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".tmpl"
"""Keeps linters and pytest away from files that are not ours to run."""
Interface = Literal["python", "command", "http", "documents"]
LAYERS: dict[Interface, tuple[str, ...]] = {
    "python": ("masking", "python"),
    "command": ("masking", "command"),
    "http": ("masking", "http"),
    "documents": ("documents",),
}
"""Folders of `templates/` that make a pack; later ones win."""

_OF_CODE = (
    "instruction.md says your task; tests/texts.py draws the questions from the seed, tests/test_masking.py asks them, "
    "solution/ earns all points and submissions/rejected/ loses what its weakness costs."
)
FIRST: dict[Interface, str] = {
    "python": _OF_CODE,
    "command": _OF_CODE,
    "http": _OF_CODE,
    "documents": "instruction.md says which documents you ask for; nothing of the candidate's is run, so "
    "tests/test_cases.py reads them as data (candidate.files), tests/systems.py is what they are held against, and "
    "what no program can read off them is a criterion in rubric.yaml.",
}
"""What an author changes first, by the kind of work."""


def write(name: str, interface: Interface, folder: Path, *, title: str = "", module: str = "") -> list[Path]:
    """Writes the pack `folder/name` and returns its files; `title` and the candidate's `module` are made of the name
    where they are empty. Raises UsageError for a bad name or a folder that is there already, InfrastructureError where
    it cannot be written."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise UsageError(
            f"{visible(name)!r} is not a challenge id: lower-case letters, digits and hyphens, such as log-triage."
        )
    if module and module_name(module) != module:
        raise UsageError(
            f"{visible(module)!r} is no name for a module of the candidate's: letters, digits, underscores."
        )
    root = folder / name
    if root.exists():
        raise UsageError(f"{root} is there already.")
    values = _values(name, interface, title, module)
    written = []
    for target, content in _contents(interface).items():
        path = root / _filled(target, values)
        files.write(path, _filled(content, values))
        written.append(path)
    return sorted(written)


def _contents(interface: Interface) -> dict[str, str]:
    """Path in the pack → template."""
    found = {}
    for layer in LAYERS[interface]:
        for path in (TEMPLATES / layer).rglob("*" + SUFFIX):
            found[path.relative_to(TEMPLATES / layer).as_posix().removesuffix(SUFFIX)] = path.read_text(
                encoding="utf-8"
            )
    return found


def _values(name: str, interface: Interface, title: str, module: str) -> dict[str, str]:
    module = module or module_name(name)
    kinds = {
        "python": f"{{kind: python, module: {module}}}",
        "command": f"{{kind: command, command: [python, {module}.py]}}",
        "http": f"{{kind: http, command: [python, {module}.py], port: 8000}}",
        "documents": "{kind: documents}",
    }
    return {
        "%ID%": name,
        "%YAML_TITLE%": json.dumps(title) if re.search(r"[^\w -]", title) else title or _title(name),
        "%TITLE%": title or _title(name),
        "%FILE%": f"{module}.py",
        "%MODULE%": module,
        "%INTERFACE%": kinds[interface],
        "%CANARY%": f"{name}-canary-{uuid.uuid4()}",
    }


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def module_name(name: str) -> str:
    """A module's name out of a challenge's id; one that would hide a module of Python becomes `work`."""
    module = name.replace("-", "_")
    taken = keyword.iskeyword(module) or module in sys.stdlib_module_names
    return module if module.isidentifier() and not taken else "work"


def _filled(text: str, values: dict[str, str]) -> str:
    for key, value in values.items():
        text = text.replace(key, value)
    return text
