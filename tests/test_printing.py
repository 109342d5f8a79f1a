"""What others wrote steers no terminal, by whichever command it is printed."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.cli.printing import Shown
from grader.report import render_formats
from grader.store import open_store
from grader.store.store import About
from tests import report_fixtures as graded
from tests import review_fixtures as review
from tests.store_fixtures import result

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\r"
STEERS = set(HOSTILE) - set("]0;owned[2J31mevil")


def shown(text: str) -> str:
    memory = io.BytesIO()
    out = Shown(memory, encoding="utf-8", newline="")
    out.write(text)
    out.flush()
    return memory.getvalue().decode()


def test_what_steers_a_terminal_goes_out_as_an_escape_and_json_stays_the_same() -> None:
    assert not set(shown(HOSTILE)) & STEERS
    assert json.loads(shown(json.dumps({"a": f"{HOSTILE[:-1]}\x7f"}, ensure_ascii=False))) == {
        "a": HOSTILE[:-1] + "\x7f"
    }
    assert shown("plain\tünï 👩\u200d💻\r\nnext\n") == "plain\tünï 👩\u200d💻\r\nnext\n"


def printed(*words: str | Path, env: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "grader", *words], capture_output=True, env={**os.environ, **env}, check=False
    )
    assert done.returncode in {0, 2, 4}, done.stderr
    assert b"Traceback" not in done.stderr
    return (done.stdout + done.stderr).decode()


@pytest.mark.slow
def test_no_command_prints_raw_what_stands_in_files_or_the_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    challenge = {"id": HOSTILE, "version": HOSTILE, "digest": HOSTILE}
    odd = result(1, status=HOSTILE, reason=HOSTILE, challenge=challenge, score=None, recommendation=HOSTILE)
    with open_store(url) as opened:
        opened.record(odd, About(candidate=HOSTILE, source=HOSTILE, folder=HOSTILE, why=HOSTILE, who=HOSTILE))
    folder = review.result(tmp_path / "result")
    data = json.loads((folder / "grade.json").read_text())
    (folder / "grade.json").write_text(json.dumps({**data, "status": HOSTILE}))
    pack = tmp_path / "packs" / "tiny"
    shutil.copytree("challenges/trace-replay", pack, ignore=shutil.ignore_patterns("submissions", "calibration"))
    text = (pack / "challenge.yaml").read_text()
    lines = [f"title: {json.dumps(HOSTILE)}" if line.startswith("title:") else line for line in text.splitlines()]
    (pack / "challenge.yaml").write_text("\n".join(lines) + "\n")
    calls: list[tuple[str | Path, ...]] = [
        ("history", "--reveal"), ("history", "--json"), ("show", "run1", "--reveal"), ("show", folder),
        ("db", "add", folder), ("challenge", "list", "--challenges", pack.parent),
    ]  # fmt: skip
    for words in calls:
        said = printed(*words, env={"GRADER_STORE": url})
        assert not set(said) & STEERS, words
        assert "owned" in said, words


def test_no_word_of_a_changed_result_is_markup_in_its_summary() -> None:
    from dataclasses import replace

    grade = graded.needs_review()
    first, *rest = grade.competencies
    changed = replace(grade, competencies=(replace(first, id="\x1b]0;x\x07<script>"), *rest))
    (text,) = render_formats(changed, graded.challenge(), ["markdown"], "reviewer").values()
    text = text if isinstance(text, str) else text.decode()
    assert not set(text) & {"\x1b", "\x07"}
    assert "<script>" not in text.replace("\\<script>", "")
