"""The commands around the store."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from grader.cli import db, export, history, purge, show
from grader.errors import UsageError
from grader.store import open_store
from grader.store.store import About
from tests import review_fixtures as review
from tests.store_fixtures import result


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("GRADER_STORE", url)
    about = About(candidate="Ann \x1b[31mRoe", blind="ABC234", source="/inbox/ann.zip", who="eva", why="round 7")
    with open_store(url) as opened:
        opened.record(result(1), about)
        opened.record(result(2, status="refused", reason="no archive", score=None), about)
    return url


def run(command: click.Command, *words: str) -> str:
    done = CliRunner().invoke(command, list(words), catch_exceptions=False, standalone_mode=False)
    return done.output


def test_history_is_blind_and_safe_for_a_terminal(store: str) -> None:
    said = run(history.command)
    assert "ABC234" in said
    assert " 81.5  advance" in said
    assert "refused: no archive" in said
    assert "Ann" not in said
    named = run(history.command, "--reveal")
    assert "Ann \\x1b[31mRoe" in named
    assert "\x1b" not in named
    assert "Nothing that matches" in run(history.command, "--challenge", "other")


def test_history_as_json_names_nobody_either(store: str) -> None:
    lines = [json.loads(line) for line in run(history.command, "--json").splitlines()]
    assert {line["run"] for line in lines} == {"run1", "run2"}
    assert "Ann" not in json.dumps(lines)


def test_show_tells_who_why_and_what_was_added(store: str) -> None:
    said = run(show.command, "run1")
    assert "eva" in said
    assert "round 7" in said
    assert "depth level 3" in said
    assert json.loads(run(show.command, "run1", "--json"))["score"]["value"] == 81.5
    for wrong in ("nobody", "a"):
        with pytest.raises(UsageError):
            run(show.command, wrong)
    with pytest.raises(UsageError, match="no archive"):
        run(show.command, "run2", "--json")


def test_export_writes_each_run(store: str, tmp_path: Path) -> None:
    assert len(run(export.command, "--csv").splitlines()) == 3
    run(export.command, "--csv", "--out", str(tmp_path / "all.csv"), "--reveal")
    assert "Ann" in (tmp_path / "all.csv").read_text()


def test_export_as_parquet_keeps_what_a_value_is(store: str, tmp_path: Path) -> None:
    table = parquet(run_to_file(tmp_path / "all.parquet"))
    assert table.num_rows == 2
    rows = {row["run"]: row for row in table.to_pylist()}
    assert "candidate" not in rows["run1"]
    assert (rows["run1"]["score"], rows["run1"]["final"], rows["run1"]["seed"]) == (81.5, False, 2**62 + 1)
    assert rows["run1"]["started_at"] == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (rows["run2"]["score"], rows["run2"]["reason"]) == (None, "no archive")
    named = parquet(run_to_file(tmp_path / "named.parquet", "--reveal")).to_pylist()
    assert {row["candidate"] for row in named} == {"Ann \x1b[31mRoe"}
    empty = parquet(run_to_file(tmp_path / "none.parquet", "--challenge", "other"))
    assert (empty.num_rows, empty.schema.names) == (0, table.schema.names)


def run_to_file(path: Path, *words: str) -> Path:
    run(export.command, "--parquet", "--out", str(path), *words)
    return path


def parquet(path: Path) -> Any:
    from pyarrow.parquet import read_table

    return read_table(path)


def test_export_says_what_is_missing(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="--csv or --parquet"):
        run(export.command)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as caught:
        run_to_file(tmp_path / "all.parquet")
    assert caught.value.fix == "pip install 'grader[parquet]'"
    assert not (tmp_path / "all.parquet").exists()


def test_db_looks_after_the_store(store: str, tmp_path: Path) -> None:
    assert "already" in run(db.command, "upgrade")
    assert "Sound." in run(db.command, "check")
    run(db.command, "backup", str(tmp_path / "copy.db"))
    assert "1 events" in run(db.command, "check")
    made = review.result(tmp_path / "result")
    assert "1 of 1 runs are new" in run(db.command, "add", str(made))
    assert "0 of 1 runs are new" in run(db.command, "add", str(made))


def test_purge_says_what_would_go_and_does_it_only_when_told(store: str) -> None:
    said = run(purge.command, "--candidate", "ABC234")
    assert "Would remove 2 runs" in said
    assert "/inbox/ann.zip (not touched)" in said
    assert "run1" in run(history.command)
    assert "Removing 2 runs" in run(purge.command, "--candidate", "ABC234", "--yes", "--why", "asked")
    assert "Nothing that matches" in run(history.command)
    assert "No run matches" in run(purge.command, "--candidate", "ABC234", "--yes")


@pytest.mark.parametrize("words", [(), ("--older-than", "soon"), ("--older-than", "1d", "--candidate", "x")])
def test_purge_with_unclear_words_does_nothing(store: str, words: tuple[Any, ...]) -> None:
    with pytest.raises(UsageError):
        run(purge.command, *words, "--yes")
    assert "run1" in run(history.command)
