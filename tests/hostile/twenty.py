"""A batch of twenty: ten honest submissions of different worth, and ten that want no grade, or another's, to be had.

Each hostile one is of a kind that once ended a grading, held a place for minutes, or stopped a batch.
"""

from __future__ import annotations

from pathlib import Path

from tests.small_packs import write_files, write_pack

TESTS = """
import random

import pytest
from grader_tests import CandidateError


@pytest.mark.points(1, group="answers")
@pytest.mark.parametrize("turn", range(6))
def test_answers(candidate, seed, turn):
    draw = random.Random(f"{seed}:{turn}")
    numbers = [draw.randrange(1000) for _ in range(8)]
    assert candidate.map("square", numbers) == [n * n for n in numbers]


@pytest.mark.points(1, group="answers")
def test_share(candidate):
    assert abs(candidate.call("share", 3) - 1 / 3) < 1e-6


@pytest.mark.points(2, group="documents")
def test_plan(candidate):
    assert candidate.files.yaml("plan.yaml")["steps"] == ["read", "write"]


@pytest.mark.points(1, group="documents")
def test_notes(candidate):
    assert "square" in candidate.files.text("NOTES.md"), candidate.files.text("NOTES.md")[:200]
"""
WORK = "def square(n):\n    return n * n\n\n\ndef share(n):\n    return 1 / n\n"
PLAN = "steps: [read, write]\n"
NOTES = "# Notes\n\nEach square is a product.\n"
HONEST = {
    "all": {},
    "no-share": {"work.py": WORK.replace("1 / n", "0.5")},
    "wrong-squares": {"work.py": WORK.replace("n * n", "2 * n")},
    "no-plan": {"plan.yaml": "steps: []\n"},
    "no-notes": {"NOTES.md": "# Notes\n"},
    "slow-squares": {"work.py": "import time\n" + WORK.replace("return n * n", "time.sleep(0.01)\n    return n * n")},
    "raises": {"work.py": WORK.replace("return 1 / n", "raise ValueError(n)")},
    "by-table": {"work.py": WORK.replace("n * n", "dict((i, i * i) for i in range(1000))[n]")},
    "with-class": {"work.py": "class Squares:\n    at = staticmethod(lambda n: n * n)\n\n\n" + WORK},
    "empty": {"work.py": ""},
}
"""What each has in the place of the files that earn all 10 points."""
POINTS = {
    "all": 10, "no-share": 9, "wrong-squares": 4, "no-plan": 8, "no-notes": 9, "slow-squares": 10, "raises": 9,
    "by-table": 10, "with-class": 10, "empty": 3,
}  # fmt: skip
_LEVELS = "\n".join(f"l{n}: &l{n} {{{', '.join(f'k{n}{i}: *l{n - 1}' for i in range(9))}}}" for n in range(1, 9))
_MERGES = "\n".join(f"l{n}: &l{n} {{<<: [{', '.join(f'*l{n - 1}' for _ in range(10))}]}}" for n in range(1, 13))
_COMB = """
import os
for shelf in ("/tmp", "/dev/shm"):
    try:
        for n in range(300_000):
            os.mkdir(f"{shelf}/{n}")
    except OSError:
        pass
"""
HOSTILE = {
    "sleeps": {"work.py": "import time\ntime.sleep(3600)\n"},
    "forks": {"work.py": "import os\ntry:\n    while True:\n        os.fork()\nexcept OSError:\n    pass\n"},
    "merges": {"plan.yaml": f"l0: &l0 {{a: 1}}\n{_MERGES}\nsteps: *l12\n"},
    "aliases": {"plan.yaml": f"l0: &l0 {{a: 1}}\n{_LEVELS}\nsteps: *l8\n"},
    "odd-tags": {"plan.yaml": "steps: !!int ''\n"},
    "half-a-character": {"plan.yaml": 'steps: "\\ud800"\n', "NOTES.md": b"\xed\xa0\x80 \xff"},
    "huge-integers": {"work.py": "def square(n):\n    return 10**400\n\n\nshare = square\n"},
    "slow-to-read": {"NOTES.md": "<a " * 130_000, "extra.js": "`\\" * 100_000},
    "comb": {"work.py": _COMB + WORK},
}
COPY = "twin of "
ADDRESS = "https://127.0.0.1:1/nobody.git"
"""The tenth: a repository that does not answer."""


def make_pack(root: Path) -> Path:
    limits = "{memory: 96MB, processes: 12, disk: 8MB, call: 2s, total: 30s}"
    return write_pack(
        root, TESTS, limits=limits, more="groups: {answers: {title: Answers}, documents: {title: Documents}}\n"
    )


def lay_out(root: Path) -> None:
    """A folder for each of nineteen, and for a copy of each honest one."""
    for name, files in {**HONEST, **HOSTILE, **{COPY + name: files for name, files in HONEST.items()}}.items():
        write_files(root / name, {"work.py": WORK, "plan.yaml": PLAN, "NOTES.md": NOTES, **files})


def manifest(root: Path) -> Path:
    """Hostile ones first, in turn with honest ones, as a batch names them."""
    return _rows(root / "manifest.csv", [ADDRESS, *HOSTILE])


def manifest_of_copies(root: Path) -> Path:
    """As many, with a copy of an honest one where a hostile one stands in `manifest`."""
    return _rows(root / "copies.csv", [COPY + name for name in HONEST])


def _rows(path: Path, others: list[str]) -> Path:
    path.write_text("\n".join(["path", *(row for pair in zip(others, HONEST, strict=True) for row in pair)]) + "\n")
    return path
