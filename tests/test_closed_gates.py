"""A gate that drift has closed stays closed for everybody who grades with the pack, whatever becomes of a cache."""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.judge.cache import Cache
from grader.judge.closed import ClosedGates


def gates(pack: Path, cache: Path) -> ClosedGates:
    return ClosedGates(pack, Cache(cache))


def why(found: ClosedGates, calibration: str, criterion: str) -> str:
    closed = found.closed(calibration, criterion)
    return closed.reason if closed is not None else ""


def test_an_emptied_cache_opens_no_gate_and_another_worker_sees_it(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    gates(pack, tmp_path / "one").close("c1", "k", "It drifted.")
    shutil.rmtree(tmp_path / "one")
    assert why(gates(pack, tmp_path / "one"), "c1", "k") == "It drifted."
    assert why(gates(pack, tmp_path / "two"), "c1", "k") == "It drifted."


def test_a_gate_is_closed_for_its_calibration_and_criterion_only_and_the_first_reason_stays(tmp_path: Path) -> None:
    found = gates(tmp_path, tmp_path / "cache")
    found.close("c1", "k", "first")
    found.close("c1", "k", "second")
    found.close("c1", "other", "line\nbreak \ud800")
    assert [why(found, *key) for key in (("c1", "k"), ("c2", "k"))] == ["first", ""]
    assert why(found, "c1", "other").startswith("line\nbreak ")
    assert len(found.path.read_text().splitlines()) == 2


def test_many_at_once_leave_whole_lines(tmp_path: Path) -> None:
    found = gates(tmp_path, tmp_path / "cache")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: found.close("c", f"k{n}", "x" * 500), range(40)))
    assert all(why(found, "c", f"k{n}") for n in range(40))


def test_a_pack_that_cannot_be_written_closes_the_gate_on_this_machine(tmp_path: Path) -> None:
    (tmp_path / "pack").write_text("no folder")
    found = gates(tmp_path / "pack", tmp_path / "cache")
    found.close("c1", "k", "It drifted.")
    assert why(gates(tmp_path / "pack", tmp_path / "cache"), "c1", "k") == "It drifted."


@pytest.mark.parametrize(
    "text", ["{", "[]\n", '{"calibration": "c"}\n', "[" * 100_000, "\ud800", "0" * 20_000_001],
    ids=["half", "list", "short", "deep", "no-text", "long"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_opens_nothing_and_stops_nobody(text: str, tmp_path: Path) -> None:
    (tmp_path / "calibration").mkdir()
    (tmp_path / "calibration" / "closed.jsonl").write_bytes(text.encode("utf-8", "surrogatepass"))
    found = gates(tmp_path, tmp_path / "cache").closed("c", "k")
    assert found is not None
    assert re.match(r"Which gates are closed is not known: .*closed\.jsonl cannot be read", found.sentence)


@pytest.mark.parametrize("what", ["folder", "device", "pipe", "nowhere", "circle"])
def test_what_is_no_file_opens_nothing(what: str, tmp_path: Path) -> None:
    path = tmp_path / "calibration" / "closed.jsonl"
    path.parent.mkdir()
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"device": "/dev/zero", "nowhere": tmp_path / "gone", "circle": path}[what])
    assert why(gates(tmp_path, tmp_path / "cache"), "c", "k").startswith("Which gates are closed is not known")
