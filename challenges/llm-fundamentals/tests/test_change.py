# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import statistics

import pytest
from grader_kit import problem_of, share
from support import numbers
from test_contexts import GREEDY, earned, wrong
from world.bills import bill, changed, day, prices
from world.packs import clear


@pytest.mark.points(6, group="change")
def test_invoices_follow_the_second_envelope(work, metric):
    """What is written into the cache, and how long it is held, is billed by the second envelope; the rest as before"""
    rng, asked = work.stream("changed bills"), []
    for _ in range(4):
        price = changed(rng, prices(rng))
        asked.append({"prices": price, "calls": day(rng, price, envelope=True)})
    replies = work.candidate.map("bill", asked, errors="return")
    hits = []
    for each, made in zip(asked, replies, strict=True):
        plain = {
            "ttl": each["prices"]["ttl"],
            "models": {
                name: {k: v for k, v in rate.items() if k != "write"} for name, rate in each["prices"]["models"].items()
            },
        }
        wanted, before = (
            bill(each["calls"], each["prices"]),
            bill([{k: v for k, v in call.items() if k != "hold"} for call in each["calls"]], plain),
        )
        bad = problem_of(made, lambda value, wanted=wanted: "" if numbers(value, len(wanted)) else "empty")
        hits += [
            not bad and abs(one - other) < 0.01
            for one, other, old in zip(made if not bad else wanted, wanted, before, strict=True)
            if other != old
        ]
    metric("calls", share(hits), floor=0.1, target=1.0)
    assert any(hits), "No amount that the change touches was right."


@pytest.mark.points(4, group="change")
def test_contexts_keep_free_what_the_second_envelope_reserves(work, metric):
    """Contexts keep free what the second envelope reserves, and still are worth their tokens"""
    asked = [clear(work.stream("reserve", at), change=True) for at in range(12)]
    replies = work.candidate.map("pack", asked, errors="return")
    got = [
        0.0 if problem_of(made, lambda value, each=each: wrong(each, value)) else earned(each, made)
        for each, made in zip(asked, replies, strict=True)
    ]
    metric("worth", statistics.fmean(got), floor=GREEDY, target=0.999)
    assert any(got), "No choice was worth more than the naive one."
