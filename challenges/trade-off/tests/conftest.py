# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import pytest
from support import Desk


@pytest.fixture
def desk(candidate, seed) -> Desk:
    """The candidate's `decide`, asked about dossiers of this submission's own."""
    return Desk(candidate, seed)
