"""Moments of the store in words. All in UTC, and said so: people of one case sit in several places."""

from __future__ import annotations

from datetime import datetime

from grader.pages.text import date


def clock(at: str) -> str:
    """`14:03 UTC`."""
    return f"{datetime.fromisoformat(at):%H:%M} UTC"


def moment(at: str) -> str:
    """`20 November 2026, 14:03 UTC`."""
    return f"{date(at)}, {clock(at)}"
