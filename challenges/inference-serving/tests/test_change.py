# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
from __future__ import annotations

import pytest
from engine import batching, caching, routing
from support import BEGINS, FULL, alone, mean, part
from test_batching import worths
from test_routing import net
from world import batches, gateways, prompts
from world.best import cache, router, scheduler


def blind(policy):
    """The same policy for who has not opened the envelope."""
    return lambda state: policy({key: value for key, value in state.items() if key != "policy"})


@pytest.mark.points(6, group="change")
def test_a_promise_is_kept_or_broken_by_what_it_costs(desk, metric):
    """A share that was promised to a tenant is kept where that costs less than breaking it"""
    made = batches.cases(desk.seed, "promise", "worth", change=True, each=3)
    got = worths(made, desk.play("step", made, batching.episode))
    noted = alone(made, scheduler.learn)
    naive = max(worths(made, batches.run(rule, noted)) for rule in batches.NAIVE)
    unaware, best = (worths(made, batches.run(rule, noted)) for rule in (blind(scheduler.step), scheduler.step))
    metric("worth", part(got, naive, best), floor=BEGINS, target=FULL)
    print(f"{got:.3f}; naive rule {naive:.3f}, reference without the change {unaware:.3f}, with it {best:.3f}")


@pytest.mark.points(6, group="change")
def test_rules_that_contradict_each_other_are_weighed(desk, metric):
    """Of two rules that contradict each other the dearer is kept"""
    made = gateways.cases(desk.seed, "rules", budget=(0.25, 0.6), troubles=2, change=True, each=3)
    got = net(made, desk.play("route", made, routing.episode, gateways.hidden))
    noted = alone(made, router.learn)
    naive = max(net(made, gateways.run(rule, noted)) for rule in gateways.NAIVE)
    unaware, best = (net(made, gateways.run(rule, noted)) for rule in (blind(router.route), router.route))
    metric("net", part(got, naive, best), floor=BEGINS, target=FULL)
    print(f"{got:.3f}; naive rule {naive:.3f}, reference without the change {unaware:.3f}, with it {best:.3f}")


@pytest.mark.points(4, group="change")
def test_answers_stay_with_their_tenant(desk, metric):
    """Answers of one tenant are not used for another where that is forbidden"""
    made = [prompts.case(desk.seed, f"apart:{at}", change=True) for at in range(8)]
    outcomes = desk.play("look", made, caching.episode)
    cases = [case for case, _ in made]
    noted = alone(made, cache.learn)

    def credit(results):
        return mean(prompts.credit(case, out) for case, out in zip(cases, results, strict=True))

    naive = max(credit(prompts.run(rule, noted)) for rule in prompts.NAIVE)
    unaware, best = (credit(prompts.run(rule, noted)) for rule in (blind(cache.look), cache.look))
    metric("served", part(credit(outcomes), max(naive, unaware), best), floor=BEGINS, target=FULL)
    print(
        f"{credit(outcomes):.3f}; naive rule {naive:.3f}, reference without the change {unaware:.3f}, with it {best:.3f}"
    )
