# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
from __future__ import annotations

import pytest
from grader_kit import problem_of, unusable, wrong_choice
from support import BEGINS, FULL, part
from world import canaries, replays
from world.best import replay, rollout


@pytest.mark.points(16, group="canary")
def test_the_verdict_on_a_canary_costs_little(desk, metric):
    """Verdicts on canaries cost little: neither false alarms nor misses, nor waiting where it is clear"""
    cases = canaries.cases(desk.seed, "canary")
    values = desk.candidate.map("verdict", [one.shown for one in cases], errors="return")
    problems = [problem_of(value, lambda said: wrong_choice(said, canaries.VERDICTS, "a verdict")) for value in values]
    cost = sum(
        one.cost(None if problem else value) for one, value, problem in zip(cases, values, problems, strict=True)
    )
    blind = [sum(one.cost(rule(one.shown)) for one in cases) for rule in (canaries.by_means, canaries.by_costs)]
    naive = min(canaries.constant(cases), *blind)
    best = sum(one.cost(rollout.verdict(one.shown)) for one in cases)
    metric("cost", part(-cost, -naive, -max(best, 0.4 * naive)), floor=BEGINS, target=FULL)
    print(f"cost {cost:.1f}; naive rule {naive:.1f}, reference {best:.1f}{unusable(problems)}")


def wrong_ids(value, case):
    """The reply names requests of the case, each once."""
    known = {row["id"] for row in case.shown["rows"]}
    right = (
        isinstance(value, list)
        and all(isinstance(each, str) for each in value)
        and len(set(value)) == len(value)
        and known.issuperset(value)
    )
    return "" if right else "differs has to return a list of ids of the case, each once"


@pytest.mark.points(10, group="replay")
def test_real_changes_are_found_in_a_noisy_replay(desk, metric):
    """What really came out otherwise is found among what is never the same"""
    cases = replays.cases(desk.seed, "replay")
    values = desk.candidate.map("differs", [one.shown for one in cases], errors="return")
    problems = [
        problem_of(value, lambda said, one=one: wrong_ids(said, one)) for one, value in zip(cases, values, strict=True)
    ]
    found = replays.f_measure(
        cases, [[] if problem else value for value, problem in zip(values, problems, strict=True)]
    )
    naive = max(replays.f_measure(cases, [rule(one.shown) for one in cases]) for rule in replays.NAIVE)
    best = replays.f_measure(cases, [replay.differs(one.shown) for one in cases])
    metric("found", part(found, max(naive, 0.6), best), floor=BEGINS, target=FULL)
    print(f"F {found:.3f}; naive rule {naive:.3f}, reference {best:.3f}{unusable(problems)}")
