"""The figures of `grade analyse` against published and independently computed numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from grader.agreement.significance import wilson
from grader.analytics.figures import impact, information, prediction, several, shares, strata, survival, tails
from tests import oracles


def near(value, digits=5):
    return pytest.approx(value, abs=0.6 * 10**-digits)


# ------------------------------------------------------------------------------------------------ shares


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.255289, 0.366210),
        (15, 148, 0.062386, 0.160487),
        (0, 20, 0, 0.161125),
        (1, 29, 0.006113, 0.171755),
        (0, 10, 0, 0.277533),
        (5, 5, 0.565518, 1),
        (7, 17, 0.216111, 0.639946),
    ],
)
def test_a_shares_interval_is_newcombes_test_case(x, n, low, high):
    assert wilson(x, n) == (near(low, 6), near(high, 6))


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        ((56, 70, 48, 80), 0.05243, 0.33387),
        ((7, 34, 1, 34), 0.01892, 0.34037),
        ((23, 60, 18, 72), -0.02463, 0.28607),
        ((667, 1390, 555, 1181), -0.02879, 0.04855),
    ],
)
def test_a_differences_interval_is_the_published_one(cells, low, high):
    assert shares.difference_interval(*cells) == (near(low), near(high))


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        ((7, 34, 1, 34), 1.22085, 42.57572),
        ((555, 1181, 667, 1390), 0.90229, 1.06238),
        ((170, 390, 412, 797), 0.73724, 0.95873),
        ((7, 17, 215, 412), 0.41173, 1.24282),
    ],
)
def test_a_ratios_score_interval_is_koopmans(cells, low, high):
    assert shares.ratio_interval(*cells) == (near(low), near(high))


def test_a_ratios_normal_interval_is_katzs():
    assert shares.katz_interval(7, 34, 1, 34) == (near(0.90961), near(53.86951))
    assert shares.katz_interval(0, 34, 1, 34) is None


def test_a_ratio_of_none_has_one_end_and_of_nobody_no_interval():
    low, high = shares.ratio_interval(0, 20, 10, 20)
    assert low == 0
    assert 0 < high < 0.5
    low, high = shares.ratio_interval(10, 20, 0, 20)
    assert high is None
    assert low > 2
    assert shares.ratio_interval(0, 20, 0, 20) is None
    assert shares.ratio_interval(1, 1, 0, 0) is None
    assert shares.ratio_interval(5, 5, 5, 5)[0] < 1 < shares.ratio_interval(5, 5, 5, 5)[1]


@pytest.mark.parametrize(
    ("cells", "p", "mid"),
    [
        ((3, 4, 1, 4), float(Fraction(17, 35)), None),
        ((7, 34, 1, 34), float(Fraction(667, 12261)), 0.042028),
        ((40, 100, 60, 100), 0.007060, None),
        ((555, 1181, 667, 1390), 0.634486, None),
        ((7, 17, 215, 412), 0.46054, None),
    ],
)
def test_the_exact_test_is_fishers(cells, p, mid):
    found = shares.fisher(*cells)
    assert found[0] == near(p)
    if mid is not None:
        assert found[1] == near(mid, 6)


def test_the_exact_test_is_scipys_on_every_small_table():
    for x1, x2 in product(range(12), range(8)):
        expected = oracles.stats.fisher_exact([[x1, 11 - x1], [x2, 7 - x2]]).pvalue
        assert shares.fisher(x1, 11, x2, 7)[0] == pytest.approx(expected, rel=1e-9)


def test_standard_deviations_are_those_that_courts_count():
    assert shares.two_deviations(555, 1181, 667, 1390) == (near(-0.50171), near(0.61587))
    assert shares.two_deviations(170, 390, 412, 797)[0] == near(-2.62333)
    assert shares.two_deviations(0, 3, 0, 4) is None


def test_people_needed_are_those_of_the_formula():
    assert shares.needed_for_shares(0.5, 0.4) == 388
    assert [prediction.needed_for_correlation(r) for r in (0.2, 0.3, 0.35, 0.5)] == [194, 85, 62, 30]


def test_a_trend_is_that_of_r_prop_trend_test():
    statistic, p, sign = shares.trend((83, 90, 129, 70), (86, 93, 136, 82), (1, 2, 3, 4))
    assert (statistic, p, sign) == (near(8.224922), near(0.004132), -1)
    assert shares.trend((5, 5), (5, 5), (1, 2)) is None


def test_tails_are_scipys():
    for x, df in product((0.01, 0.5, 2, 10, 40, 200), (1, 2, 5, 30)):
        assert tails.chi_square_above(x, df) == pytest.approx(oracles.stats.chi2.sf(x, df), rel=1e-7, abs=1e-14)


# ------------------------------------------------------------------------------------------------ impact


def test_four_fifths_are_told_in_whole_numbers():
    assert [impact.below_four_fifths(x, 100, 60, 100) for x in (45, 48, 51)] == [True, False, False]
    assert 0.6 / 0.75 < 0.8  # what floating point would say of exactly four fifths
    assert not impact.below_four_fifths(3, 5, 3, 4)
    ties = [
        (x, n, y, m)
        for n, m in product(range(1, 41), repeat=2)
        for x, y in product(range(1, n + 1), range(1, m + 1))
        if 5 * x * m == 4 * y * n
    ]
    assert not any(impact.below_four_fifths(*one) for one in ties)
    assert any((x / n) / (y / m) < 0.8 for x, n, y, m in ties)


@pytest.mark.parametrize(
    ("low", "high", "now", "then", "reverses"),
    [
        ((1, 10), (9, 40), 0.4444, 1.0, True),
        ((2, 8), (8, 20), 0.625, 1.0714, True),
        ((7, 17), (215, 412), 0.7891, 0.9060, False),
    ],
)
def test_one_different_person_changes_the_ratio(low, high, now, then, reverses):
    low, high = impact.Rate(x=low[0], n=low[1]), impact.Rate(x=high[0], n=high[1])
    assert impact.ratio(low, high) == near(now, 4)
    assert impact.flipped(low, high) == near(then, 4)
    assert impact.flip_reverses(low, high) is (reverses or then >= 0.8 > now)


def test_the_shortfall_is_what_the_overall_rate_would_have_given():
    assert impact.shortfall(1, 10, 0.2) == pytest.approx(1.0)


def test_neither_rule_alone_is_the_verdict():
    passes = impact.Rate(x=170, n=390), impact.Rate(x=412, n=797)
    assert not impact.below_four_fifths(170, 390, 412, 797)
    assert impact.verdict(*passes, shares.fisher(170, 390, 412, 797)[0]) == "gap, conclusive"
    fails = impact.Rate(x=7, n=17), impact.Rate(x=215, n=412)
    assert impact.below_four_fifths(7, 17, 215, 412)
    assert impact.verdict(*fails, 0.46054) == "too few to tell"
    assert impact.verdict(impact.Rate(x=30, n=60), impact.Rate(x=50, n=60), 0.3) == "gap, not conclusive"
    assert impact.verdict(impact.Rate(x=50, n=60), impact.Rate(x=52, n=60), 0.8) == "no gap shown"


def test_equal_groups_fall_under_four_fifths_as_often_as_enumerated():
    """False alarms of the rule alone, with an equal true rate of .3: why no report rests on it."""
    for n, m, expected in ((10, 10, 0.7573), (20, 20, 0.6184), (50, 50, 0.4567), (20, 100, 0.5343)):
        first, second = (oracles.stats.binom.pmf(np.arange(size + 1), size, 0.3) for size in (n, m))
        total = sum(
            first[x] * second[y]
            for x, y in product(range(n + 1), range(m + 1))
            if impact.below_four_fifths(x, n, y, m) or impact.below_four_fifths(y, m, x, n)
        )
        assert total == near(expected, 4)


def test_the_highest_rate_is_that_of_the_larger_group_where_two_tie():
    rates = [impact.Rate(x=1, n=2), impact.Rate(x=50, n=100), impact.Rate(x=0, n=0), impact.Rate(x=4, n=9)]
    assert impact.top(rates) == 1
    assert impact.top([impact.Rate(x=0, n=3)]) is None


LL144 = {
    "sex": {"Male": (667, 1390), "Female": (555, 1181)},
    "race": {"Hispanic": (204, 408), "White": (412, 797), "Black": (170, 390), "NHPI": (52, 119), "Asian": (302, 616),
             "Native": (18, 41), "Two": (96, 213)},
}  # fmt: skip


def test_the_ratios_are_those_of_new_yorks_example():
    expected = {"Female": 0.97934, "Hispanic": 0.96723, "Black": 0.84323, "NHPI": 0.84531, "Asian": 0.94839,
                "Native": 0.84928, "Two": 0.87187}  # fmt: skip
    for groups in LL144.values():
        names, rates = list(groups), [impact.Rate(x=x, n=n) for x, n in groups.values()]
        top = impact.top(rates)
        for name, rate in zip(names, rates, strict=True):
            assert impact.ratio(rate, rates[top]) == near(expected.get(name, 1.0))
    assert impact.ratio(impact.Rate(x=7, n=17), impact.Rate(x=215, n=412)) == near(0.78906)
    assert impact.ratio(impact.Rate(x=34, n=76), impact.Rate(x=50, n=92)) == near(0.82316)


def test_what_is_not_known_bounds_the_ratio():
    female, male = impact.Rate(x=555, n=1181), impact.Rate(x=667, n=1390)
    assert impact.unknown_bounds(female, male, 250) == (near(0.80824), near(1.17232))


def test_above_the_median_is_strict_and_says_how_many_tie():
    above, tied = impact.above_median([3] * 60 + [4] * 20 + [2] * 20)
    assert (sum(above), tied) == (20, 0.6)


# ------------------------------------------------------------------------------------------------ strata


def test_two_strata_are_the_published_mantel_haenszel():
    found = strata.mantel_haenszel([(480, 120, 180, 20), (10, 90, 100, 200)])
    assert found.odds == near(17 / 49.5)
    assert found.log_se == near(0.207110)
    assert (found.low, found.high) == (near(0.228850), near(0.515391))
    assert (found.chi_square, found.corrected) == (near(28.801093), near(27.921722))
    assert (found.delta, found.delta_se) == (near(2.511584), near(0.486710))


BERKELEY = [(512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244), (53, 138, 94, 299),
            (22, 351, 24, 317)]  # fmt: skip


def test_berkeleys_departments_do_not_share_one_ratio():
    found = strata.mantel_haenszel(BERKELEY)
    assert (found.odds, found.corrected) == (near(0.904697), near(1.426946))
    statistic, df, p = strata.breslow_day(BERKELEY, found.odds)
    assert df == 5
    assert p == near(0.002, 3)
    oracle = oracles.StratifiedTable([np.array([[a, b], [c, d]]) for a, b, c, d in BERKELEY])
    assert found.odds == pytest.approx(oracle.oddsratio_pooled)
    assert found.log_se == pytest.approx(oracle.logodds_pooled_se)
    assert statistic == pytest.approx(oracle.test_equal_odds().statistic)


def test_strata_without_news_change_nothing():
    bare = strata.mantel_haenszel(BERKELEY)
    assert strata.mantel_haenszel([*BERKELEY, (5, 0, 0, 0), (0, 0, 0, 0), (1, 0, 0, 0)]) == bare
    assert strata.mantel_haenszel([(5, 0, 5, 0)]) is None
    assert strata.breslow_day([(5, 5, 5, 5)], 1.0) is None


def test_points_of_right_and_wrong_give_the_test_of_right_and_wrong():
    whole = [([1] * a + [0] * b, [1] * c + [0] * d) for a, b, c, d in BERKELEY]
    assert strata.mantel(whole)[0] == pytest.approx(strata.mantel_haenszel(BERKELEY).chi_square)


@pytest.mark.parametrize(
    ("delta", "se", "expected"),
    [(0.9, 0.1, "A"), (1.4, 1.0, "A"), (1.2, 0.3, "B"), (-1.6, 0.5, "B"), (-1.6, 0.3, "C"), (2.5, 0.4867, "C")],
)
def test_a_large_difference_has_to_be_shown_to_be_over_one(delta, se, expected):
    assert strata.ets_class(delta, se) == expected


# ------------------------------------------------------------------------------------------------ prediction


def test_selection_on_the_score_itself_is_thorndikes_case():
    assert prediction.direct(0.33, 48.19 / 100.32) == near(0.588423)
    assert prediction.direct(0.284667, 0.514338) == near(0.5)
    assert prediction.direct(0.3, 0.8) == near(0.365854)


def test_selection_on_something_else_is_case_four():
    found = prediction.indirect(0.3, 0.8, 0.8, 0.52)
    assert (found.u_true, found.reliability_selected) == (near(0.741620), near(0.6875))
    assert (found.true, found.operational) == (near(0.616074), near(0.551033))
    alone = prediction.indirect(0.3, 0.8, 0.8)
    assert (alone.true, alone.operational) == (near(0.463670), near(0.414719))
    assert prediction.indirect(0.3, 0.4, 0.8) is None  # less spread than its error


def test_a_correlations_interval_and_test_are_fishers_and_students():
    assert prediction.correlation_interval(0.3, 30) == (near(-0.067573), near(0.595867))
    assert prediction.correlation_p(0.3, 30) == near(0.107246)
    low, high = prediction.correlation_interval(0.3, 30)
    assert [prediction.direct(r, 0.7) for r in (low, 0.3, high)] == [near(-0.0963, 4), near(0.40981), near(0.7274, 4)]
    x, y = [1, 2, 3, 5], [2, 1, 4, 5]
    assert prediction.correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert prediction.correlation([1, 1, 1], [1, 2, 3]) is None


def test_quadrants_are_taylor_and_russells():
    found = prediction.quadrants(0.5, 0.2, 0.35)
    assert (found.hit, found.false_alarm) == (near(0.139310), near(0.060690))
    assert (found.miss, found.rightly_left) == (near(0.360690), near(0.439310))
    assert found.hit / 0.2 == near(0.696552)
    oracle = oracles.stats.multivariate_normal([0, 0], [[1, -0.8], [-0.8, 1]]).cdf([-0.3, 0.9])
    assert prediction.both_above(0.3, -0.9, -0.8) == pytest.approx(oracle, abs=1e-5)


# ------------------------------------------------------------------------------------------------ survival


def test_waiting_is_the_table_of_bewick_and_its_median_the_first_half():
    times, done = [1, 1, 4, 5, 6, 9, 9, 22], [True, True, True, True, False, True, False, True]
    curve = survival.kaplan_meier(times, done)
    assert list(curve.value) == [near(v, 6) for v in (0.75, 0.625, 0.5, 1 / 3, 0)]
    assert list(curve.se[:4]) == [near(v, 6) for v in (0.153093, 0.171163, 0.176777, 0.180021)]
    assert survival.median(curve)[0] == 5
    oracle = oracles.SurvfuncRight(np.array(times, float), np.array(done, int))
    assert list(curve.value) == pytest.approx(list(oracle.surv_prob), abs=1e-12)


def test_ways_out_compete():
    times = [2, 3, 3, 5, 7, 8, 8, 10, 12, 12]
    causes = ["a", "a", "r", None, "a", "r", "a", None, "a", "r"]
    found = survival.aalen_johansen(times, causes, ("a", "r"))
    assert list(found["a"].value) == pytest.approx([1 / 10, 1 / 5, 19 / 60, 13 / 30, 73 / 120])
    assert list(found["r"].value) == pytest.approx([0, 1 / 10, 1 / 10, 13 / 60, 47 / 120])
    wrong = survival.kaplan_meier(times, [cause == "a" for cause in causes])
    assert 1 - wrong.value[-1] == near(0.733333)


def test_who_still_waits_is_not_counted_as_through():
    done = [1, 2, 2, 3, 4, 6, 6, 9]
    curve = survival.kaplan_meier([*done, 14, 14, 14, 14], [True] * 8 + [False] * 4)
    assert np.median(done) == 3.5
    assert survival.median(curve)[0] == 6
    assert curve.at(14)[0] == near(1 / 3)
    assert curve.at(0.5) is None


def test_without_anybody_waiting_the_error_is_that_of_a_share():
    causes = ["a"] * 3 + ["r"] * 7
    found = survival.aalen_johansen([1, 4, 8, 2, 3, 5, 6, 7, 9, 10], causes, ("a", "r"))["a"]
    assert found.value[-1] == pytest.approx(0.3)
    assert found.se[-1] == pytest.approx(math.sqrt(0.3 * 0.7 / 10))
    with pytest.raises(ValueError, match="none of the causes"):
        survival.aalen_johansen([1], ["other"], ("a",))


def test_nobody_at_all_is_an_empty_curve():
    assert survival.median(survival.kaplan_meier([], [])) == (None, None, None)
    assert survival.median(survival.kaplan_meier([3, 4], [False, False])) == (None, None, None)


# ------------------------------------------------------------------------------------------------ information


def test_bits_are_those_of_the_weather_everybody_plays_tennis_in():
    tables = {"outlook": [[2, 3], [4, 0], [3, 2]], "humidity": [[3, 4], [6, 1]], "wind": [[6, 2], [3, 3]],
              "temp": [[2, 2], [4, 2], [3, 1]]}  # fmt: skip
    expected = {"outlook": 0.246750, "humidity": 0.151836, "wind": 0.048127, "temp": 0.029223}
    assert {name: information.bits(table).raw for name, table in tables.items()} == pytest.approx(expected, abs=1e-6)
    assert information.entropy([9, 5]) == near(0.940286)


def test_chance_is_taken_off_before_minutes_are_compared():
    home, screen = information.bits([[18, 6], [6, 10]]), information.bits([[16, 8], [8, 8]])
    assert (home.raw, home.corrected, home.p) == (near(0.102410), near(0.084376), near(0.0172, 4))
    assert (screen.raw, screen.corrected, screen.p) == (near(0.019973), near(0.001939), near(0.2926, 4))
    assert screen.raw / 20 > home.raw / 180
    assert home.corrected / 180 == near(0.4688e-3, 7)
    assert screen.corrected / 20 == near(0.0970e-3, 7)
    assert information.bits([[3, 4], [0, 0]]) is None


def test_the_interval_of_bits_holds_the_truth_as_often_as_it_says():
    """Of a joint distribution with 0.05 bits and of one with none, 400 draws of 120 each."""
    generator = np.random.default_rng(7)
    for joint in ([[0.34, 0.16], [0.21, 0.29]], [[0.25, 0.25], [0.25, 0.25]]):
        p = np.array(joint)
        truth = float((p * np.log2(p / np.outer(p.sum(1), p.sum(0)))).sum())
        found = [information.bits(generator.multinomial(120, p.ravel()).reshape(2, 2)) for _ in range(400)]
        assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.93


# ------------------------------------------------------------------------------------------------ several


def test_several_questions_are_adjusted_as_by_hand():
    p = (0.001, 0.01, 0.02, 0.04, 0.2)
    assert several.holm(p) == pytest.approx((0.005, 0.04, 0.06, 0.08, 0.2))
    assert several.benjamini_hochberg(p) == pytest.approx((0.005, 0.025, 0.1 / 3, 0.05, 0.2))
    mixed = [0.3, 0.01, 0.02, 0.9, 0.011]
    assert several.holm(mixed) == pytest.approx(oracles.multipletests(mixed, method="holm")[1])
    assert several.benjamini_hochberg(mixed) == pytest.approx(oracles.multipletests(mixed, method="fdr_bh")[1])
