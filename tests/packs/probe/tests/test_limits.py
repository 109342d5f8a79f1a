"""Each limit is reached once, and named. None of these pass, except where they say so."""

import pytest

pytestmark = pytest.mark.points(1, group="limits")


def test_time_of_a_call(candidate):
    """A test cannot ask for more than the challenge gives."""
    candidate.call("sleep", 30, limit=50)


def test_time_that_a_test_asks_for(candidate):
    candidate.call("spin", limit=0.2)


def test_memory(candidate):
    candidate.call("use_memory", 200)


def test_memory_of_a_command(candidate):
    done = candidate.run(["python", "-c", "x = bytearray(200_000_000)"])
    assert done.exit_code == 0


def test_size_of_a_reply(candidate):
    candidate.call("reply_of", 100_000)


def test_disk(candidate):
    """Passes: the submission sees ENOSPC or EFBIG, and the report says that the disk was full."""
    assert candidate.call("fill_disk") in {27, 28}


def test_processes(candidate):
    """Passes: the submission sees that it cannot start more."""
    assert 1 <= candidate.call("start_children", 50) <= 12


def test_processes_are_used_up(candidate):
    candidate.call("start_children", 50)
    candidate.run(["true"])


def test_after_all_that(candidate):
    """Passes: nothing of it is left."""
    assert candidate.run(["true"]).exit_code == 0


def test_output(candidate):
    """Passes: what is too much is counted."""
    assert candidate.call("talk", 3000) == 3000
    assert candidate.run(["python", "-c", "print('z' * 3000)"]).truncated


def test_output_of_bytes(candidate):
    """Passes."""
    assert candidate.call("garble") == 1
