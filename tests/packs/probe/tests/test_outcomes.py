"""What becomes of a test that does not pass."""

import pytest

pytestmark = pytest.mark.points(2, group="outcomes")


def test_assertion(candidate):
    """The answer is 5."""
    answer = candidate.call("picky", 4)
    assert answer == 5, f"picky(4) gave {answer} instead of 5"


def test_fail(candidate):
    candidate.call("picky", 4)
    pytest.fail("said so")


def test_uncaught_error(candidate):
    candidate.call("fail", "plain")


def test_the_test_does_not_know_what_to_do(candidate):
    candidate.call("picky", 4)["queue"]


def test_a_metric_of_nothing(candidate, metric):
    candidate.call("picky", 4)
    metric("nothing", float("nan"), floor=0, target=1)


def test_partial_credit_needs_a_pass(candidate, metric):
    candidate.call("picky", 4)
    metric("half", 0.5, floor=0, target=1)
    pytest.fail("but then")


@pytest.fixture
def prepared(candidate):
    return candidate.call("picky", 3)


def test_an_error_in_a_fixture(prepared):
    assert prepared == 3


@pytest.mark.points(0, group="outcomes")
def test_worth_nothing(candidate):
    assert candidate.call("picky", 4) == 4


def test_stops_by_itself(candidate):
    raise SystemExit(1)
