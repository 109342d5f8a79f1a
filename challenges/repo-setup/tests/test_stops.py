# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa
from __future__ import annotations

import pytest


def untouched(repo, ended) -> bool:
    """Whether the repository is as it was, but for the diagnosis and what is the hand-in's."""
    packed = repo.packed()
    files = {path: row for path, row in packed["files"].items() if path != "README.md"}
    live = {"var/run/sweep.lock"} if repo.live else set()
    same = all(ended.tree["files"].get(path) == row for path, row in files.items())
    known = set(files) | live
    new = {
        path
        for path in ended.tree["files"]
        if path.split("/")[0] in ("conf", "var", "vendor", "migrations", "seed", "hooks", "store")
    } - known
    return same and not new and all(ended.tree["links"].get(path) == target for path, target in packed["links"].items())


@pytest.mark.points(12, group="stops")
def test_what_cannot_be_mended_is_said_and_left_alone(played, metric):
    """Where something cannot be mended, the set-up stops, says where, and leaves all as it was"""
    made = []
    for repo, ended in played.hard():
        last = ended.errors.strip().splitlines()[-1:] or [""]
        said = ended.code == 3 and last[0].strip() in {f"cannot: {place}" for place in repo.cannot}
        made.append(0.6 * said + 0.4 * (said and untouched(repo, ended)))
    rest = [play.ended.code == 0 for play in played.broken()]
    metric("stops", sum(made) / len(made) * sum(rest) / len(rest), floor=0.1, target=1.0)
    print(
        f"{sum(made):.1f} of {len(made)} stopped as they should; {rest.count(False)} of {len(rest)} that could be set up were not"
    )
