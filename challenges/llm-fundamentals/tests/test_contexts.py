# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import statistics

import pytest
from grader_kit import problem_of, unusable
from world.packs import best, clear, full, newest, worth

COUNT, FULL = 15, 1
"""Requests as they come, and such whose budget is filled to the last token by what was sent before."""
GREEDY = 0.5
"""What is earned by the most worth for a token, item by item, between the naive choice and the best: credit begins there."""


def earned(asked, chosen) -> float:
    """Where the choice lies between the naive one and the best; 0 for what does not fit."""
    least, most = worth(asked, newest(asked)), worth(asked, best(asked))
    mine = worth(asked, chosen)
    return 0.0 if mine is None else max(0.0, (mine - least) / (most - least))


def wrong(asked, chosen) -> str:
    known = {item["id"] for item in asked["items"]}
    right = isinstance(chosen, list) and all(isinstance(each, str) and each in known for each in chosen)
    return "" if right else "it is not a list of ids of items"


@pytest.mark.points(3, group="contexts")
def test_what_is_sent_is_worth_its_tokens(work, metric):
    """What is sent is worth its tokens: the cache, what needs what, and rules that contradict each other, in one budget"""
    asked = [clear(work.stream("context", at)) for at in range(COUNT)]
    asked += [full(work.stream("full context", at)) for at in range(FULL)]
    replies = work.candidate.map("pack", asked, errors="return")
    problems = [
        problem_of(made, lambda value, each=each: wrong(each, value)) for each, made in zip(asked, replies, strict=True)
    ]
    got = [0.0 if bad else earned(each, made) for each, made, bad in zip(asked, replies, problems, strict=True)]
    metric("worth", statistics.fmean(got), floor=GREEDY, target=0.999)
    assert any(got), f"No choice was worth more than the naive one.{unusable(problems)}"
