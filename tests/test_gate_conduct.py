"""Checks G to I: the judge uses the scale, repeats itself and is not moved by what must not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.agreement import checks
from grader.agreement.check import CheckOutcome, show
from grader.agreement.gate import decide
from grader.agreement.measured import flips, measure
from grader.agreement.simulation import LEVELS, unanimous_case
from grader.agreement.statistic import Statistic
from grader.agreement.thresholds import PROBES

PASS, REJECT, OPEN, UNMEASURED = (
    CheckOutcome.PASS,
    CheckOutcome.REJECT,
    CheckOutcome.INCONCLUSIVE,
    CheckOutcome.NOT_MEASURED,
)
STILL = dict.fromkeys(PROBES, (0.0,))
EVEN = [1 + number // 20 for number in range(100)]
GOOD = measure(unanimous_case(EVEN))


def spread(*counts):
    """Levels 1.. as often as `counts` says."""
    return [level for level, count in enumerate(counts, 1) for _ in range(count)]


def test_a_judge_uses_three_levels():
    label = spread(0, 20, 40, 20, 20)
    three = checks.degenerate_check(measure(unanimous_case(label, [min(level, 4) for level in label])))
    assert (three.outcome, three.details["levels_used"]) == (PASS, 3)
    two = checks.degenerate_check(measure(unanimous_case(label, [3 if level < 4 else 4 for level in label])))
    assert (two.outcome, two.details["levels_used"]) == (REJECT, 2)
    assert "it uses 2 of 5 levels (3 needed)" in two.sentence


@pytest.mark.parametrize(("moved", "expected"), [(20, PASS), (21, REJECT)])
def test_no_level_is_flooded_beyond_twenty_points(moved, expected):
    label = spread(20, 30, 30, 10, 10)
    judge = [4 if 50 <= number < 50 + moved else level for number, level in enumerate(label)]
    found = checks.degenerate_check(measure(unanimous_case(label, judge)))
    assert found.outcome is expected
    assert found.details["excess"]["4"] == pytest.approx(moved / 100)
    if expected is REJECT:
        assert "level 4 21.0 points more often than people (20 allowed)" in found.sentence


def test_a_judge_beats_the_best_constant_by_squared_error():
    label = spread(20, 20, 20, 20, 20)
    flipped = [6 - level for level in label]
    found = checks.degenerate_check(measure(unanimous_case(label, flipped)))
    assert found.outcome is REJECT
    assert "always answering 3 is as good (squared error 2.00 against 8.00)" in found.sentence
    assert found.value == pytest.approx(-3)
    # As good as the constant is not better: squared error 2 for both.
    m = measure(unanimous_case(label))
    equal = replace(m, comparison=replace(m.comparison, mse=Statistic(value=2.0)))
    assert checks.degenerate_check(equal).outcome is REJECT
    better = replace(m, comparison=replace(m.comparison, mse=Statistic(value=1.999)))
    assert checks.degenerate_check(better).outcome is PASS
    assert checks.degenerate_check(better).value == pytest.approx(1 - 1.999 / 2)


def test_a_constant_judge_fails_whatever_it_answers():
    for level in LEVELS:
        report = decide(unanimous_case(EVEN, [level] * 100))
        assert report.verdict == "REJECT"
        assert {check.id for check in report.checks if check.outcome is REJECT} >= {"C", "D", "G"}
        assert report.measured.comparison.qwk.value == 0.0


def test_nothing_judged_is_inconclusive():
    found = checks.degenerate_check(measure(unanimous_case(EVEN, [None] * 100)))
    assert (found.outcome, found.value) == (OPEN, None)


def test_the_best_constant_answers_the_items_that_the_judge_answered():
    label = [1] * 30 + [5] * 31
    m = measure(unanimous_case(label, [1] * 30 + [None] * 31))
    assert (m.constant.level, m.constant.comparison.n, m.constant.comparison.mse.value) == (1, 30, 0.0)
    assert m.constant.alt.winning_rate.value == 1.0
    assert m.alt.winning_rate.value == 1.0


def test_labels_of_one_level_have_no_skill_to_show():
    found = checks.degenerate_check(measure(unanimous_case([3] * 60)))
    assert (found.outcome, found.value) == (REJECT, None)


@pytest.mark.parametrize(("share", "expected"), [(0.10, PASS), (0.1001, REJECT), (0.0, PASS)])
def test_a_tenth_of_repeats_may_flip(share, expected):
    found = checks.stability_check(replace(GOOD, flips=Statistic(value=share)), required=True)
    assert (found.outcome, found.value, found.limit) == (expected, share, 0.10)
    assert f"differ in {show(100 * share, 10)} % of cases (10 % allowed)" in found.sentence


def test_flips_are_pairs_of_repeats_that_differ():
    assert flips([(3, 3, 3)] * 29 + [(3, 3, 4)], 3).value == pytest.approx(2 / 90)
    assert flips([(3, 3, 3)] * 29 + [(3, 4, 5)], 3).value == pytest.approx(3 / 90)
    assert flips([(3, 3, 3, 4)] * 30, 3).value == pytest.approx(3 / 6)


def test_stability_needs_three_repeats_of_thirty_items_or_of_all():
    assert flips([(3, 3, 3)] * 30 + [(3, 4)] * 50, 3).value == 0.0
    assert flips([(3, 3, 3)] * 29 + [(3, 4)] * 50, 3).value is None
    assert flips([(3, 3, 3)] * 4, 3).value == 0.0
    assert flips([(3, 3, 3)] * 3 + [(3, 3)], 3).value is None
    assert flips([], 3).value is None
    assert flips([(3, 3)] * 40, 2).value == 0.0


def test_stability_that_was_not_measured_counts_where_it_is_required():
    m = measure(unanimous_case(EVEN, repeats=2))
    assert checks.stability_check(m, required=True).outcome is OPEN
    assert checks.stability_check(m, required=False).outcome is UNMEASURED


@pytest.mark.parametrize("probe", ["padded", "stripped", "injected"])
@pytest.mark.parametrize(
    ("shifts", "expected"),
    [([0, 0, 0, 1], PASS), ([0, 1], REJECT), ([0, -1], REJECT), ([2, -2], PASS), ([0.499], PASS)],
)
def test_twins_move_the_judge_by_less_than_half_a_level(probe, shifts, expected):
    found = checks.probes_check(measure(unanimous_case(EVEN, probes={**STILL, probe: shifts})), required=True)
    assert (found.outcome, found.limit) == (expected, 0.5)
    assert found.value == pytest.approx(abs(np.mean(shifts)))
    assert found.details[probe] == pytest.approx(np.mean(shifts))
    assert (f"{probe} moves it" in found.sentence) == (expected is REJECT)


@pytest.mark.parametrize("missing", ["padded", "stripped", "injected"])
def test_a_missing_probe_counts_where_probes_are_required(missing):
    for probes in ({**STILL, missing: []}, {name: shifts for name, shifts in STILL.items() if name != missing}):
        m = measure(unanimous_case(EVEN, probes=probes))
        assert checks.probes_check(m, required=True).outcome is OPEN
        assert checks.probes_check(m, required=False).outcome is UNMEASURED
        assert f"{missing} missing" in checks.probes_check(m, required=True).sentence


def test_a_probe_that_moves_rejects_even_when_others_are_missing():
    m = measure(unanimous_case(EVEN, probes={"injected": [1, 1]}))
    assert checks.probes_check(m, required=False).outcome is REJECT
