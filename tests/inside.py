"""Modules that run inside the containers, loaded by path for a test: none of them is importable from outside."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest

from grader.settings import PLACES


def load(role: str, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`sandbox/<role>/<name>.py`, with the modules beside it importable until the test ends."""
    folder = PLACES.shipped / "sandbox" / role
    monkeypatch.syspath_prepend(str(folder))
    for known in names(role):
        monkeypatch.delitem(sys.modules, known, raising=False)
    spec = importlib.util.spec_from_file_location(f"inside_{name}", folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # where its dataclasses look for their names
    spec.loader.exec_module(module)
    return module


def forget(role: str) -> None:
    """Takes what `load` imported beside a module out of the interpreter again."""
    for name in names(role):
        sys.modules.pop(name, None)


def names(role: str) -> list[str]:
    """The modules that are in there, and the ones of the hidden tests' API, which hold on to them."""
    own = [path.stem for path in (PLACES.shipped / "sandbox" / role).glob("*.py")]
    return [*own, *(name for name in sys.modules if name.partition(".")[0] == "grader_tests")]
