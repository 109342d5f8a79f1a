# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
from __future__ import annotations

import pytest
from support import Work


@pytest.fixture
def work(candidate, seed) -> Work:
    """The candidate's functions, asked about houses of this submission's own."""
    return Work(candidate, seed)
