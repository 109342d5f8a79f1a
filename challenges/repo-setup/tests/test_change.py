# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa
from __future__ import annotations

import pytest
from support import regret


@pytest.mark.points(12, group="change")
def test_the_change_is_followed_where_it_holds(played, metric):
    """After the change: port, wheels and pins as headquarters want them, and the depot works"""
    plays = played.changed()
    before = played.broken()
    good = []
    for play in plays:
        where = play.tried.settings.get("WHEELS", "").strip() == play.repo.facts["snapshot"]
        cheap = regret(play.repo, play.ended)
        works = play.tried.parts
        good.append(
            (where and works["packages"]) * 0.4
            + works["port"] * 0.3
            + (where and cheap is not None and cheap <= 0.02) * 0.3
        )
    plain = sum(play.tried.parts["port"] and play.tried.parts["packages"] for play in before) / len(before)
    metric("changed", sum(good) / len(good) * plain, floor=0.5, target=0.97)
    print(f"{sum(good):.1f} of {len(good)} as wanted after the change; {plain:.0%} of the others as before")
