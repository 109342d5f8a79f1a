"""Ten honest submissions beside ten hostile ones, in one batch: they get what they get alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hostile import twenty
from tests.shell import run_outside

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]


def points(out: Path) -> dict[str, tuple[str, float, bool]]:
    """Submission → status, points, and whether any of them are open."""
    found = {}
    for path in sorted(out.glob("*/grade.json")):
        grade = json.loads(path.read_text())
        score = grade["score"] or {"low": -1, "high": -1}
        points = (grade["objective"] or {"points": -1})["points"]
        found[path.parent.name] = (grade["status"], points, score["low"] != score["high"])
    return found


def test_ten_hostile_submissions_change_nothing_for_the_ten_honest_ones_beside_them(tmp_path: Path) -> None:
    pack = twenty.make_pack(tmp_path / "pack")
    twenty.lay_out(tmp_path / "in")
    manifest = twenty.manifest(tmp_path / "in")
    command = ("batch", "--manifest", manifest, "-c", pack, "-o", tmp_path / "out", "--no-judge", "--no-similarity")
    ended = run_outside(*command, "--store", f"sqlite:///{tmp_path}/grader.db")
    assert ended.code == 5, ended.err  # the address
    found = points(tmp_path / "out")
    honest = {name: found[name] for name in twenty.HONEST}
    assert honest == {name: ("graded", most, False) for name, most in twenty.POINTS.items()}
    hostile = {name: found[name] for name in twenty.HOSTILE}
    assert {status for status, _, _ in hostile.values()} == {"graded"}, hostile
    assert not any(is_open for _, _, is_open in hostile.values()), "nothing stays open by a candidate's doing"
    assert {name: earned for name, (_, earned, _) in hostile.items()} == {
        "merges": 8, "aliases": 8, "odd-tags": 8, "half-a-character": 7, "huge-integers": 3, "slow-to-read": 9,
        "comb": 10, "forks": 3, "sleeps": 3,
    }  # fmt: skip
