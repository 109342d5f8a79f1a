"""Every way in which a call can end badly has a name, and none ends the test's process."""

import pytest
from catching import error

pytestmark = pytest.mark.points(1, group="endings")


def test_exceptions_come_back(candidate):
    assert error(candidate.call, "fail", "plain") == ("ValueError", "\x1b[31mred\x1b[0m")
    assert error(candidate.call, "fail", "exit") == ("SystemExit", "3")
    assert error(candidate.call, "fail", "interrupt")[0] == "KeyboardInterrupt"
    assert error(candidate.call, "fail", "odd") == ("OddError", "(its message raised RuntimeError)")
    assert error(candidate.call, "fail", "recursion")[0] == "RecursionError"
    assert error(candidate.call, "fail")[0] == "TypeError"
    assert error(candidate.call, "missing")[0] == "AttributeError"
    kind, message = error(candidate.call, "fail", "long")
    assert (kind, len(message)) == ("ValueError", 4000)
    assert candidate.call("picky", 2) == 2


@pytest.mark.parametrize(("kind", "how"), [("vanish", "exit code 7"), ("killed", "signal 9")])
def test_a_process_that_dies(candidate, kind, how):
    assert error(candidate.call, "fail", kind) == (
        "ProcessDied",
        f"the process, in fail(), {'was ended by ' if kind == 'killed' else 'ended with '}{how}",
    )
    assert error(candidate.call, "picky", 2)[0] == "ProcessDied"


def test_after_a_death_the_rest_of_a_map_is_dead(candidate):
    results = candidate.map("fail", ["plain", "vanish", "plain"], errors="return", in_order=True)
    assert [result.type for result in results] == ["ValueError", "ProcessDied", "ProcessDied"]


@pytest.mark.parametrize("kind", ["nan", "set", "keys", "surrogate", "deep"])
def test_replies_that_are_not_plain_json(candidate, kind):
    assert error(candidate.call, "answer", kind)[0] == "BadReply"
    assert candidate.call("picky", 2) == 2


@pytest.mark.parametrize("kind", ["twice", "huge number", "constant", "not json", "not text", "other id", "a list"])
def test_replies_that_somebody_else_wrote(candidate, kind):
    assert error(candidate.call, "answer", kind)[0] == "BadReply"


def test_an_error_of_an_odd_shape(candidate):
    assert error(candidate.call, "answer", "odd error") == ("", "")
