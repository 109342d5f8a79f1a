"""Checks C to F: the judge agrees with people, as well as they do, without leniency and blunders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.agreement import checks
from grader.agreement.check import CheckOutcome, show
from grader.agreement.measured import measure
from grader.agreement.planning import labels_for, labels_for_share, sigma_of
from grader.agreement.significance import wilson
from grader.agreement.simulation import unanimous_case
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import Thresholds

PASS, REJECT, OPEN = CheckOutcome.PASS, CheckOutcome.REJECT, CheckOutcome.INCONCLUSIVE
EVEN = [1 + number // 20 for number in range(100)]
GOOD = measure(unanimous_case(EVEN))


def judged_at(value, resamples, **limits):
    return replace(
        GOOD,
        case=replace(GOOD.case, thresholds=Thresholds(**limits)),
        comparison=replace(GOOD.comparison, qwk=Statistic(value=value)),
        resampled=np.asarray(resamples, dtype=float),
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.70, 0.60, 0.80, PASS),
        (0.699, 0.60, 0.80, OPEN),
        (0.70, 0.599, 0.80, OPEN),
        (0.50, 0.40, 0.60, OPEN),
        (0.50, 0.40, 0.599, REJECT),
        (0.0, 0.0, 0.0, REJECT),
        (0.95, 0.90, 0.99, PASS),
    ],
)
def test_the_judge_needs_seventy_and_surely_sixty(value, low, high, expected):
    resamples = [*np.full(101, low), *np.full(1799, (low + high) / 2), *np.full(101, high)]
    found = checks.judge_check(judged_at(value, resamples))
    assert (found.details["low"], found.details["high"]) == (pytest.approx(low), pytest.approx(high))
    assert (found.outcome, found.value, found.limit) == (expected, value, 0.70)
    if expected is not OPEN:
        assert found.labels_needed == 0


def test_the_bounds_are_one_sided_at_ninety_five_percent():
    m = judged_at(0.8, np.arange(2001) / 2000)
    found = checks.judge_check(m)
    assert (found.details["low"], found.details["high"]) == (pytest.approx(0.05), pytest.approx(0.95))
    assert m.interval == (pytest.approx(0.025), pytest.approx(0.975))
    assert checks.judge_check(m, 0.01).details["low"] == pytest.approx(0.01)
    assert checks.judge_check(m, 0.01).details["high"] == pytest.approx(0.95)


def test_an_undefined_kappa_and_one_candidate_are_inconclusive():
    nothing = checks.judge_check(replace(GOOD, comparison=replace(GOOD.comparison, qwk=undefined("both constant"))))
    assert (nothing.outcome, nothing.value, nothing.labels_needed) == (OPEN, None, None)
    assert "both constant" in nothing.sentence
    one = unanimous_case(EVEN)
    one = replace(one, labels=replace(one.labels, candidates=dict.fromkeys(one.judge, "c1")))
    found = checks.judge_check(measure(one))
    assert (found.outcome, found.value) == (OPEN, 1.0)
    assert "fewer than two candidates" in found.sentence


def test_labels_needed_grow_with_what_is_in_doubt():
    noisy = np.random.default_rng(0).normal(0.72, 0.08, 2000)
    found = checks.judge_check(judged_at(0.72, noisy))
    sigma = sigma_of(0.72, noisy.std(), 100)
    assert found.labels_needed == labels_for(0.72, 0.60, sigma=sigma) - 100
    assert f"About {found.labels_needed} more labels would let a judge this good pass" in found.sentence
    stricter = checks.judge_check(judged_at(0.72, noisy), 0.01)
    assert stricter.labels_needed > found.labels_needed


def test_a_judge_below_the_limit_is_told_to_improve():
    found = checks.judge_check(judged_at(0.65, np.random.default_rng(0).normal(0.65, 0.08, 2000)))
    sigma = sigma_of(0.65, 0.08, 100)
    assert found.labels_needed == pytest.approx(labels_for(0.70, 0.60, sigma=sigma) - 100, abs=15)
    assert "Improve the judge or the anchors; about" in found.sentence
    surely = checks.judge_check(judged_at(0.65, np.full(2000, 0.65)))
    assert (surely.outcome, surely.labels_needed) == (OPEN, 0)
    assert "More labels will not change this" in surely.sentence


def test_no_number_of_labels_lifts_a_bound_to_the_estimates_own_limit():
    found = checks.judge_check(judged_at(0.70, np.linspace(0.6, 0.8, 2000), judge_qwk_low=0.70))
    assert (found.outcome, found.labels_needed) == (OPEN, None)
    assert "No number of labels" in found.sentence


def test_a_judge_that_nearly_passed_needs_at_least_one_more_label():
    resamples = [*np.full(150, 0.599), *np.full(1850, 0.62)]
    assert checks.judge_check(judged_at(0.75, resamples)).labels_needed == 1


@pytest.mark.parametrize(
    ("people", "judge", "expected"), [(0.80, 0.70, PASS), (0.80, 0.699, REJECT), (0.70, 0.90, PASS), (0.9, 0.1, REJECT)]
)
def test_the_judge_may_be_a_tenth_below_people(people, judge, expected):
    found = checks.ceiling_check(
        replace(GOOD, human_qwk=Statistic(value=people), judge_human_qwk=Statistic(value=judge))
    )
    assert (found.outcome, found.limit) == (expected, 0.10)
    assert found.value == pytest.approx(people - judge)
    assert (": no less (" in found.sentence) == (judge > people)
    if judge < people:
        assert f": {show(people - judge, 0.10)} less (" in found.sentence


def test_a_ceiling_that_is_not_known_is_inconclusive():
    for m in (replace(GOOD, human_qwk=undefined("why")), replace(GOOD, judge_human_qwk=undefined("why"))):
        found = checks.ceiling_check(m)
        assert (found.outcome, found.value) == (OPEN, None)
        assert found.sentence.endswith("why.")


@pytest.mark.parametrize(
    ("smd", "expected", "words"),
    [
        (0.15, PASS, "The judge's levels are 0.15 standard deviations above"),
        (0.151, REJECT, "The judge is lenient: its levels are 0.151 standard deviations above"),
        (-0.15, PASS, "The judge's levels are 0.15 standard deviations below"),
        (-0.2, REJECT, "The judge is severe: its levels are 0.20 standard deviations below"),
        (0.0, PASS, "0.00 standard deviations"),
    ],
)
def test_the_judge_may_be_lenient_by_fifteen_hundredths_of_a_deviation(smd, expected, words):
    found = checks.leniency_check(replace(GOOD, comparison=replace(GOOD.comparison, smd=Statistic(value=smd))))
    assert (found.outcome, found.value, found.limit) == (expected, smd, 0.15)
    assert words in found.sentence


def test_leniency_without_variation_is_inconclusive():
    found = checks.leniency_check(replace(GOOD, comparison=replace(GOOD.comparison, smd=undefined("no variation"))))
    assert (found.outcome, found.value) == (OPEN, None)


def off_by_two(hits, n):
    low, high = wilson(hits, n)
    share = Statistic(value=hits / n, low=low, high=high)
    return replace(GOOD, comparison=replace(GOOD.comparison, n=n, blunders=share))


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [(0, 50, PASS), (1, 50, OPEN), (5, 50, OPEN), (6, 50, REJECT), (4, 100, PASS), (5, 100, OPEN), (11, 100, REJECT)],
)
def test_blunders_surely_stay_below_a_tenth(hits, n, expected):
    found = checks.blunders_check(off_by_two(hits, n))
    assert (found.outcome, found.value, found.limit) == (expected, hits / n, 0.10)


def test_blunders_at_the_limit_itself_pass():
    share = Statistic(value=0.05, low=0.0, high=0.10)
    found = checks.blunders_check(replace(GOOD, comparison=replace(GOOD.comparison, blunders=share)))
    assert found.outcome is PASS


def test_labels_that_settle_blunders_are_counted():
    found = checks.blunders_check(off_by_two(1, 50))
    assert found.labels_needed == labels_for_share(0.02, 0.10) - 50 == 5
    assert found.sentence.startswith("1 of 50 items are off by two levels or more; it may be up to 10.5 %")
    assert "About 5 more labels would settle it" in found.sentence
    never = checks.blunders_check(off_by_two(5, 50))
    assert never.labels_needed is None
    assert checks.blunders_check(off_by_two(0, 50)).labels_needed == 0
    unknown = checks.blunders_check(replace(GOOD, comparison=replace(GOOD.comparison, blunders=undefined("none"))))
    assert (unknown.outcome, unknown.labels_needed) == (OPEN, None)
