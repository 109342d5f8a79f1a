"""The leak budget over honest and cheating submissions of every pack; the attack corpus spends the rest of it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli import main
from tests import works
from tests.hostile import leaks
from tests.hostile.harness import KEYS, PACK, ROOT, OnePlace, Outcome, grade, one_place

RAG = ROOT / "challenges" / "rag-triage"
SUMS = PACK.parent / "sums"
AFTER_TESTS = {"looks-for-the-tests"}
"""What is after hidden material itself; the others of a shipped pack are searched by `make test-packs`, and attacks of
each kind on a small one by tests/hostile/test_corpus.py."""


def case(pack: Path, name: str) -> object:
    rare = name.startswith("cheating/") and name.partition("/")[2] not in AFTER_TESTS
    return pytest.param(pack, name, id=f"{pack.name}-{name}", marks=[pytest.mark.packs] if rare else [])


CASES = [case(PACK, "solution"), case(SUMS, "solution"), *(case(RAG, name) for name in works.names(RAG, "cheating"))]


@pytest.fixture(scope="module")
def place() -> Iterator[OnePlace]:
    with one_place() as made:
        yield made


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize(("pack", "name"), CASES)
def test_nothing_a_candidate_sees_holds_hidden_material(
    pack: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: OnePlace
) -> None:
    for key, value in KEYS.items():
        monkeypatch.setenv(key, value)
    source = works.copy(pack, name, tmp_path / "work")
    outcome = grade(source, tmp_path / "out", pack=pack, options=("--format", leaks.FORMATS), place=place)
    assert outcome.code == 0
    leaks.check(outcome, pack, KEYS.values())


@pytest.mark.parametrize("problem", ["broken test", "unknown challenge", "no submission"])
def test_errors_say_nothing_hidden(problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    source = tmp_path / "nothing" if problem == "no submission" else PACK / "solution"
    challenge = "nowhere" if problem == "unknown challenge" else str(PACK)
    if problem == "broken test":
        source = tmp_path / "empty"
        source.mkdir()
    terminal = io.StringIO()
    with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal), pytest.raises(SystemExit):
        main([str(source), "--challenge", challenge, "--out", str(tmp_path / "out")])
    said = terminal.getvalue()
    assert said.startswith(("grade: ", "reading"))
    assert [secret for secret in leaks.hidden_material(PACK) if secret in said] == []
    assert [key for key in KEYS.values() if key in said] == []


# ------------------------------------------------------------------------------------------------ the search itself


def test_the_search_knows_names_texts_and_assertions_of_hidden_tests() -> None:
    hidden = leaks.hidden_material(PACK)
    assert "test_the_gate_withstands" in hidden
    assert "fortress-canary-7b1f04c2e95d4a68" in hidden
    assert "the moat was dug by nine hundred moles" in hidden
    assert 'assert candidate.call("double", 4) == 8' in hidden
    assert "double" not in hidden


def test_the_search_leaves_out_what_candidates_are_told() -> None:
    sample = (RAG / "starter" / "data" / "documents.jsonl").read_text(encoding="utf-8")
    assert [secret for secret in leaks.hidden_material(RAG) if secret in sample] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("report.html", "<p>\x1b[2J</p>"),
        ("report.html", '<script>alert("xss")</script>'),
        ("feedback.html", "<img src=x onerror=alert(1)>"),
        ("grade.csv", "name,points\n=1+1,2\n"),
        ("junit.xml", "<testsuite><broken></testsuite>"),
        ("results.json", "{"),
    ],
)
def test_the_search_finds_what_attacks_a_reader(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    outcome = Outcome(code=0, terminal="", grade={}, folder=tmp_path, seconds=0.0, began=0.0)
    with pytest.raises((AssertionError, SyntaxError, ValueError)):
        leaks.check_readers(outcome)
