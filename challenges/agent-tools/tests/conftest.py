from __future__ import annotations

from collections.abc import Callable

import pytest
from support import Stage


@pytest.fixture
def stage(candidate, model, seed: int) -> Callable[..., Stage]:
    """Makes a shop with customers of its own: `stage("name")`, or `stage("name", "held")` for wording held back."""
    return lambda name, pool="public": Stage(candidate, model, seed, name, pool)
