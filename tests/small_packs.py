"""Writes packs and submissions of a few lines, for tests that need one of a certain shape."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MANIFEST = """\
schema: 1
id: {id}
version: 1.0.0
title: A small pack
primary_competency: coding_fundamentals
interface: {interface}
submission: {submission}
limits: {limits}
weights: {weights}
pass_mark: 70
{more}"""
LIMITS = "{memory: 96MB, processes: 12, disk: 4MB, call: 5s, total: 60s}"


def write_pack(
    root: Path,
    tests: Mapping[str, str] | str = "",
    *,
    interface: str = "{kind: python, module: work}",
    submission: str = "{}",
    limits: str = LIMITS,
    weights: str = "{objective: 100, subjective: 0}",
    criteria: str = "[]",
    more: str = "",
) -> Path:
    """A pack in `root`. `tests`: file name → source, or the source of a single test file; the rest is YAML."""
    files = {"test_it.py": tests} if isinstance(tests, str) else tests
    manifest = MANIFEST.format(
        id=root.name, interface=interface, submission=submission, limits=limits, weights=weights, more=more
    )
    return write_files(
        root,
        {
            "challenge.yaml": manifest,
            "rubric.yaml": f"schema: 1\ncriteria: {criteria}\n",
            "instruction.md": "# Do it\n",
            **{f"tests/{name}": source for name, source in files.items()},
            "tests/data.txt": "data\n",
        },
    )


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """`files` below `root`, which is made."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root
