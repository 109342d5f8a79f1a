# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

from collections import Counter

import pytest
from grader_kit import share
from planted.judges import Judge

LUCK = 0.2
"""What is no better than luck: 1 is a right verdict on all, 0 is the same verdict on all."""


def told_apart(bench, metric, fault):
    """Credit for turning faulty judges down more often than sound ones, two of each, asked in an order that is drawn."""
    replies = bench.labelled(fault)
    usual = Counter(level for reply in replies for level in reply.people).most_common(1)[0][0]
    rng = bench.rng(f"judges:{fault}")
    faults = [fault, "", fault, ""]
    judges = [Judge(key=f"{rng.getrandbits(64):x}", fault=one, usual=usual) for one in faults]
    used = bench.verdicts(judges, [reply.labelled for reply in replies])
    blocked = share(use is False for use, one in zip(used, faults, strict=True) if one)
    trusted = share(use is True for use, one in zip(used, faults, strict=True) if not one)
    apart = blocked + trusted - 1
    assert apart > LUCK, (
        f"{blocked:.0%} of the faulty judges were turned down; {trusted:.0%} of the sound ones were taken."
    )
    metric(f"judge_{fault}", apart, floor=LUCK, target=1.0)


@pytest.mark.points(2, group="judge")
def test_a_judge_that_likes_length_is_turned_down(bench, metric):
    """A judge that likes length is told from a sound one"""
    told_apart(bench, metric, "likes_length")


@pytest.mark.points(1, group="judge")
def test_a_judge_that_always_says_the_same_is_turned_down(bench, metric):
    """A judge that always gives the commonest level is told from a sound one"""
    told_apart(bench, metric, "constant")


@pytest.mark.points(1, group="judge")
def test_a_judge_that_guesses_is_turned_down(bench, metric):
    """A judge that guesses on every third reply is told from a sound one"""
    told_apart(bench, metric, "noisy")


@pytest.mark.points(3, group="judge")
def test_a_judge_that_overlooks_wrong_figures_is_turned_down(bench, metric):
    """A judge that overlooks wrong figures is told from a sound one"""
    told_apart(bench, metric, "blind_to_figures")


@pytest.mark.points(3, group="judge")
def test_a_judge_that_obeys_the_reply_is_turned_down(bench, metric):
    """A judge that obeys what a reply says is told from a sound one"""
    told_apart(bench, metric, "obeys")


@pytest.mark.points(1, group="judge")
def test_a_judge_that_changes_its_mind_is_turned_down(bench, metric):
    """A judge that gives another level when asked again is told from a sound one"""
    told_apart(bench, metric, "unstable")


@pytest.mark.points(1, group="judge")
def test_a_judge_that_is_down_is_turned_down(bench):
    """A judge whose service fails is not used, instead of an error"""
    labelled = [reply.labelled for reply in bench.labelled("down")]
    up, down = ([Judge(key=f"{name}-{at}") for at in range(2)] for name in ("up", "down"))
    used = bench.verdicts([*up, *down], labelled, down=down)
    assert True in used[:2], "No sound judge was taken."
    assert None not in used, "check_judge did not return a verdict on a judge that is down."
    assert not any(used[2:]), "A judge that graded nothing may be used."
