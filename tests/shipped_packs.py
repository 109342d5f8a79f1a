"""The shipped packs, and which of them `make test` runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest

from tests.pack_stamps import ROOT

NAMES = tuple(sorted(path.parent.name for path in (ROOT / "challenges").glob("*/challenge.yaml")))
HERE = ("rag-triage", "trace-replay")
"""Two that differ most: packages, a model and documents to search; and the standard library alone."""


def others_apart(cases: Iterable[Any], here: Collection[str] = HERE) -> list[Any]:
    """Parameters of a test that costs seconds for each pack: those of packs that are not `here` are left to
    `make test-packs`. A case is the name of a pack, or begins with it."""
    return [case if _pack(case) in here else _apart(case) for case in cases]


def _pack(case: Any) -> str:
    return str(case) if isinstance(case, str) else str(case[0])


def _apart(case: Any) -> Any:
    values = (case,) if isinstance(case, str) else case
    return pytest.param(*values, marks=pytest.mark.packs)
