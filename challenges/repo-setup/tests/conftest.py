# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa
from __future__ import annotations

import pytest
from played import Played
from support import Yard

MADE: dict[object, Played] = {}
"""By seed: what was played before is not played again."""


@pytest.fixture
def played(candidate, seed) -> Played:
    """What the hand-in's setup.sh makes of this submission's own repositories."""
    candidate.files.text("setup.sh")
    made = MADE.setdefault(seed, Played(Yard(candidate, seed)))
    made.yard.candidate = candidate
    return made
