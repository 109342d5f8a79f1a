"""Rows of a batch, and the page of them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from grader.challenge import load_pack
from grader.cohort import difficulty
from grader.cohort.index import write_pages
from grader.cohort.lateness import Policy, Timing
from grader.cohort.pairs import Pair
from grader.cohort.rows import CohortRow
from tests.batch_fixtures import SUMS


def row(number: int = 0, **changes: Any) -> CohortRow:
    draw = random.Random(number)
    tests = tuple((f"test_a.py::test_{at}", float(draw.random() < 0.5), 1.0) for at in range(10))
    points = sum(earned for _, earned, _ in tests)
    values: dict[str, Any] = {
        "id": f"ID{number:04d}", "name": "", "candidate": "", "source": "", "status": "graded", "reason": "",
        "digest": f"sha256:{number}", "score": 10 * points, "low": 10 * points, "high": 10 * points, "final": True,
        "after_policy": None, "recommendation": "advance", "recommendation_reason": "", "points": points,
        "max_points": 10.0, "tests": tests, "levels": (("depth", draw.randint(1, 5), 5),), "flags": (),
        "timing": Timing(elapsed=None, working=None, late=None), "seconds": 2.0,
    }  # fmt: skip
    return CohortRow(**{**values, **changes})


def written(tmp_path: Path, rows: list[CohortRow], pairs: list[Pair] | None = None, *, reveal: bool = False) -> str:
    write_pages(
        tmp_path, rows, load_pack(SUMS), tests=difficulty.tests(rows), levels=difficulty.levels(rows),
        pairs=pairs or [], notes=[], policy_=Policy(), reveal=reveal,
    )  # fmt: skip
    return (tmp_path / "index.html").read_text(encoding="utf-8")
