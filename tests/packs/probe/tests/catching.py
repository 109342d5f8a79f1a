"""Shared by the test files of this pack: they may import each other."""

import pytest


def error(call, *args, **kwargs):
    """The type of the CandidateError that a call must raise, and its message."""
    with pytest.raises(Exception) as caught:
        call(*args, **kwargs)
    return caught.value.type, caught.value.message
