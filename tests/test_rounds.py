"""Tasks that differ between candidates: which round somebody is given, and what lies in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.challenge.starter import given_in, round_of, rounds
from grader.cli import cli
from grader.errors import ChallengeError, UsageError
from grader.portal.handout import archive

SCREENING = Path(__file__).parent.parent / "challenges" / "screening"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    root = tmp_path / "pack"
    for name, text in {
        "instruction.md": "# Read", "starter/a.py": "1", "starter/data/old.txt": "old", "starter/TASKS.md": "none",
        "rounds/one.json": json.dumps({"TASKS.md": "first", "data/new.txt": "n\xfc"}),
        "rounds/two.json": json.dumps({"TASKS.md": "second"}),
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def test_a_round_lies_over_the_starter_without_its_data(pack: Path) -> None:
    assert rounds(pack) == ("one", "two")
    assert {at: content.decode() for at, content in given_in(pack, "one").items()} == {
        "instruction.md": "# Read", "a.py": "1", "TASKS.md": "first", "data/new.txt": "n\xfc",
    }  # fmt: skip
    assert "data/old.txt" not in given_in(pack, "two")


def test_a_link_has_always_the_same_round_and_each_is_given_about_as_often(pack: Path) -> None:
    found = Counter(round_of(pack, f"link {at}") for at in range(1000))
    assert set(found) == {"one", "two"}
    assert min(found.values()) > 400
    assert {round_of(pack, "link 7") for _ in range(5)} == {round_of(pack, "link 7")}
    assert round_of(pack / "starter", "link") == ""


@pytest.mark.parametrize("files", [[], {"../out.txt": "x"}, {"/etc/x": "x"}, {"a": 1}, {"a//b": "x"}, {"": "x"}])
def test_a_file_that_is_no_round_is_refused_with_its_name(pack: Path, files: object) -> None:
    (pack / "rounds" / "bad.json").write_text(json.dumps(files))
    with pytest.raises(ChallengeError, match=r"bad\.json: a round is an object of paths"):
        given_in(pack, "bad")


def test_a_round_that_is_none_is_refused_with_those_that_are(pack: Path) -> None:
    for name in ("three", "../starter/a", ""):
        with pytest.raises(UsageError, match="there are: one, two"):
            given_in(pack, name)


def test_a_link_into_rounds_is_refused(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    (pack / "rounds" / "in.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ChallengeError):
        given_in(pack, "in")


def test_a_handout_is_one_of_the_shipped_rounds(tmp_path: Path) -> None:
    out = tmp_path / "r.zip"
    done = CliRunner().invoke(cli, ["challenge", "handout", "screening", "--round", "002", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == archive(SCREENING, "002") != archive(SCREENING)
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as whole:
        assert json.loads(whole.read("round.json"))["round"] == 2
        assert "data/str-mask.jsonl" in whole.namelist()
        assert "data/str-spans.jsonl" not in whole.namelist()
