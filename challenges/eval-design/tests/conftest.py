from __future__ import annotations

import pytest
from planted.harness import Bench


@pytest.fixture
def bench(candidate, model, seed: int, request: pytest.FixtureRequest) -> Bench:
    """The candidate's evaluation, and the planted systems of this submission."""
    return Bench(candidate, model, seed, request.node.name)
