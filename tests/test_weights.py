"""What takes longest is begun first, by figures that a run left."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import weights

STORE, ALONE = "tests/test_store.py", "tests/test_wire.py"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(weights, "LAST", tmp_path / "build" / "seconds.json")
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "weights.json")
    monkeypatch.setattr(weights, "SLOW", tmp_path / "slow.json")
    monkeypatch.setattr(
        weights, "_plain", lambda: {f"{ALONE}::test_long", f"{ALONE}::test_short", f"{STORE}::test_two"}
    )
    monkeypatch.setattr(weights, "_spent", weights.Counter[str]())
    return tmp_path


def ran(**seconds: float) -> None:
    weights._spent.clear()  # what this very test took so far, where the run that it is part of is weighed
    for name, took in seconds.items():
        for part in (took / 4, 3 * took / 4):  # its set-up, and itself
            weights.pytest_runtest_logreport(SimpleNamespace(nodeid=name, duration=part))  # type: ignore[arg-type]
    session: Any = SimpleNamespace(config=SimpleNamespace())
    weights.pytest_sessionfinish(session)
    weights._spent.clear()


def test_a_run_replaces_what_is_known_of_the_files_that_it_ran_and_of_no_other(folder: Path) -> None:
    ran(**{f"{STORE}::test_gone": 9.0, f"{ALONE}::test_long": 8.0})
    ran(**{f"{STORE}::test_new": 4.0})
    assert json.loads(weights.LAST.read_text()) == {f"{ALONE}::test_long": 8.0, f"{STORE}::test_new": 4.0}


def test_units_are_written_longest_first_and_short_ones_are_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(**{f"{STORE}::test_one": 4.0, f"{STORE}::test_two": 2.0, f"{ALONE}::test_long": 8.0,
           f"{ALONE}::test_short": 0.4, "tests/test_that_is_gone.py::test_it": 50.0})  # fmt: skip
    assert weights.main() == 0
    assert list(json.loads(weights.WEIGHTS.read_text()).items()) == [(f"{ALONE}::test_long", 8), ("store", 6)]
    assert json.loads(weights.SLOW.read_text()) == [f"{STORE}::test_two", f"{ALONE}::test_long"]
    assert "14.4 s  all 4 tests; 2 units" in capsys.readouterr().out


def test_without_a_run_nothing_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert weights.main() == 2
    assert "run `make test` first" in capsys.readouterr().err


def test_what_is_weighed_is_there() -> None:
    files = {name.partition("::")[0] for name in weights.SECONDS if name.startswith("tests/")}
    assert [name for name in sorted(files) if not (weights.ROOT / name).is_file()] == []


def test_the_quick_target_leaves_out_every_kind_of_test_that_has_a_mark() -> None:
    """`-m` on the command line replaces the one of pyproject.toml, which leaves out what `make test-packs` is for."""
    marks = tomllib.loads((weights.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]
    known = {text.partition(":")[0] for text in marks["ini_options"]["markers"]}
    makefile = (weights.ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.search(r'^test-quick:.*\n.*-m "not \(([\w ]+)\)"', makefile, re.MULTILINE)
    assert named is not None
    assert set(named[1].split(" or ")) == known
