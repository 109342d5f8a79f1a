# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
from __future__ import annotations

import pytest
from engine.caching import episode
from support import BEGINS, FULL, alone, mean, part
from world import prompts
from world.best import cache


@pytest.mark.points(12, group="cache")
def test_answers_are_reused_where_they_serve(desk, metric):
    """Answers are used again where they serve, and near ones that do not are told from them"""
    made = [prompts.case(desk.seed, f"cache:{at}") for at in range(10)]
    outcomes = desk.play("look", made, episode)
    cases = [case for case, _ in made]

    def credit(results):
        return mean(prompts.credit(case, out) for case, out in zip(cases, results, strict=True))

    naive = max(credit(prompts.run(rule, cases)) for rule in prompts.NAIVE)
    best = credit(prompts.run(cache.look, alone(made, cache.learn)))
    metric("served", part(credit(outcomes), naive, best), floor=BEGINS, target=FULL)
    hits, bad = sum(out.hits for out in outcomes), sum(out.bad for out in outcomes)
    print(
        f"{hits} hits, {bad} of which did not serve; credit {credit(outcomes):.3f}, naive rule {naive:.3f}, reference {best:.3f}"
    )
