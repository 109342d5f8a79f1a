"""Whatever goes wrong inside, there is a grade.json that says so, and nothing a candidate wrote breaks the writing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader import files
from grader.cli import main
from grader.grading import pipeline
from grader.sandbox.stream import whole
from grader.testing.sandbox import ScriptedSandbox
from tests.small_packs import write_files, write_pack

HALVES = ["\ud800", "a\udfffb", "\ude00\ud83d", "😀\ud83d"]


@pytest.mark.parametrize("text", HALVES)
def test_half_characters_of_an_event_are_cleaned_where_they_enter(text: str) -> None:
    clean = whole({"message": text, text: [text, 1, None]})
    json.dumps(clean, ensure_ascii=False).encode("utf-8")
    assert "\ufffd" in clean["message"]
    assert whole("😀 ok") == "😀 ok"


@pytest.mark.parametrize("text", HALVES)
def test_a_text_with_half_a_character_is_written_all_the_same(text: str, tmp_path: Path) -> None:
    files.write(tmp_path / "a.txt", text)
    assert "\\ud" in (tmp_path / "a.txt").read_text("utf-8")


@pytest.mark.parametrize(
    "problem",
    [RecursionError("deep"), MemoryError(), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), KeyError("\x1b[31mred")],
    ids=lambda problem: type(problem).__name__,
)
def test_an_error_that_nobody_foresaw_leaves_a_grade_json_and_is_not_the_candidates(
    problem: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise problem

    pack = write_pack(tmp_path / "pack", "def test_it(candidate): ...\n")
    work = write_files(tmp_path / "work", {"work.py": "x = 1\n"})
    monkeypatch.setattr(pipeline, "docker_sandbox", lambda _run: ScriptedSandbox([]))
    monkeypatch.setattr(pipeline, "_run_tests", fail)
    with pytest.raises(SystemExit) as ended:
        main([str(work), "-c", str(pack), "-o", str(tmp_path / "out"), "--no-judge"])
    assert ended.value.code == 5
    grade = json.loads((tmp_path / "out" / "grade.json").read_text("utf-8"))
    assert grade["status"] == "infrastructure_error"
    assert f"The grader failed by itself: {type(problem).__name__}" in grade["reason"]
    assert grade["score"] is None
    assert "\x1b" not in capsys.readouterr().err
