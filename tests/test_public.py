"""`grade public`: a starter's own tests in the sandbox, as a candidate's repository runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.grading import public as public_tests
from tests.patience import bounded_wait
from tests.shell import Outcome, run_here

ORACLE = Path(__file__).resolve().parent / "packs" / "oracle"
pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]
MODEL = "schema: 1\nmodels: [{id: little}]\nrules: [{when: {user_says: [hello]}, reply: hello yourself}]\n"
TEST = """import seer

def test_the_seer_passes_on_what_the_model_says():
    assert seer.ask("hello") == "hello yourself"
"""
WORK = """import json
import os
import urllib.request


def ask(question):
    if "OPENAI_BASE_URL" not in os.environ:
        return "nobody answers"
    body = {"model": os.environ["OPENAI_MODEL"], "messages": [{"role": "user", "content": question}]}
    head = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json"}
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), head)) as answer:
        return json.load(answer)["choices"][0]["message"]["content"]
"""


BOMB = """import os

for _ in range(60):
    try:
        if os.fork() == 0:
            while True:
                pass
    except OSError:
        break
while True:
    pass
"""


def public(folder: Path, model: str | None, code: str = WORK, required: str = "seer.py") -> Outcome:
    """The public tests of a candidate's copy of the pack, which has a public model or none, on a work of this code."""
    copy, work = folder / "oracle", folder / "work"
    (copy / "starter" / "tests").mkdir(parents=True)
    (copy / "challenge.yaml").write_text(
        (ORACLE / "challenge.yaml").read_text().replace("required: [seer.py]", f"required: [{required}]")
    )
    (copy / "starter" / "tests" / "test_seer.py").write_text(TEST)
    if model is not None:
        (copy / "starter" / "model.yaml").write_text(model)
    work.mkdir()
    (work / "seer.py").write_text(code)
    return run_here("public", work, "--challenge", copy)


def test_the_starters_tests_meet_the_public_model_of_the_starter(tmp_path: Path) -> None:
    outcome = public(tmp_path, MODEL)
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "public tests passed")


def test_what_a_grading_would_refuse_the_work_for_is_said_behind_tests_that_pass(tmp_path: Path) -> None:
    outcome = public(tmp_path, MODEL, required="seer.py, NOTES.md")
    assert outcome.code == 3
    assert outcome.out.splitlines()[-2:] == [
        "public tests passed", "not to be handed in yet: NOTES.md is missing; the submission has 'seer.py'."
    ]  # fmt: skip


def test_without_a_model_there_is_none_and_a_failing_test_is_said(tmp_path: Path) -> None:
    outcome = public(tmp_path, None)
    assert outcome.code == 1
    assert "nobody answers" in outcome.out
    assert "public tests did not pass" in outcome.out


def test_a_public_model_that_is_wrong_is_said_before_anything_runs(tmp_path: Path) -> None:
    outcome = public(tmp_path, MODEL.replace("models", "modles"))
    assert outcome.code == 4
    assert "models" in outcome.err


@pytest.mark.parametrize(("limit", "words"), [("WALL_SECONDS", "4 s on this machine"), ("OWN_SECONDS", "4 s of proc")])
def test_tests_that_do_not_end_are_ended_however_many_processes_want_the_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    monkeypatch.setattr(public_tests, limit, 4.0)
    with bounded_wait():
        outcome = public(tmp_path, MODEL, BOMB)
    assert outcome.code == 1
    starved = "the time that this machine could give them"  # said where six busy loops take the processors
    said = outcome.out.splitlines()[-1].removeprefix("The public tests did not come to an end within ")
    assert said.startswith((words, starved)), outcome.out
    assert "did not pass" not in outcome.out
