# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import pytest
from grader_kit import share, shown, untaken
from support import credited, near, numbers
from world.sampling import distribution, question

EACH = 8
CUT = 4.76
"""Deviations of a standard normal beyond which one in a million lies."""


def rightly(asked, made) -> str:
    wanted = distribution(asked)
    right = all(near(one, other) for one, other in zip(numbers(made, len(wanted)), wanted, strict=True))
    return "" if right else f"{asked['settings']} gives {shown(wanted)} and gave {shown(made)}"


def asked_about(work, metric, *kinds: str) -> None:
    rng = work.stream("distribution", *kinds)
    asked = {kind: [question(rng, kind) for _ in range(EACH)] for kind in kinds}
    credited(metric, work.by_kind("distribution", asked, rightly))


@pytest.mark.points(5, group="sampler")
def test_settings_give_the_distribution_that_they_give_today(work, metric):
    """Logits and settings give the distribution that they give today, rule by rule, and however large they are"""
    asked_about(work, metric, "plain", "counts", "border", "greedy", "huge")


@pytest.mark.points(10, group="sampler")
def test_rules_that_few_draws_show_are_kept(work, metric):
    """The rules that few draws show, and all of them together, give the distribution that they give today"""
    asked_about(work, metric, "before", "capped", "together")


@pytest.mark.points(3, group="sampler")
def test_draws_come_from_the_distribution_and_from_their_seed_alone(work, metric):
    """Draws come from the distribution (chi-square at one in a million), the same for the same seed, others for another"""
    rng = work.stream("sample")
    kinds = [kind for kind in ("counts", "before", "border") for _ in range(4)]
    wide = [
        untaken(lambda kind=kind: question(rng, kind), lambda made: max(distribution(made)) > 0.95) for kind in kinds
    ]
    asked = [each | {"count": 3000, "seed": rng.getrandbits(30)} for each in wide]
    other = [each | {"seed": each["seed"] + 1} for each in asked]
    first = work.candidate.map("sample", [*asked, *other], errors="return")
    work.candidate.afresh()
    again = work.candidate.map("sample", asked, errors="return")
    fits = [likely(each, drawn) for each, drawn in zip([*asked, *other], first, strict=True)]
    same = [one == two != three for one, two, three in zip(first, again, first[len(asked) :], strict=False)]
    assert any(fits), "No draws came from the distribution."
    metric("draws", share(fits) * share(same), floor=0.1, target=1.0)


def likely(asked, drawn) -> bool:
    """Whether 3,000 draws may come of the distribution, at one in a million (Wilson and Hilferty's normal form of chi-square)."""
    chances = distribution(asked)
    if not isinstance(drawn, list) or len(drawn) != asked["count"] or any(type(each) is not int for each in drawn):
        return False
    counts = [drawn.count(at) for at in range(len(chances))]
    if sum(counts) != len(drawn) or any(count and not chance for count, chance in zip(counts, chances, strict=True)):
        return False
    often = [(count, 3000 * chance) for count, chance in zip(counts, chances, strict=True) if 3000 * chance >= 5]
    rare = (3000 - sum(count for count, _ in often), 3000 - sum(mean for _, mean in often))
    cells = [*often, rare] if rare[1] > 1 else often
    free = len(cells) - 1
    if not free:
        return True
    chi = sum((count - mean) ** 2 / mean for count, mean in cells)
    return ((chi / free) ** (1 / 3) - (1 - 2 / (9 * free))) / (2 / (9 * free)) ** 0.5 < CUT
