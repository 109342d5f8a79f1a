"""What runs in front of the models: batching, routing, caching, and the verdicts on a new build."""

from __future__ import annotations

import cache
import router
import scheduler
from replay import differs
from rollout import verdict

__all__ = ["differs", "learn", "look", "route", "step", "verdict"]
PARTS = {"step": scheduler.learn, "route": router.learn, "look": cache.learn}


def closed(state: dict) -> dict:
    return {key: value for key, value in state.items() if key != "policy"}


def step(state: dict) -> dict:
    return scheduler.step(closed(state))


def route(state: dict) -> dict:
    return router.route(closed(state))


def look(state: dict) -> dict:
    return cache.look(closed(state))


def learn(profile: dict) -> dict:
    """What is learned of a server, its models or a desk before an episode; it comes with every state of it."""
    return PARTS[profile["for"]](profile)
