from __future__ import annotations

import pytest
from support import Desk
from world import World, world_for


@pytest.fixture
def world(seed: int) -> World:
    """The client of this submission: made once, the same for all tests and for a repeated run."""
    return world_for(seed)


@pytest.fixture
def desk(candidate, world: World, request: pytest.FixtureRequest) -> Desk:
    """The candidate's triage, built with the knowledge base of `world`."""
    return Desk(candidate, world, request.node.name)
