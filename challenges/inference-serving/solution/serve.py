"""What runs in front of the models: batching, routing, caching, and the verdicts on a new build."""

from __future__ import annotations

import cache
import router
import scheduler
from cache import look
from replay import differs
from rollout import verdict
from router import route
from scheduler import step

__all__ = ["differs", "learn", "look", "route", "step", "verdict"]
PARTS = {"step": scheduler.learn, "route": router.learn, "look": cache.learn}


def learn(profile: dict) -> dict:
    """What is learned of a server, its models or a desk before an episode; it comes with every state of it."""
    return PARTS[profile["for"]](profile)
