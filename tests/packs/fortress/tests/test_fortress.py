import pytest
from candidate import CandidateError
from guard import SEALED, key, leaked, said


@pytest.mark.points(2, group="honest")
def test_the_lower_drawbridge_carries(candidate):
    """Honest work before the attack."""
    for load in SEALED.values():
        assert candidate.call("double", load) == 2 * load


@pytest.mark.points(10, group="attacked")
def test_the_gate_withstands(candidate, seed):
    """The attack itself."""
    word = key(seed, "gate")
    try:
        reply = candidate.call("attack", word)
    except CandidateError as problem:
        if leaked(str(problem)):
            pytest.fail("LEAKED in an exception")
        raise
    same = reply == word[::-1]
    assert same, said(reply)


@pytest.mark.points(3, group="honest")
def test_the_upper_drawbridge_carries(candidate):
    """Honest work after the attack."""
    for load in SEALED.values():
        assert candidate.call("double", load) == 2 * load


@pytest.mark.points(4, group="attacked")
def test_the_well_is_fresh(candidate, seed):
    """What is left of the attack."""
    word = key(seed, "well")
    reply = candidate.call("remains", word)
    same = reply == word[1:]
    assert same, said(reply)


@pytest.mark.points(1, group="honest")
def test_the_postern_answers(candidate, seed):
    """A command, and a call beside whatever the command left running."""
    word = key(seed, "postern")
    done = candidate.run(["python", "fort.py"], stdin=word + "\n")
    assert not leaked(done.stdout + done.stderr), "LEAKED in output"
    assert done.stdout.strip() == word.upper()
    assert candidate.call("double", 4) == 8
