"""The gate's checks at their limits, its order of precedence, and what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.agreement import checks
from grader.agreement.check import Check, Outcome, show
from grader.agreement.gate import decide, decide_all, verdict_of
from grader.agreement.labels import Labels
from grader.agreement.measured import Case, flips, measure
from grader.agreement.panel import Pair, mean_over_pairs, panel_of
from grader.agreement.planning import (
    chance_of_passing,
    labels_for,
    labels_for_share,
    sigma_of,
)
from grader.agreement.significance import wilson
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import Thresholds

LEVELS = (1, 2, 3, 4, 5)
PASS, REJECT, OPEN, UNMEASURED = Outcome.PASS, Outcome.REJECT, Outcome.INCONCLUSIVE, Outcome.NOT_MEASURED
STILL = {"padded": [0.0] * 5, "stripped": [0.0] * 5, "injected": [0.0] * 5}


def case_of(label, judge=None, *, people=2, repeats=3, probes=STILL, levels=LEVELS, **limits):
    """A case in which `people` agree on `label`, and the judge repeats itself; None is no level."""
    names = [f"item-{number:04d}" for number in range(len(label))]
    same = dict(zip(names, label, strict=True))
    judged = same if judge is None else dict(zip(names, judge, strict=True))
    return Case(
        labels=Labels(criterion="depth", levels=levels, people={f"p{n}": same for n in range(people)}),
        judge={name: (level,) * repeats for name, level in judged.items() if level is not None},
        probes=probes,
        thresholds=Thresholds(**limits),
    )


def spread(*counts):
    """Levels 1.. as often as `counts` says."""
    return [level for level, count in enumerate(counts, 1) for _ in range(count)]


EVEN = spread(20, 20, 20, 20, 20)
GOOD = measure(case_of(EVEN))


def outcome(check):
    return check.outcome


# ------------------------------------------------------------------------------------------------ A: labels


@pytest.mark.parametrize(
    ("counts", "expected", "needed"),
    [
        ((10, 10, 10, 10, 10), PASS, 0),
        ((10, 10, 10, 10, 9), OPEN, 1),
        ((6, 6, 6, 6, 6), OPEN, 20),
        ((40, 5, 5, 0, 0), PASS, 0),
        ((41, 5, 4, 0, 0), OPEN, 1),
        ((46, 4, 4, 4, 4), OPEN, 2),
        ((50, 0, 0, 0, 0), OPEN, 10),
        ((25, 25, 0, 0, 0), OPEN, 5),
    ],
)
def test_fifty_items_and_three_levels_of_five_items_are_enough_labels(counts, expected, needed):
    found = checks.labels_check(measure(case_of(spread(*counts))))
    assert (found.outcome, found.labels_needed, found.value, found.limit) == (expected, needed, sum(counts), 50)


def test_an_item_counts_when_two_people_and_the_judge_rated_it():
    case = case_of(EVEN)
    alone = {**case.labels.people, "p1": {f"item-{number:04d}": EVEN[number] for number in range(0, 100, 2)}}
    half = replace(case, labels=replace(case.labels, people=alone))
    assert checks.labels_check(measure(half)).value == 50
    one_person = replace(case.labels, people={"p0": alone["p0"]})
    assert checks.labels_check(measure(replace(case, labels=one_person))).value == 0
    unjudged = case_of(EVEN, [*EVEN[:49], *[None] * 51])
    found = checks.labels_check(measure(unjudged))
    assert (found.value, found.outcome, found.labels_needed) == (49, OPEN, 0)
    assert "gave no level for 51 more" in found.sentence


def test_missing_levels_are_named():
    enough = checks.labels_check(measure(case_of(spread(0, 0, 20, 20, 20)))).sentence
    assert "gather" not in enough
    assert "gave no level" not in enough
    assert "gather work of levels 1, 2, 3." in checks.labels_check(measure(case_of(spread(0, 0, 4, 5, 51)))).sentence
    found = checks.labels_check(measure(case_of(spread(0, 0, 4, 26, 30))))
    assert "gather work of levels 1, 2, 3" in found.sentence
    assert found.details["levels_in_use"] == 2
    assert found.details["items_per_level"] == {"1": 0, "2": 0, "3": 4, "4": 26, "5": 30}
    one = measure(case_of(spread(9, 9, 9, 9, 1), min_levels=5))
    assert checks.labels_check(one).sentence.endswith("gather work of level 5.")


def test_ratings_that_are_not_peoples_do_not_open_the_gate():
    labels = Labels(criterion="depth", levels=LEVELS, people={}, left_out={"model": 60, "authored": 2})
    report = decide(Case(labels=labels, judge={"a1": (3,)}))
    assert report.verdict == "INCONCLUSIVE"
    assert "No rating by a person counts here" in report.reasons[0]
    assert "left out: 2 authored, 60 model" in report.reasons[0]
    assert report.labels_needed == 50


def test_long_scales_need_more_labels_and_short_ones_fewer_levels():
    seven = case_of(spread(13, 14, 14, 14, 14, 14, 14), levels=(1, 2, 3, 4, 5, 6, 7))
    assert (checks.labels_check(measure(seven)).limit, checks.labels_check(measure(seven)).outcome) == (98, OPEN)
    two = measure(case_of(spread(25, 25), levels=(1, 2)))
    assert [checks.labels_check(two).outcome, checks.degenerate_check(two).outcome] == [PASS, PASS]


# ------------------------------------------------------------------------------------------------ B: people


@pytest.mark.parametrize(("value", "expected"), [(0.60, PASS), (0.599, OPEN), (0.27, OPEN), (1.0, PASS)])
def test_people_must_agree_at_sixty(value, expected):
    found = checks.people_check(replace(GOOD, human_qwk=Statistic(value=value)))
    assert (found.outcome, found.value, found.limit) == (expected, value, 0.60)


def test_people_who_do_not_agree_are_sent_to_a_calibration_session():
    found = checks.people_check(replace(GOOD, human_qwk=Statistic(value=0.5999)))
    assert "at 0.5999 only (0.60 needed)" in found.sentence
    assert "calibration session" in found.sentence


def test_unknown_agreement_of_people_is_inconclusive():
    found = checks.people_check(replace(GOOD, human_qwk=undefined("no two raters share an item")))
    assert (found.outcome, found.value) == (OPEN, None)
    assert "no two raters share an item" in found.sentence


def test_pairs_that_share_thirty_items_enter_the_mean_and_all_pairs_when_none_does():
    def pair(n, value):
        return Pair(a="a", b="b", n=n, qwk=Statistic(value=value) if value is not None else undefined("constant"))

    assert mean_over_pairs([pair(30, 0.8), pair(29, 0.2), pair(31, 0.6)]).value == pytest.approx(0.7)
    assert mean_over_pairs([pair(29, 0.2), pair(5, 0.6)]).value == pytest.approx(0.4)
    assert mean_over_pairs([pair(30, 0.8), pair(90, None)]).value == pytest.approx(0.8)
    assert mean_over_pairs([pair(30, None), pair(3, 0.9)]).reason == "constant"
    assert mean_over_pairs([]).reason == "no two raters share an item"


# ------------------------------------------------------------------------------------------------ C: judge


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
    one = case_of(EVEN)
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


# ------------------------------------------------------------------------------------------------ D: ceiling


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


# ------------------------------------------------------------------------------------------------ E: leniency


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


# ------------------------------------------------------------------------------------------------ F: blunders


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


# ------------------------------------------------------------------------------------------------ G: degenerate


def test_a_judge_uses_three_levels():
    label = spread(0, 20, 40, 20, 20)
    three = checks.degenerate_check(measure(case_of(label, [min(level, 4) for level in label])))
    assert (three.outcome, three.details["levels_used"]) == (PASS, 3)
    two = checks.degenerate_check(measure(case_of(label, [3 if level < 4 else 4 for level in label])))
    assert (two.outcome, two.details["levels_used"]) == (REJECT, 2)
    assert "it uses 2 of 5 levels (3 needed)" in two.sentence


@pytest.mark.parametrize(("moved", "expected"), [(20, PASS), (21, REJECT)])
def test_no_level_is_flooded_beyond_twenty_points(moved, expected):
    label = spread(20, 30, 30, 10, 10)
    judge = [4 if 50 <= number < 50 + moved else level for number, level in enumerate(label)]
    found = checks.degenerate_check(measure(case_of(label, judge)))
    assert found.outcome is expected
    assert found.details["excess"]["4"] == pytest.approx(moved / 100)
    if expected is REJECT:
        assert "level 4 21.0 points more often than people (20 allowed)" in found.sentence


def test_a_judge_beats_the_best_constant_by_squared_error():
    label = spread(20, 20, 20, 20, 20)
    flipped = [6 - level for level in label]
    found = checks.degenerate_check(measure(case_of(label, flipped)))
    assert found.outcome is REJECT
    assert "always answering 3 is as good (squared error 2.00 against 8.00)" in found.sentence
    assert found.value == pytest.approx(-3)
    # As good as the constant is not better: squared error 2 for both.
    m = measure(case_of(label))
    equal = replace(m, comparison=replace(m.comparison, mse=Statistic(value=2.0)))
    assert checks.degenerate_check(equal).outcome is REJECT
    better = replace(m, comparison=replace(m.comparison, mse=Statistic(value=1.999)))
    assert checks.degenerate_check(better).outcome is PASS
    assert checks.degenerate_check(better).value == pytest.approx(1 - 1.999 / 2)


def test_a_constant_judge_fails_whatever_it_answers():
    for level in LEVELS:
        report = decide(case_of(EVEN, [level] * 100))
        assert report.verdict == "REJECT"
        assert {check.id for check in report.checks if check.outcome is REJECT} >= {"C", "D", "G"}
        assert report.measured.comparison.qwk.value == 0.0


def test_nothing_judged_is_inconclusive():
    found = checks.degenerate_check(measure(case_of(EVEN, [None] * 100)))
    assert (found.outcome, found.value) == (OPEN, None)


def test_the_best_constant_answers_the_items_that_the_judge_answered():
    label = [1] * 30 + [5] * 31
    m = measure(case_of(label, [1] * 30 + [None] * 31))
    assert (m.constant.level, m.constant.comparison.n, m.constant.comparison.mse.value) == (1, 30, 0.0)
    assert m.constant.alt.winning_rate.value == 1.0
    assert m.alt.winning_rate.value == 1.0


def test_labels_of_one_level_have_no_skill_to_show():
    found = checks.degenerate_check(measure(case_of([3] * 60)))
    assert (found.outcome, found.value) == (REJECT, None)


# ------------------------------------------------------------------------------------------------ H: stability


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
    m = measure(case_of(EVEN, repeats=2))
    assert checks.stability_check(m, required=True).outcome is OPEN
    assert checks.stability_check(m, required=False).outcome is UNMEASURED


# ------------------------------------------------------------------------------------------------ I: probes


@pytest.mark.parametrize("probe", ["padded", "stripped", "injected"])
@pytest.mark.parametrize(
    ("shifts", "expected"),
    [([0, 0, 0, 1], PASS), ([0, 1], REJECT), ([0, -1], REJECT), ([2, -2], PASS), ([0.499], PASS)],
)
def test_twins_move_the_judge_by_less_than_half_a_level(probe, shifts, expected):
    found = checks.probes_check(measure(case_of(EVEN, probes={**STILL, probe: shifts})), required=True)
    assert (found.outcome, found.limit) == (expected, 0.5)
    assert found.value == pytest.approx(abs(np.mean(shifts)))
    assert found.details[probe] == pytest.approx(np.mean(shifts))
    assert (f"{probe} moves it" in found.sentence) == (expected is REJECT)


@pytest.mark.parametrize("missing", ["padded", "stripped", "injected"])
def test_a_missing_probe_counts_where_probes_are_required(missing):
    for probes in ({**STILL, missing: []}, {name: shifts for name, shifts in STILL.items() if name != missing}):
        m = measure(case_of(EVEN, probes=probes))
        assert checks.probes_check(m, required=True).outcome is OPEN
        assert checks.probes_check(m, required=False).outcome is UNMEASURED
        assert f"{missing} missing" in checks.probes_check(m, required=True).sentence


def test_a_probe_that_moves_rejects_even_when_others_are_missing():
    m = measure(case_of(EVEN, probes={"injected": [1, 1]}))
    assert checks.probes_check(m, required=False).outcome is REJECT


# ------------------------------------------------------------------------------------------------ precedence


def found(**outcomes):
    return [
        Check(id=name, name=name, value=0, limit=0, outcome=outcomes.get(name, PASS), sentence=name)
        for name in "ABCDEFGHI"
    ]


@pytest.mark.parametrize(
    ("outcomes", "verdict", "deciding"),
    [
        ({}, "ACCEPT", "ABCDEFGHI"),
        ({"A": OPEN}, "INCONCLUSIVE", "A"),
        ({"B": OPEN}, "INCONCLUSIVE", "B"),
        ({"A": OPEN, "B": OPEN, "C": REJECT}, "INCONCLUSIVE", "AB"),
        ({"A": OPEN, "D": REJECT, "F": OPEN}, "INCONCLUSIVE", "A"),
        ({"B": OPEN, "G": REJECT}, "INCONCLUSIVE", "B"),
        ({"C": OPEN, "E": REJECT, "I": REJECT}, "REJECT", "EI"),
        ({"C": OPEN, "F": OPEN}, "INCONCLUSIVE", "CF"),
        ({"H": OPEN}, "INCONCLUSIVE", "H"),
        ({"H": UNMEASURED, "I": UNMEASURED}, "ACCEPT", "ABCDEFG"),
        *[({name: REJECT}, "REJECT", name) for name in "CDEFGHI"],
        *[({name: OPEN}, "INCONCLUSIVE", name) for name in "CDEFGHI"],
    ],
)
def test_labels_and_people_come_first_then_rejections_then_doubts(outcomes, verdict, deciding):
    reached, by = verdict_of(found(**outcomes))
    assert reached == verdict
    assert "".join(check.id for check in by) == deciding


def test_a_bad_judge_on_too_few_labels_is_inconclusive_and_every_check_is_reported():
    report = decide(case_of(spread(8, 8, 8, 8, 8), [4] * 40))
    assert report.verdict == "INCONCLUSIVE"
    assert report.labels_needed == 10
    assert [check.id for check in report.checks] == list("ABCDEFGHI")
    assert len(report.reasons) == 1
    assert all(check.sentence.endswith(".") for check in report.checks)


def test_a_good_judge_is_accepted_and_needs_no_labels():
    report = decide(case_of(EVEN))
    assert (report.verdict, report.labels_needed, report.criterion) == ("ACCEPT", 0, "depth")
    assert report.notes == ()


def test_plain_ratings_cover_a_to_g_and_calibration_requires_all():
    plain = case_of(EVEN, repeats=1, probes={})
    assert decide(plain, scope="ratings").verdict == "ACCEPT"
    assert "H and I" in decide(plain, scope="ratings").notes[0]
    assert decide(plain, scope="calibration").verdict == "INCONCLUSIVE"
    assert decide(plain).verdict == "INCONCLUSIVE"


def test_a_rejection_asks_for_no_labels():
    label = spread(20, 20, 20, 20, 20)
    report = decide(case_of(label, [min(5, level + 1) for level in label]))
    assert (report.verdict, report.labels_needed) == ("REJECT", 0)


def test_labels_needed_is_what_the_deciding_checks_need():
    report = decide(case_of(spread(10, 10, 10, 10, 10), [3, *spread(10, 10, 10, 10, 10)[1:]]))
    assert [check.id for check in report.checks if check.outcome is OPEN] == ["F"]
    assert (report.verdict, report.labels_needed) == ("INCONCLUSIVE", 5)
    never = decide(case_of(EVEN, repeats=1), scope="calibration")
    assert (never.verdict, never.labels_needed) == ("INCONCLUSIVE", 0)
    one = case_of(EVEN)
    one = replace(one, labels=replace(one.labels, candidates=dict.fromkeys(one.judge, "c1")))
    assert decide(one).labels_needed is None


# ------------------------------------------------------------------------------------------------ several criteria


def borderline(seed=0, n=60):
    """A judge whose lower bound is a little above the limit: passes alone, not as one of many."""
    generator = np.random.default_rng(seed)
    label = np.arange(n) % 5 + 1
    judge = np.clip(label + np.where(generator.random(n) < 0.7, generator.integers(-2, 3, n), 0), 1, 5)
    return case_of(label.tolist(), judge.tolist())


def test_holm_makes_many_criteria_harder_than_one():
    alone = decide(borderline())
    c = alone.checks[2]
    assert c.outcome is PASS
    assert 0.001 < alone.measured.p_value < 0.05
    many = decide_all([borderline()] * 40)
    assert many[0].checks[2].outcome is OPEN
    assert many[0].checks[2].details["level"] == pytest.approx(0.05 / 40)
    assert "99.88 % sure" in many[0].checks[2].sentence


def test_holm_steps_down_past_the_criteria_that_pass():
    reports = decide_all([case_of(EVEN), borderline(), case_of(EVEN)])
    levels = [report.checks[2].details["level"] for report in reports]
    assert sorted(levels) == pytest.approx([0.05 / 3, 0.025, 0.05])
    assert levels[1] == pytest.approx(0.05)
    assert [report.checks[2].outcome for report in reports] == [PASS, PASS, PASS]
    assert any("3 criteria were tested at once" in note for note in reports[0].notes)


def test_a_criterion_that_the_judge_did_not_rate_makes_no_other_harder():
    reports = decide_all([borderline(), case_of(EVEN, [None] * 100)])
    assert reports[0].checks[2].details["level"] == pytest.approx(0.05)
    assert reports[1].verdict == "INCONCLUSIVE"


def test_the_evidence_against_a_judge_is_the_share_of_resamples_below_its_limit():
    assert judged_at(0.8, [0.5, 0.599, 0.6, 0.7]).p_value == 0.5
    assert judged_at(0.8, []).p_value == 1.0
    assert judged_at(0.8, [0.5, 0.7, 0.72, 0.74], judge_qwk=0.8, judge_qwk_low=0.73).p_value == 0.75


def test_a_criterions_figures_do_not_depend_on_its_neighbours():
    alone, beside = decide(borderline(), seed=4), decide_all([case_of(EVEN), borderline()], seed=4)[1]
    assert alone.measured.interval == beside.measured.interval
    assert decide(borderline(), seed=5).measured.interval != alone.measured.interval
    assert decide(borderline()).measured.interval == decide(borderline(), seed=0).measured.interval


def test_the_gate_resamples_candidates_and_not_items():
    judge = [level if number % 20 < 10 else max(1, level - 2) for number, level in enumerate(EVEN)]
    case = case_of(EVEN, judge)
    by_candidate = {name: f"c{number // 10}" for number, name in enumerate(sorted(case.judge))}
    apart = checks.judge_check(measure(case)).details
    together = checks.judge_check(measure(replace(case, labels=replace(case.labels, candidates=by_candidate)))).details
    assert together["low"] < apart["low"] - 0.1


# ------------------------------------------------------------------------------------------------ notes, planning


def test_notes_say_what_a_reader_must_know():
    case = case_of(EVEN, [*EVEN[:90], *[None] * 10], max_smd=0.2, loosened_because="pilot with one team")
    few = {name: f"c{number % 9}" for number, name in enumerate(sorted(case.labels.people["p0"]))}
    labels = replace(case.labels, candidates=few, left_out={"authored": 60})
    notes = " ".join(decide(replace(case, labels=labels)).notes)
    assert "Looser than the default: max_smd. Reason given: pilot with one team" in notes
    assert "from 9 candidates only" in notes
    assert "no level for 10 of 100 labelled items" in notes
    assert "60 authored" in notes
    ten = replace(labels, candidates={name: f"c{number % 10}" for number, name in enumerate(sorted(few))})
    assert not any("candidates only" in note for note in decide(replace(case, labels=ten)).notes)
    two = replace(labels, candidates={name: f"c{number % 2}" for number, name in enumerate(sorted(few))})
    assert any("from 2 candidates only" in note for note in decide(replace(case, labels=two)).notes)
    one = replace(labels, candidates=dict.fromkeys(few, "c"))
    assert not any("candidates only" in note for note in decide(replace(case, labels=one)).notes), "check C says it"


def test_the_chance_of_passing_is_the_simulated_one():
    simulated = {
        0.70: {30: 0.25, 50: 0.32, 100: 0.48, 200: 0.76},
        0.79: {30: 0.64, 50: 0.83, 100: 0.98, 200: 1.00},
        0.86: {30: 0.94, 50: 0.99, 100: 1.00, 200: 1.00},
    }
    for truth, by_labels in simulated.items():
        for n, chance in by_labels.items():
            assert chance_of_passing(truth, n).bound == pytest.approx(chance, abs=0.04)


def test_a_borderline_judge_never_does_better_than_a_coin():
    assert chance_of_passing(0.70, 5000).bound == pytest.approx(1.0)
    assert chance_of_passing(0.70, 5000).passes == pytest.approx(0.5)
    assert chance_of_passing(0.79, 50).passes == chance_of_passing(0.79, 50).bound
    strict = Thresholds(judge_qwk=0.8, judge_qwk_low=0.7)
    assert chance_of_passing(0.79, 100, strict).passes < chance_of_passing(0.79, 100).passes


def test_chances_are_shown_for_the_present_labels():
    report = decide(case_of(EVEN))
    assert [(chance.true_qwk, chance.n) for chance in report.chances] == [(0.70, 100), (0.79, 100), (0.86, 100)]


def test_the_planned_labels_give_the_planned_chance():
    n = labels_for(0.79, 0.60)
    assert chance_of_passing(0.79, n).bound == pytest.approx(0.80, abs=0.01)
    assert chance_of_passing(0.79, n - 1).bound < 0.80
    assert labels_for(0.6, 0.6) is None
    assert labels_for(0.5, 0.6) is None
    assert labels_for(1.0, 0.6) < labels_for(0.97, 0.6) < labels_for(0.92, 0.6)


def test_the_planned_labels_bring_blunders_under_the_limit():
    n = labels_for_share(0.04, 0.10)
    assert wilson(0.04 * n, n)[1] <= 0.10 < wilson(0.04 * (n - 1), n - 1)[1]
    exact = labels_for_share(0.0, 0.10)
    assert wilson(0, exact)[1] <= 0.10 < wilson(0, exact - 1)[1]
    assert labels_for_share(0.10, 0.10) is None
    assert labels_for_share(0.2, 0.10) is None


def test_sigma_is_that_of_fishers_scale():
    assert sigma_of(0.7, 1.04 * (1 - 0.49) / 10, 100) == pytest.approx(1.04)
    assert np.isfinite(sigma_of(1.0, 0.0, 50))


# ------------------------------------------------------------------------------------------------ arrays and words


def test_the_adjudicated_label_is_the_adjudicators_else_the_median_half_up():
    people = {"a": {"x": 3, "y": 1, "z": 5}, "b": {"x": 4, "y": 2, "z": 5}, "c": {"y": 5}}
    labels = Labels(criterion="depth", levels=LEVELS, people=people, adjudicated={"z": 2, "w": 1})
    panel = panel_of(labels, {"x": [2, 3], "y": [1, 1, 5], "w": []})
    assert panel.items == ("w", "x", "y", "z")
    assert (panel.label + 1).tolist() == [1, 4, 2, 2]
    assert (panel.judge + 1).tolist() == [0, 3, 1, 0]
    assert panel.judged.tolist() == [False, True, True, False]
    assert panel.twice.tolist() == [False, True, True, True]


def test_a_panel_of_nothing_is_measured_without_a_figure():
    report = decide(Case(labels=Labels(criterion="depth", levels=LEVELS, people={}), judge={}))
    assert report.verdict == "INCONCLUSIVE"
    assert all(check.value is None for check in report.checks[1:])


def test_the_judge_is_held_to_the_scale():
    with pytest.raises(ValueError, match=r"\[0, 6\] are none of"):
        case_of([1, 2, 3], [0, 6, 3])


def test_figures_show_the_digits_that_tell_them_from_their_limit():
    assert show(0.71, 0.70) == "0.71"
    assert show(0.70, 0.70) == "0.70"
    assert show(0.6996, 0.70) == "0.6996"
    assert show(0.69999, 0.70) == "0.699990"


def test_a_blunder_is_off_by_two_levels():
    report = measure(case_of([1, 2, 3, 4, 5], [2, 4, 3, 1, 5]))
    assert report.comparison.blunders.value == pytest.approx(2 / 5)
    assert report.comparison.adjacent.value == pytest.approx(3 / 5)
