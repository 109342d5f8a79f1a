# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
from __future__ import annotations

import pytest
from support import Desk


@pytest.fixture
def desk(candidate, seed) -> Desk:
    """The candidate's functions, asked about episodes of this submission's own."""
    return Desk(candidate, seed)
