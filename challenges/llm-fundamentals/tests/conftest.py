# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import pytest
from support import Work


@pytest.fixture
def work(candidate, seed) -> Work:
    """The candidate's functions, asked about inputs of this submission's own."""
    return Work(candidate, seed)
