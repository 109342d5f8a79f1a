# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
from __future__ import annotations

import math

import pytest
from engine.batching import episode
from engine.measures import percentile
from support import BEGINS, FULL, alone, mean, part
from world import batches
from world.best import scheduler


def worths(made, outcomes):
    """Share of the worth of each trace that was kept, in the mean."""
    return mean(
        batches.kept(case, out) / sum(each["worth"] for each in case.requests)
        for (case, _), out in zip(made, outcomes, strict=True)
    )


def wait(made, outcomes):
    """How long 95 of 100 wait for a first token at most; a logarithm, in the mean."""

    def waits(case, out):
        return [out.first.get(each["id"], each["by"]) - each["arrived"] for each in case.requests]

    return -mean(math.log(percentile(waits(case, out), 0.95)) for (case, _), out in zip(made, outcomes, strict=True))


def held(desk, made, measure):
    """How far the candidate comes from the best rule that reads no profile to the reference."""
    got = measure(made, desk.play("step", made, episode))
    naive = max(measure(made, batches.run(rule, [case for case, _ in made])) for rule in batches.NAIVE)
    best = measure(made, batches.run(scheduler.step, alone(made, scheduler.learn)))
    print(f"{got:.3f}; naive rule {naive:.3f}, reference {best:.3f}")
    return part(got, naive, best)


@pytest.mark.points(8, group="batching")
def test_worth_is_kept_under_load(desk, metric):
    """Under more load than the server can bear, what is worth most is done in time"""
    metric("worth", held(desk, batches.cases(desk.seed, "worth", "worth", each=2), worths), floor=BEGINS, target=FULL)


@pytest.mark.points(6, group="batching")
def test_the_longest_waits_are_short(desk, metric):
    """Where all can be served, 95 of 100 get their first token soon"""
    metric("wait", held(desk, batches.cases(desk.seed, "wait", "wait", each=2), wait), floor=BEGINS, target=FULL)
