"""What the judge is told of the figures in the files that it reads: places, numbers, marks; no word of a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.claims.marks import sentence
from grader.claims.numbers import numbers
from grader.judge.documents import Selection

MOST = 60
"""Figures that are told of for one criterion."""


def with_marks(selection: Selection, claims: Mapping[str, Any]) -> Selection:
    """`selection` with the marks of the figures that stand in the lines it shows."""
    shown = {item.path: item for item in selection.views}
    lines = []
    for row in claims.get("figures", ()):
        item, found = shown.get(row["path"]), numbers(row["figure"])
        if item is not None and found and row["line"] in item.numbers[: len(item.lines)]:
            lines.append(f"{item.shown}, line {row['line']}, {found[0].text}: {sentence(row)}")
    return replace(selection, ran=tuple(dict.fromkeys(lines))[:MOST])
