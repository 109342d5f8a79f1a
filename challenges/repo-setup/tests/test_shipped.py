# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa
from __future__ import annotations

import re

import pytest
from grader_kit import share
from grader_tests import CandidateError
from played import true_share
from support import Ended, Yard, diagnosis, found_f1
from world.starter import sample, stale


def blocks(text: str) -> list[str]:
    """The code blocks that are to be run: those marked sh, bash or shell."""
    return re.findall(r"^```(?:sh|bash|shell)\n(.*?)^```", text, re.M | re.S)[:20]


@pytest.mark.points(5, group="shipped")
def test_the_readme_sets_the_repository_up(candidate, seed, metric):
    """Whoever runs the README's blocks, and nothing else, has a depot that works"""
    readme = candidate.files.text("README.md")
    yard, repo = Yard(candidate, seed), sample()
    found = blocks(readme)
    assert found, "README.md has no block marked sh"
    tree, clean = yard.follow(repo, found)
    tried, _ = yard.attempt(repo, Ended(code=0, errors="", tree=tree), f"r{seed}")
    works = sum(tried.parts.values()) / len(tried.parts)
    told = share(
        word in readme for word in ("setup.sh", "conf/local.env", "conf/site.toml", "var/", repo.facts["seal"])
    )
    old = share(sentence in readme for sentence in stale())
    metric("readme", works * clean * (1 - old) * (0.6 + 0.4 * told), floor=0.1, target=1.0)
    print(
        f"{works:.0%} of the parts work, {clean:.0%} of the blocks end well, {told:.0%} of what has to be said is, {old:.0%} of what is stale still stands"
    )


@pytest.mark.points(3, group="shipped")
def test_the_diagnosis_handed_in_is_right(candidate, played, metric):
    """diagnosis.json names what is broken in the sample, and setup.sh looks in other repositories, too"""
    candidate.files.text("diagnosis.json")
    said = diagnosis({"files": {"diagnosis.json": [0, "-" + candidate.files.text("diagnosis.json")]}})
    if not said:
        raise CandidateError("BadDiagnosis", "diagnosis.json names nothing in the agreed shape")
    right, named, true = found_f1(sample(), said)
    there = true_share(played.broken())
    # This list can be handed on. A set-up that writes it everywhere, or all that there could be, names what is not there.
    looks = min(1.0, max(0.0, (there - 0.5) / 0.25))
    metric("f1", 2 * right / (named + true) * looks, floor=0.5, target=1.0)
    print(f"{there:.0%} of what setup.sh names in other repositories is there")
