# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
from __future__ import annotations

import statistics

import pytest
from grader_kit import shown, unusable, wrong_keys, wrong_number
from world.claims import GROUPS, SPOKEN, VAGUE, claim, vague
from world.deal import Deal
from world.outgoing import f1

EACH = 24
SURE, UNSURE = 0.012, 0.22
"""Squared errors: where credit is full, and where it begins; "half" for everything comes to 0.25."""


def wrong(asked, value) -> str:
    bad = wrong_keys(value, ("p", "spans"), "score_claim") or wrong_number(value["p"], "p", 0, 1)
    if bad:
        return bad
    for span in value["spans"]:
        if (
            len(span) != 2
            or any(type(at) is not int for at in span)
            or not 0 <= span[0] <= span[1] <= len(asked["claim"])
        ):
            return f"{shown(span)} is no span of the claim"
    return ""


VAGUE_HALF = 0.055
"""How far off "half" is where no report settles it."""


@pytest.fixture
def scored(work):
    """Claims of all kinds with the replies to them; no reply is worth what is wrong with all sureness."""
    rng = work.stream("claims")
    deal = Deal(rng, even=True)
    made = [
        claim(rng, group, false, deal=deal)
        for group in (*GROUPS, SPOKEN)
        for false in (True, False)
        for _ in range(EACH)
    ]
    made += [vague(rng, word) for word in VAGUE for _ in range(EACH)]
    rng.shuffle(made)
    replies = work.checked("score_claim", [each.asked for each in made], wrong)
    assert not all(problem for _, problem in replies), (
        f"No reply was usable.{unusable([problem for _, problem in replies])}"
    )
    return [
        (each, {"p": 1.0 - round(each.chance), "spans": []} if problem else value)
        for each, (value, problem) in zip(made, replies, strict=True)
    ]


@pytest.mark.points(16, group="claims")
def test_claims_are_held_to_their_report(scored, metric):
    """Claims that a report does not bear out are told from true ones in other words; to be unsure costs less than to be wrong"""
    for group in (*GROUPS, SPOKEN):
        error = statistics.fmean((value["p"] - each.chance) ** 2 for each, value in scored if each.group == group)
        metric(group, error, floor=UNSURE, target=SURE)
        print(group, round(error, 3))


@pytest.mark.points(3, group="claims")
def test_what_no_report_settles_is_priced(scored, metric):
    """Where no report settles it, the probability is the share that readers found; for who tells the other claims apart"""
    off = statistics.fmean((value["p"] - each.chance) ** 2 for each, value in scored if each.group == "vague")
    error = statistics.fmean((value["p"] - each.chance) ** 2 for each, value in scored if each.group != "vague")
    told = min(1.0, max(0.0, (0.24 - error) / 0.1))
    metric("shares", told * min(1.0, (VAGUE_HALF - off) / (VAGUE_HALF - 0.008)), floor=0.1, target=1.0)
    assert len({round(value["p"], 3) for _, value in scored}) > 2, "All claims got the same probability."


@pytest.mark.points(6, group="claims")
def test_the_words_at_fault_are_named(scored, metric):
    """The words that are not borne out are named, and none of a true claim"""
    got = {
        true: [
            f1([tuple(span) for span in value["spans"]], [each.span] if each.span else [])
            for each, value in scored
            if each.group != "vague" and (each.span is None) == true
        ]
        for true in (True, False)
    }
    metric("spans", statistics.fmean(got[True]) * statistics.fmean(got[False]), floor=0.4, target=0.95)
    print({true: statistics.fmean(each) for true, each in got.items()})
