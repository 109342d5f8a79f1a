# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import pytest
from grader_kit import problem_of, share, unusable
from support import FLOOR, numbers
from world.bills import RULES, bill, day, prices, telling

DAYS, MOST_DAYS = 8, 60
LEAST = 8
"""Calls that each rule changes: on few of them luck decides, and on none nobody could show that it is kept."""
FEW = "batch"


@pytest.mark.points(9, group="bills")
def test_calls_cost_what_invoices_say(work, metric):
    """Each call costs what the invoices say, rule by rule"""
    credit(work, metric, "bills", ("plain", *(rule for rule in RULES if rule != FEW)))


@pytest.mark.points(7, group="bills")
def test_the_rule_that_few_calls_show_is_kept(work, metric):
    """Batch calls that read the cache cost what the invoices say"""
    credit(work, metric, "batches", (FEW,))


def credit(work, metric, name: str, kinds: tuple[str, ...]) -> None:
    """A metric for each kind of call; of several rules that a call is touched by, each counts it."""
    asked = days(work.stream(name), kinds)
    replies = work.candidate.map("bill", asked, errors="return")
    problems, right = [], {kind: [] for kind in kinds}
    for each, made in zip(asked, replies, strict=True):
        problems.append(
            problem_of(made, lambda value, each=each: "" if numbers(value, len(each["calls"])) else "empty")
        )
        wanted = bill(each["calls"], each["prices"])
        hits = [
            not problems[-1] and abs(one - other) < 0.01
            for one, other in zip(made if not problems[-1] else wanted, wanted, strict=True)
        ]
        for kind, places in touched(each).items():
            if kind in right:
                right[kind] += [hits[at] for at in places]
    assert any(any(hits) for hits in right.values()), f"No amount was right.{unusable(problems)}"
    for kind, hits in right.items():
        metric(kind, share(hits), floor=FLOOR, target=1.0)
    print("; ".join(f"{kind}: {sum(hits)} of {len(hits)}" for kind, hits in right.items()), unusable(problems))


def days(rng, kinds: tuple[str, ...]) -> list[dict]:
    """Days of calls, until each of `kinds` has its share of them."""
    asked, told = [], dict.fromkeys(kinds, 0)
    while len(asked) < DAYS or (min(told.values()) < LEAST and len(asked) < MOST_DAYS):
        price = prices(rng)
        asked.append({"prices": price, "calls": day(rng, price)})
        told = {kind: count + len(touched(asked[-1])[kind]) for kind, count in told.items()}
    return asked


def touched(asked) -> dict[str, list[int]]:
    """Places of the calls that each rule changes; `plain` are those that none but rounding does. What batches halve is asked by itself."""
    told = {rule: set(telling(asked["calls"], asked["prices"], rule)) for rule in RULES}
    plain = set(range(len(asked["calls"]))).difference(*(told[rule] for rule in RULES if rule != "rounded"))
    others = {rule: places - told[FEW] for rule, places in told.items() if rule != FEW}
    return {"plain": sorted(plain), FEW: sorted(told[FEW])} | {
        rule: sorted(places & plain if rule == "rounded" else places) for rule, places in others.items()
    }
