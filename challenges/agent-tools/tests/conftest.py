# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from collections.abc import Callable

import pytest
from support import Stage
from world import Live


@pytest.fixture
def stage(candidate, model, seed: int) -> Callable[..., Stage]:
    """Makes a shop with customers of its own: `stage("name")`, with wording held back, or `stage("name", "public")`."""
    return lambda name, pool="held": Stage(candidate, model, seed, name, pool)


@pytest.fixture
def live(candidate, model, seed: int) -> Callable[[str], Stage]:
    """The same with the live tools."""
    return lambda name: Stage(candidate, model, seed, name, "held", Live)
