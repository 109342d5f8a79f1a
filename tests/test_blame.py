"""Whose doing it is that a hidden test raised, from each side."""

from __future__ import annotations

import pytest

from grader_verifier import blame, bridge_link
from grader_verifier.clock import TimeBudget

STUMBLES = [
    KeyError("queue"), TypeError("unhashable"), OverflowError("int too large"), ZeroDivisionError(), RecursionError(),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), MemoryError(), AttributeError("None"),
    IndexError(), ValueError(), NameError("name 'y' is not defined"), OSError("reset"), StopIteration(), SystemExit(0),
    RuntimeError(),
]  # fmt: skip


@pytest.mark.parametrize("problem", STUMBLES, ids=lambda problem: type(problem).__name__)
def test_a_test_that_stumbles_over_what_it_was_given_is_failed_and_never_open(problem: BaseException) -> None:
    found = blame.whose(problem, "test_it.py:3", taken=True)
    assert (found.status, found.fault) == ("failed", "candidate")
    assert f"made the test stumble: {type(problem).__name__}" in found.message


@pytest.mark.parametrize(
    "problem", [*STUMBLES, AssertionError("no data was drawn")], ids=lambda one: type(one).__name__
)
def test_a_test_that_raises_before_it_has_seen_the_submission_is_the_challenges(problem: BaseException) -> None:
    found = blame.whose(problem, "test_it.py:3", taken=False)
    assert (found.status, found.fault) == ("error", "challenge")


@pytest.mark.parametrize("taken", [True, False])
def test_what_no_reply_can_bring_about_is_the_challenges(taken: bool) -> None:
    for problem in (pytest.UsageError("the pack has no model.yaml"), blame.NotMeasuredError("no such counter")):
        found = blame.whose(problem, "conftest.py:1", taken=taken)
        assert (found.status, found.fault) == ("error", "challenge")


def test_what_a_test_returns_may_be_the_candidates_word_and_opens_no_points() -> None:
    warned = pytest.PytestReturnNotNoneWarning("test_it returned <class 'int'>. Did you mean to use `assert`?")
    after, before = (blame.whose(warned, "test_it.py:3", taken=taken, by_pytest=True) for taken in (True, False))
    assert (after.status, after.fault, after.stumbled) == ("failed", "candidate", True)
    assert "Did you mean to use `assert`" in after.message, "an author reads it of the reference"
    assert (before.status, before.fault) == ("error", "challenge")


@pytest.mark.parametrize("taken", [True, False])
def test_a_bridge_that_was_lost_is_for_the_host_to_explain(taken: bool) -> None:
    lost = bridge_link.BridgeLostError("gone")
    found = blame.whose(lost, "test_it.py:3", taken=taken)
    assert (found.status, found.fault) == ("error", "infrastructure")


BROKEN = {
    "a method that is gone": "TimeBudget(1.0, 9.0).no_longer_there(3.0)",
    "a variable that is gone": "no_longer_there",
}
NOT_OURS = {
    "a reply without it": "{}.no_longer_there",
    "a reply of the wrong kind": "None.get('id')",
    "a key": "{}['id']",
}


def raised(module: str, line: str) -> BaseException:
    """What `line` raises, run as a line of `module`."""
    try:
        exec(line, {"__name__": module, "TimeBudget": TimeBudget})  # noqa: S102
    except Exception as problem:
        return problem
    raise AssertionError("it raises")


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_a_verifier_that_lacks_something_of_its_own_costs_no_candidate_a_point(line: str, taken: bool) -> None:
    found = blame.whose(raised("grader_verifier.candidate", line), "candidate.py:9", taken=taken)
    assert (found.status, found.fault, found.stumbled) == ("error", "infrastructure", False)
    assert "no_longer_there" in found.message


@pytest.mark.parametrize("line", NOT_OURS.values(), ids=NOT_OURS)
def test_what_a_reply_lacks_is_the_candidates_wherever_it_is_missed(line: str) -> None:
    for module in ("grader_verifier.candidate", "test_it"):
        found = blame.whose(raised(module, line), "test_it.py:3", taken=True)
        assert (found.status, found.fault) == ("failed", "candidate")


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_a_name_that_a_hidden_test_lacks_itself_is_no_fault_of_the_verifiers(line: str) -> None:
    assert blame.whose(raised("test_it", line), "test_it.py:3", taken=False).fault == "challenge"


def test_an_assertion_and_an_error_of_the_candidate_are_told_in_their_own_words() -> None:
    for problem in (AssertionError("3 of 9 were right"), blame.CandidateError("BadReply", "not JSON")):
        assert blame.whose(problem, "test_it.py:3", taken=True).message == str(problem)


def test_an_error_whose_message_breaks_is_told_all_the_same() -> None:
    class OddError(Exception):
        def __str__(self) -> str:
            raise RecursionError

    assert "its message cannot be shown: RecursionError" in blame.whose(OddError(), "x", taken=True).message
