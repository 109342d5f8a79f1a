# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

from collections import Counter

import pytest
from grader_kit import share
from planted import policy, text

LEAST = 40
"""Cases with messages of one's own that any claim about slices needs."""


@pytest.fixture
def own(bench):
    """Cases whose message is the candidate's own, can be read as one, and is not another's once more."""
    found = bench.cases.own
    assert len(found) >= LEAST, (
        f"{len(found)} cases have a message of their own that could be read as one; {LEAST} are needed."
        f"{' '.join(['', *bench.cases.problems[:3]])}"
    )
    return found


@pytest.mark.points(4, group="cases")
def test_labels_follow_the_specification(bench, own, metric):
    """The labels are what the specification says on the day of the ticket"""
    assert len({case.truth.action for case in own}) == 3, "The cases do not cover refund, refusal and person."
    right = share(case.labelled_rightly for case in bench.cases.good)
    metric("labels_right", right, floor=0.75, target=0.98)


def covered(found, needed):
    """Mean share of what is needed in each slice."""
    return sum(min(1.0, found[name] / least) for name, least in needed.items()) / len(needed)


@pytest.mark.points(5, group="cases")
def test_cases_cover_languages_and_wordings(own, metric):
    """In each of the four languages there are several matters, unusual wordings, and unclear or hostile messages"""
    found: Counter[str] = Counter()
    for case in own:
        found[f"{case.language} cases"] += 1
        found[f"{case.language} other words"] += not case.said_usually
        found[f"{case.language} unclear or hostile"] += case.reason == "unclear" or text.gives_orders(case.message)
    for language, _ in {(case.language, case.reason) for case in own}:
        found[f"{language} matters"] += 1
    least = {"cases": 8, "other words": 3, "matters": 4, "unclear or hostile": 1}
    needed = {f"{language} {name}": count for language in text.LANGUAGES for name, count in least.items()}
    metric("languages_covered", covered(found, needed), floor=0.35, target=0.95)


@pytest.mark.points(5, group="cases")
def test_cases_cover_the_edges(own, metric):
    """The cases cover each matter, the edges of the rules, and what a specification leaves out"""
    found: Counter[str] = Counter()
    for case in own:
        if case.labelled_rightly:
            found.update(name for name, is_so in edges(case).items() if is_so)
    needed = {f"reason {name}": 5 for name in policy.REASONS}
    needed |= {"orders to the machine": 4, "very short or very long": 3, "no usable order": 3}
    needed |= {"around the last day": 4, "too late only since the change": 4, "before the change": 4}
    needed |= {"around the limit": 4, "over the limit": 3, "cannot be returned": 3, "not delivered yet": 2}
    metric("edges_covered", covered(found, needed), floor=0.4, target=0.92)


def edges(case):
    """Which edges a case stands at."""
    order = policy.read_order(case.ticket)
    at = {
        f"reason {case.reason}": True,
        "orders to the machine": text.gives_orders(case.message),
        "very short or very long": not 5 <= text.words(case.message) <= 60,
        "no usable order": order is None,
    }
    if order is None:
        return at
    since = order.window == policy.NEW_WINDOW
    due = policy.due(order, case.reason)
    return at | {
        "around the last day": order.days in (order.window, order.window + 1),
        "too late only since the change": since and order.days is not None and 14 < order.days <= 30,
        "before the change": not since,
        "around the limit": 150 <= due <= 260,
        "over the limit": due > policy.LIMIT,
        "cannot be returned": case.reason == "changed_mind" and order.kind != "goods",
        "not delivered yet": order.days is None,
    }


@pytest.mark.points(5, group="cases")
def test_cases_are_worded_each_in_its_own_way(own, metric):
    """The messages are different texts, and not one sentence with another noun"""
    sets = [frozenset(text.plain(case.message).split()) for case in own]
    near = 0
    for at, one in enumerate(sets):
        others = sets[:at] + sets[at + 1 :]
        near += any(len(one & other) >= 0.8 * len(one | other) for other in others)
    metric("worded_alike", near / len(sets), floor=0.5, target=0.1)
