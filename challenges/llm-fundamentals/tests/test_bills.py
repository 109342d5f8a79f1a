# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import pytest
from grader_kit import problem_of, share, unusable
from support import FLOOR, numbers
from world.bills import RULES, bill, day, prices, telling

DAYS = 8


@pytest.mark.points(14, group="bills")
def test_calls_cost_what_invoices_say(work, metric):
    """Each call costs what the invoices say, rule by rule"""
    rng = work.stream("bills")
    asked = []
    for _ in range(DAYS):
        price = prices(rng)
        asked.append({"prices": price, "calls": day(rng, price)})
    replies = work.candidate.map("bill", asked, errors="return")
    problems, right = [], {kind: [] for kind in ("plain", *RULES)}
    for each, made in zip(asked, replies, strict=True):
        problems.append(
            problem_of(made, lambda value, each=each: "" if numbers(value, len(each["calls"])) else "empty")
        )
        wanted = bill(each["calls"], each["prices"])
        hits = [
            not problems[-1] and abs(one - other) < 0.01
            for one, other in zip(made if not problems[-1] else wanted, wanted, strict=True)
        ]
        told = {rule: telling(each["calls"], each["prices"], rule) for rule in RULES}
        plain = set(range(len(hits))) - {at for rule in RULES if rule != "rounded" for at in told[rule]}
        for kind, places in (*told.items(), ("plain", plain)):
            right[kind] += [hits[at] for at in places if kind != "rounded" or at in plain]
    assert any(any(hits) for hits in right.values()), f"No amount was right.{unusable(problems)}"
    for kind, hits in right.items():
        metric(kind, share(hits), floor=FLOOR, target=1.0)
    print("; ".join(f"{kind}: {sum(hits)} of {len(hits)}" for kind, hits in right.items()), unusable(problems))
