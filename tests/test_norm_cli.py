"""A norming session at the terminal, without a server: blind until all are through, then an anchor mended as a diff."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import cli
from grader.errors import GraderError
from grader.store import open_store
from tests.review_fixtures import CRITERIA, OPERATOR, Panel, panel

CRITERION = CRITERIA[0]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panel:
    """A revealed case on which ann and ben lay two levels apart, in the store that the commands use."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("GRADER_STORE", url)
    with open_store(url) as store:
        found = panel(store, tmp_path)
        for name, level in (("ann", 2), ("ben", 4)):
            found.ask(name)
            found.hand_in(name, level, 3)
        found.desk.reveal(OPERATOR, found.case.id)
        return found


def grade(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, words, input=typed)


def works(*words: str, typed: str = "") -> str:
    done = grade(*words, typed=typed)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def refused(*words: str) -> str:
    done = grade(*words)
    assert isinstance(done.exception, GraderError), (done.output, done.exception)
    assert done.exception.exit_code == 2
    return f"{done.exception.message} / {done.exception.fix}"


def opened(made: Panel) -> str:
    said = works("norm", "open", "rag-triage", CRITERION, made.case.run, "--rater", "cem", "--rater", "dee")
    return said.split()[0]


@pytest.mark.slow
def test_a_session_goes_from_what_lay_apart_to_a_mended_anchor(made: Panel) -> None:
    assert "levels 2, 4" in works("norm", "offer", "rag-triage", CRITERION)
    session = opened(made)
    assert "waits for cem, dee" in works("norm", "list")
    first = works("norm", "rate", session, "--rater", "cem", typed="9\n2\ntwo names mislead\n")
    assert "That is none of 1, 2, 3, 4, 5." in first
    assert "You are through" in first
    assert "waits for dee" in works("norm", "list")
    works("norm", "rate", session[:8], "--rater", "dee", typed="4\nit is plain\n")
    said = works("norm", "compare", session)
    assert "2 apart" in said
    assert "two names mislead" in said
    assert "0 of 1 pair the same, 0 at most one apart, 1 two or more apart" in said
    diff = works("norm", "mend", session, "3", "--by", "cem", "--text", "At most two names mislead.", "--why", "counts")
    assert f"--- rubric.yaml, {CRITERION}" in diff
    assert "+3: At most two names mislead." in diff
    works("norm", "again", session)
    second = works("norm", "rate", session, "--rater", "cem", typed="3\n\n")
    assert "At most two names mislead." in second
    works("norm", "rate", session, "--rater", "dee", typed="3\n\n")
    after = works("norm", "compare", session)
    assert "before: 0 of 1 pair the same" in after
    assert "after: 1 of 1 pair the same" in after


def test_until_all_are_through_nobody_is_told_of_anothers_level(made: Panel) -> None:
    session = opened(made)
    works("norm", "rate", session, "--rater", "dee", typed="4\nquite unmistakable\n")
    for name in ("cem", "dee"):
        said = works("norm", "show", session, "--rater", name)
        assert "not compared yet" in said
    shown = works("norm", "rate", session, "--rater", "cem", typed="q\n")
    assert "unmistakable" not in shown
    assert "Cara" not in shown
    assert "Not yet" in refused("norm", "compare", session)
    assert "Not yet" in refused("norm", "compare", session, "--early"), "one alone tells the other nothing"


def test_the_two_worlds_of_one_rater_are_the_same_to_the_byte(made: Panel) -> None:
    session = opened(made)
    asked = [("norm", "rate", session, "--rater", "cem"), ("norm", "show", session, "--rater", "cem")]
    before = [grade(*words, typed="?\nf\ni\nq\n").output for words in asked]
    works("norm", "rate", session, "--rater", "dee", typed="5\nwithout a doubt\n")
    assert [grade(*words, typed="?\nf\ni\nq\n").output for words in asked] == before


def test_once_compared_a_rater_sees_others_as_letters_and_changes_nothing(made: Panel) -> None:
    session = opened(made)
    for name, level in (("cem", "2"), ("dee", "4")):
        works("norm", "rate", session, "--rater", name, typed=f"{level}\n\n")
    works("norm", "compare", session)
    said = works("norm", "show", session, "--rater", "cem")
    assert "(you)" in said
    assert "dee" not in said
    assert "grade norm show" in works("norm", "rate", session, "--rater", "cem", typed="5\n\n")
    assert "2  Rater" in works("norm", "show", session, "--rater", "cem")


def test_a_level_may_be_given_again_until_it_is_compared(made: Panel) -> None:
    session = opened(made)
    works("norm", "rate", session, "--rater", "cem", typed="2\n\n")
    works("norm", "rate", session, "--rater", "cem", typed="y\n3\n\n")
    works("norm", "rate", session, "--rater", "dee", typed="3\n\n")
    assert "all gave the same" in works("norm", "compare", session)


def test_a_session_is_there_for_those_who_were_asked_and_no_others(made: Panel) -> None:
    session = opened(made)
    assert refused("norm", "rate", session, "--rater", "ann") == refused("norm", "rate", "ffffffff", "--rater", "ann") \
        .replace("ffffffff", session)  # fmt: skip
    assert "nobody called" in refused("norm", "rate", session, "--rater", "zoe")
    assert "two raters" in refused("norm", "open", "rag-triage", CRITERION, made.case.run, "--rater", "cem")


@pytest.mark.slow
def test_authored_texts_are_normed_by_before_anybody_has_applied(made: Panel) -> None:
    offered = works("norm", "offer", "trace-replay", "hypotheses", "--texts").split()
    session = works(
        "norm", "open", "trace-replay", "hypotheses", "--text", offered[0], "--rater", "cem", "--rater", "dee"
    ).split()[0]
    said = works("norm", "rate", session, "--rater", "cem", typed="3\nso it is\n")
    assert f"Authored text {offered[0]}" in said
    nothing = refused(
        "norm", "open", "trace-replay", "hypotheses", "--text", "none", "--rater", "cem", "--rater", "dee"
    )
    assert "--texts" in nothing
