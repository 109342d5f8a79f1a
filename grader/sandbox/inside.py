"""What the host reads of `sandbox/`, which runs in the containers and is no part of this package: each module by its
path."""

from __future__ import annotations

import importlib.util
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from grader.settings import PLACES

__all__ = ["agreed", "module"]


@cache
def module(path: str) -> ModuleType:
    """`sandbox/<path>`: a file that needs nothing but the standard library."""
    file = PLACES.shipped / "sandbox" / path
    spec = importlib.util.spec_from_file_location(f"inside_{file.stem}", file)
    assert spec is not None  # noqa: S101 - a file of ours
    assert spec.loader is not None  # noqa: S101
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


if TYPE_CHECKING:
    import grader_protocol as agreed
else:
    agreed = module("grader_protocol.py")
