# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6
from __future__ import annotations

import pytest
from support import Detector
from world import World, world_for


@pytest.fixture
def world(seed: int) -> World:
    """The traces of this submission: the same for all tests and for a repeated run."""
    return world_for(seed)


@pytest.fixture
def detector(candidate, world: World) -> Detector:
    """The candidate's `flag`, asked about traces of `world`."""
    return Detector(candidate, world)
