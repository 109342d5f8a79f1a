"""Settings, and where challenges are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.settings import PLACES, Settings, find_challenge, list_challenges
from tests.small_packs import write_pack


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_nothing_set_means_no_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_SECRET")
    settings = Settings.read()
    assert settings == Settings()
    assert not settings.judge_configured


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grader.toml").write_text('judge_model = "from-file"\nstore = "sqlite:///x.db"\n[judge]\nrepeats = 3\n')
    monkeypatch.setenv("GRADER_JUDGE_MODEL", "from-environment")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    settings = Settings.read()
    assert (settings.judge_model, settings.store, settings.judge) == (
        "from-environment",
        "sqlite:///x.db",
        {"repeats": 3},
    )
    assert not settings.judge_configured
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    assert Settings.read().judge_configured


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('judge_modell = "x"', "unknown key 'judge_modell'"),
        ("judge_model = 3", "text in quotes"),
        ('judge = "x"', "is a table"),
        ("judge_model = ", "cannot be read"),
        ("[store]\nx = 1", "text in quotes"),
        ("store = " + "[" * 100_000, "cannot be read"),
        ('judge_model = "m\\nfound    Docker engine"', "cannot be printed"),
    ],
)
def test_a_file_that_is_wrong_is_wrong_usage(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "grader.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        Settings.read()
    assert words in caught.value.message
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_text_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "grader.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        Settings.read()


# ------------------------------------------------------------------------------------------------ finding a challenge


def test_a_challenge_is_found_where_the_search_says(tmp_path: Path) -> None:
    """--challenges, then $GRADER_CHALLENGES, then ./challenges, then the shipped ones."""
    places = ("given", "first", "second", "challenges")
    for place in places:
        write_pack(tmp_path / place / "mine", "x = 1\n")
    settings = Settings(challenges=f"{tmp_path / 'first'}:{tmp_path / 'second'}")
    assert find_challenge("mine", settings, tmp_path / "given") == tmp_path / "given" / "mine"
    assert find_challenge("mine", settings) == tmp_path / "first" / "mine"
    assert find_challenge("mine", Settings()) == Path("challenges/mine")
    assert find_challenge("rag-triage", settings) == PLACES.shipped / "challenges" / "rag-triage"


def test_a_path_is_taken_as_it_is(sums: Path, tmp_path: Path) -> None:
    assert find_challenge(str(sums), Settings()) == sums
    pack = write_pack(tmp_path / "here", "x = 1\n")
    assert find_challenge("here", Settings()) == Path("here")
    assert find_challenge(f"{pack}/", Settings()) == pack


@pytest.mark.parametrize("wanted", ["nothing", "./nothing", "..", ".", "/", "", "a\x1b[31m"])
def test_a_challenge_that_is_not_there_is_wrong_usage(wanted: str) -> None:
    with pytest.raises(UsageError):
        find_challenge(wanted, Settings())


@pytest.mark.parametrize("how", ["by-name", "./", "whole"])
def test_a_folder_that_only_has_packs_in_it_is_answered_with_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    write_pack(tmp_path / "w" / "prompt-trim", "x = 1\n")
    monkeypatch.chdir(tmp_path)
    wanted = {"by-name": "w", "./": "./w", "whole": str(tmp_path / "w")}[how]
    inside = Path(wanted) / "prompt-trim"
    with pytest.raises(UsageError) as caught:
        find_challenge(wanted, Settings())
    assert caught.value.message == f"folder {Path(wanted)} has no challenge.yaml; is it {inside}?"
    write_pack(tmp_path / "w" / "another", "x = 1\n")
    with pytest.raises(UsageError, match=r"is it one of .*w/another, .*w/prompt-trim\?"):
        find_challenge(wanted, Settings())


def test_an_unknown_id_is_answered_with_the_known_ones_and_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        find_challenge("rag-triag", Settings())
    assert "Did you mean 'rag-triage'?" in caught.value.message
    with pytest.raises(UsageError, match=r"Known: .*rag-triage"):
        find_challenge("zzzz", Settings())


def test_of_two_with_one_id_the_one_found_first_is_listed(tmp_path: Path) -> None:
    write_pack(tmp_path / "a" / "mine", "x = 1\n")
    write_pack(tmp_path / "b" / "mine", "x = 1\n")
    found = list_challenges(Settings(challenges=str(tmp_path / "b")), tmp_path / "a")
    assert found["mine"] == tmp_path / "a" / "mine"
    assert "rag-triage" in found
