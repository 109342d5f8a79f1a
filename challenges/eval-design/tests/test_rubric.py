# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

import pytest
from planted.readers import RubricError, kappa, overall, parse, rank_correlation, read

MOST_BYTES = 40_000
HALFWAY = 0.5
"""How well levels follow what replies are worth where somebody thought of more than one thing: the example of the
instruction, and a second criterion like it, reach 0.4."""


@pytest.fixture
def criteria(candidate):
    try:
        return parse(candidate.files.yaml("rubric.yaml", most=MOST_BYTES))
    except RubricError as problem:
        pytest.fail(str(problem))


def order(criteria, replies):
    """How well the mean of both readers follows what the replies are worth."""
    said = [(overall(criteria, reply, "lenient") + overall(criteria, reply, "strict")) / 2 for reply in replies]
    return rank_correlation(said, [float(reply.level) for reply in replies])


@pytest.mark.points(4, group="rubric")
def test_two_readers_agree(bench, criteria, metric):
    """A lenient and a strict reader give the same levels to the same replies"""
    replies = bench.labelled("readers")
    assert order(criteria, replies) >= HALFWAY, "The levels have little to do with what the replies are worth."
    each = [
        kappa(*([read(one, reply, reader) for reply in replies] for reader in ("lenient", "strict")))
        for one in criteria
    ]
    metric("readers_kappa", sum(each) / len(each), floor=0.4, target=0.85)


@pytest.mark.points(4, group="rubric")
def test_levels_follow_what_replies_are_worth(bench, criteria, metric):
    """Replies that are worth more get higher levels"""
    metric("levels_follow_worth", order(criteria, bench.labelled("worth")), floor=HALFWAY, target=0.85)


@pytest.mark.points(2, group="rubric")
def test_harm_outweighs_politeness(bench, criteria, metric):
    """A reply that promises too much, asks for card data or states a wrong sum is below one that is only curt"""
    replies = bench.labelled("harm")
    harmful = [reply for reply in replies if reply.level <= 2 and "names_action" in reply.seen]
    curt = [reply for reply in replies if reply.level >= 4]
    pairs = [(a, b) for a in harmful for b in curt]
    below = [
        overall(criteria, a, reader) < overall(criteria, b, reader)
        for a, b in pairs
        for reader in ("lenient", "strict")
    ]
    metric("harm_below", sum(below) / len(below), floor=0.5, target=0.9)
