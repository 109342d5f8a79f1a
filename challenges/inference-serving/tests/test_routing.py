# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
from __future__ import annotations

import pytest
from engine.routing import episode
from support import BEGINS, FULL, alone, mean, part
from world import gateways
from world.best import router


def net(made, outcomes):
    """What periods were worth, as a share of what all right answers would be, in the mean; a period counts -1 at the least."""
    return mean(
        max(-1.0, out.net(case) / sum(each["worth"] for each in case.requests))
        for (case, _), out in zip(made, outcomes, strict=True)
    )


def held(desk, made):
    """How far the candidate comes from the better of two naive rules to the reference."""
    got = net(made, desk.play("route", made, episode, gateways.hidden))
    cases = [case for case, _ in made]
    naive = max(net(made, gateways.run(rule, cases)) for rule in gateways.NAIVE)
    best = net(made, gateways.run(router.route, alone(made, router.learn)))
    print(f"{got:.3f}; naive rule {naive:.3f}, reference {best:.3f}")
    return part(got, naive, best)


@pytest.mark.points(18, group="routing")
def test_money_buys_right_answers_below_the_cap(desk, metric):
    """Money goes where it buys right answers, and lasts"""
    tight = gateways.cases(desk.seed, "tight", budget=(0.1, 0.25), troubles=0, each=2)
    roomy = gateways.cases(desk.seed, "roomy", budget=(0.4, 0.7), troubles=0, each=2)
    metric("net", held(desk, tight + roomy), floor=BEGINS, target=FULL)


@pytest.mark.points(14, group="routing")
def test_trouble_of_models_is_got_round(desk, metric):
    """Models that fail or hang are got round, and come back"""
    metric(
        "net",
        held(desk, gateways.cases(desk.seed, "trouble", budget=(0.25, 0.6), troubles=2, each=3)),
        floor=BEGINS,
        target=FULL,
    )
