# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5
from __future__ import annotations

import pytest
from support import Work


@pytest.fixture
def work(candidate, seed) -> Work:
    """The candidate's `answer`, asked about the tasks of the round that was given out."""
    return Work(candidate, seed)
