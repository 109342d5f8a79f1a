"""Sheets of levels as people fill them in."""

from __future__ import annotations

from tests.review_fixtures import CRITERIA


def csv_of(levels: list[int | None], note: str) -> str:
    rows = [f"{name},{level or ''},{note},{'notes.md:1' if level in {1, 5} else ''}"
            for name, level in zip(CRITERIA, levels, strict=True)]  # fmt: skip
    return "\n".join(["criterion,level,note,evidence", *rows])
