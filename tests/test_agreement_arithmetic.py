"""The worked figures of the agreement statistics, at the precision at which they were published or recomputed."""

from __future__ import annotations

import numpy as np
import pytest

from grader.agreement.alpha import alpha
from grader.agreement.alt_test import alt_test
from grader.agreement.bootstrap import resampled_kappas, resampled_means
from grader.agreement.comparison import best_constant, compare, spearman, standardised_difference
from grader.agreement.gwet import gwet
from grader.agreement.kappa import confusion, disagreement, indices, kappa, kappas, weighted_kappa
from grader.agreement.rates import prediction_powered_mean, rogan_gladen
from grader.agreement.significance import benjamini_yekutieli, wilson
from grader.agreement.statistic import Statistic

LEVELS = (1, 2, 3, 4, 5)
M = np.array([[8, 3, 1, 0, 0], [2, 12, 5, 1, 0], [0, 4, 20, 6, 1], [0, 1, 5, 18, 4], [0, 0, 0, 3, 6]], dtype=float)
FLEISS = np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]], dtype=float)
CANONICAL = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def spread(matrix):
    """The two raters' level indices behind a matrix of counts."""
    k = len(matrix)
    cells = np.repeat(np.arange(k * k), matrix.astype(int).ravel())
    return cells // k, cells % k


def grid_of(raters):
    return np.array([[-1 if level is None else level - 1 for level in rater] for rater in raters]).T


@pytest.mark.parametrize(
    ("matrix", "weights", "value", "se"),
    [
        (M, "none", 0.528549, 0.063477),
        (M, "linear", 0.686422, 0.047871),
        (M, "quadratic", 0.817906, 0.037020),
        (FLEISS, "none", 0.676471, 0.087703),
        (FLEISS, "linear", 0.722222, None),
        (FLEISS, "quadratic", 0.755319, None),
    ],
)
def test_kappa_and_its_standard_error_are_the_published_ones(matrix, weights, value, se):
    found = kappa(matrix, weights)
    assert found.value == pytest.approx(value, abs=5e-7)
    assert found.se is not None
    if se is not None:
        assert found.se == pytest.approx(se, abs=5e-7)


@pytest.mark.parametrize(
    ("matrix", "nominal", "quadratic"),
    [
        ([[7, 2, 0, 0], [0, 0, 0, 0], [0, 0, 0, 6], [0, 0, 0, 11]], 0.5117, 0.9154),
        ([[5, 0, 4, 0], [0, 0, 0, 0], [1, 0, 3, 2], [0, 0, 0, 11]], 0.5835, 0.7398),
        ([[6, 3, 0, 0], [0, 0, 0, 0], [1, 3, 1, 1], [0, 0, 1, 10]], 0.5125, 0.8623),
    ],
)
def test_kappa_counts_a_level_that_nobody_used(matrix, nominal, quadratic):
    counts = np.array(matrix, dtype=float)
    assert kappa(counts, "none").value == pytest.approx(nominal, abs=5e-5)
    assert kappa(counts, "quadratic").value == pytest.approx(quadratic, abs=5e-5)


def test_kappa_over_the_observed_levels_only_is_another_number():
    a, b = [1, 1, 2, 2, 5, 5, 5, 2], [1, 2, 2, 5, 5, 5, 2, 2]
    assert weighted_kappa(a, b, LEVELS).value == pytest.approx(0.558140, abs=5e-7)
    assert weighted_kappa([x + (x == 5) * -2 for x in a], [x + (x == 5) * -2 for x in b], (1, 2, 3)).value == (
        pytest.approx(0.647059, abs=5e-7)
    )


def test_a_constant_rater_has_kappa_zero_exactly():
    assert weighted_kappa([1, 2, 3, 4, 5], [4] * 5, LEVELS).value == 0.0
    assert weighted_kappa([0, 1, 3, 3, 2, 3, 1], [2] * 7, (0, 1, 2, 3), "linear").value == 0.0


@pytest.mark.parametrize(("a", "b"), [([4, 4, 4], [4, 4, 4]), ([1, 1, 1], [5, 5, 5]), ([], [])])
def test_kappa_of_two_constants_or_of_nothing_is_undefined_and_says_why(a, b):
    found = weighted_kappa(a, b, LEVELS)
    assert found.value is None
    assert found.reason


def test_a_stack_of_matrices_has_the_same_kappas_as_its_matrices():
    both_constant = np.zeros((5, 5))
    both_constant[3, 3] = 7
    found = kappas(np.stack([M, M.T, np.eye(5), both_constant]))
    assert found[:3] == pytest.approx([0.817906, 0.817906, 1.0], abs=5e-7)
    assert np.isnan(found[3])


def test_a_level_off_the_scale_is_an_error_and_not_a_figure():
    with pytest.raises(ValueError, match=r"\[0, 6\] are none of the levels"):
        indices([1, 6, 0], LEVELS)
    with pytest.raises(ValueError, match="3 ratings against 2"):
        confusion(np.array([0, 1, 2]), np.array([0, 1]), 3)


def test_weights_of_disagreement_span_zero_to_one():
    assert disagreement(3, "linear").tolist() == [[0, 0.5, 1], [0.5, 0, 0.5], [1, 0.5, 0]]
    assert disagreement(3, "quadratic").tolist() == [[0, 0.25, 1], [0.25, 0, 0.25], [1, 0.25, 0]]
    assert disagreement(3, "none").tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


def test_the_figures_of_a_judge_against_labels_are_the_worked_ones():
    found = compare(*spread(M), 5)
    assert found.n == 100
    assert found.exact.value == pytest.approx(0.64)
    assert found.adjacent.value == pytest.approx(0.96)
    assert found.mae.value == pytest.approx(0.40)
    assert found.mse.value == pytest.approx(0.48)
    assert found.bias.value == pytest.approx(0.08)
    assert found.spearman.value == pytest.approx(0.8146, abs=5e-5)
    assert found.smd.value == pytest.approx(0.0694, abs=5e-5)
    assert found.blunders.value == pytest.approx(0.04)
    assert found.blunders.low == pytest.approx(0.0157, abs=5e-5)
    assert found.blunders.high == pytest.approx(0.0984, abs=5e-5)
    assert found.ac2.value == pytest.approx(0.89448, abs=5e-6)


def test_figures_without_items_are_undefined_each_with_a_reason():
    none = np.array([], dtype=np.int64)
    found = compare(none, none, 5)
    figures = [getattr(found, name) for name in found.__dataclass_fields__]
    statistics = [figure for figure in figures if isinstance(figure, Statistic)]
    assert len(statistics) == 10
    assert all(statistic.value is None and statistic.reason for statistic in statistics)


def test_figures_that_need_variation_are_undefined_without_it():
    same = np.array([3, 3, 3])
    assert standardised_difference(same, same + 1).value is None
    assert standardised_difference(same[:1], same[:1]).value is None
    assert spearman(same, np.array([1, 2, 3])).value is None
    assert spearman(np.array([1, 2, 3]), same).value is None


def test_a_single_varying_side_is_enough_for_a_standardised_difference():
    found = standardised_difference(np.array([2, 2, 2, 2]), np.array([1, 2, 3, 4]))
    assert found.value == pytest.approx(0.5 / np.sqrt(5 / 3 / 2))


@pytest.mark.parametrize(
    ("metric", "canonical", "matrix"),
    [
        ("nominal", 0.743421, 0.530783),
        ("ordinal", 0.815388, 0.813907),
        ("interval", 0.849107, 0.818596),
        ("ratio", 0.797403, None),
    ],
)
def test_krippendorffs_alpha_is_the_published_one(metric, canonical, matrix):
    assert alpha(grid_of(CANONICAL), LEVELS, metric).value == pytest.approx(canonical, abs=5e-7)
    if matrix is not None:
        assert alpha(np.stack(spread(M), axis=1), LEVELS, metric).value == pytest.approx(matrix, abs=5e-7)


def test_alpha_is_undefined_without_pairs_and_without_variation():
    assert alpha(np.array([[0, -1], [-1, 3]]), LEVELS).value is None
    assert alpha(np.array([[2, 2], [2, 2]]), LEVELS).value is None


def test_alpha_ignores_items_with_one_rating():
    lonely = np.vstack([grid_of(CANONICAL), [[0, -1, -1, -1]] * 5])
    assert alpha(lonely, LEVELS).value == pytest.approx(0.815388, abs=5e-7)


def test_alpha_on_a_ratio_scale_with_a_true_zero_is_defined():
    # By hand: D_o = 2·(1/3)², D_e = (12 + 4 + 6/9)/5 over the 6 ratings.
    assert alpha(np.array([[0, 0], [1, 1], [2, 1]]), (0, 1, 2), "ratio").value == pytest.approx(1 - 2 / 9 / (50 / 15))


def test_gwets_coefficients_are_the_published_ones():
    grid = np.stack(spread(M), axis=1)
    ac1, ac2 = gwet(grid, 5), gwet(grid, 5, "quadratic")
    assert (ac1.value, ac1.se) == (pytest.approx(0.55509, abs=5e-6), pytest.approx(0.05964, abs=5e-6))
    assert (ac2.value, ac2.se) == (pytest.approx(0.89448, abs=5e-6), pytest.approx(0.0196, abs=5e-6))
    assert gwet(grid, 5, "linear").value == pytest.approx(0.76605, abs=1e-5)
    assert gwet(grid_of(CANONICAL), 5).value == pytest.approx(0.77544, abs=5e-6)
    assert gwet(grid_of(CANONICAL), 5, "quadratic").value == pytest.approx(0.91400, abs=5e-6)


def test_gwet_with_missing_ratings_has_the_published_standard_error():
    # Gwet (2014), table 2.10 data: AC1 .77544 with standard error .14295 over all units.
    assert gwet(grid_of(CANONICAL), 5).se == pytest.approx(0.14295, abs=5e-6)


def test_gwet_is_undefined_without_pairs_and_has_no_error_from_one_item():
    assert gwet(np.array([[0, -1]]), 5).value is None
    assert gwet(np.array([[0, 1], [2, 2]]), 5).se is not None
    one = gwet(np.array([[0, 1]]), 5)
    assert one.value is not None
    assert one.se is None
    assert one.reason


def test_a_prevalent_level_makes_kappa_low_and_ac1_high():
    matrix = np.array([[118, 5], [2, 0]], dtype=float)
    assert np.trace(matrix) / matrix.sum() == pytest.approx(0.944)
    assert kappa(matrix, "none").value == pytest.approx(-0.0234, abs=5e-5)
    assert gwet(np.stack(spread(matrix), axis=1), 2).value == pytest.approx(0.9408, abs=5e-5)


def test_benjamini_yekutieli_is_stricter_than_benjamini_hochberg():
    p_values = (0.019182, 0.026003, 0.314542)
    assert benjamini_yekutieli(p_values) == (False, False, False)
    hochberg = [rank for rank, p in enumerate(sorted(p_values), 1) if p <= rank * 0.05 / 3]
    assert max(hochberg) / 3 == pytest.approx(0.67, abs=5e-3)


def test_benjamini_yekutieli_rejects_all_up_to_the_last_that_passes():
    assert benjamini_yekutieli((0.027, 0.5, 0.018, 0.0181)) == (False, False, False, False)
    assert benjamini_yekutieli((0.001, 0.5, 0.011, 0.0119)) == (True, False, True, True)
    assert benjamini_yekutieli(()) == ()


def test_rogan_gladen_corrects_a_rate_for_the_judges_errors():
    found = rogan_gladen(share=0.66, n=500, sensitivity=0.9, positives=60, specificity=0.8, negatives=40)
    assert found.value == pytest.approx(0.657143, abs=5e-7)
    assert found.se == pytest.approx(0.056546, abs=5e-7)


def test_rogan_gladen_is_undefined_for_a_judge_that_tells_nothing_and_without_items():
    even = {"share": 0.5, "n": 10, "positives": 10, "negatives": 10}
    assert rogan_gladen(**even, sensitivity=0.5, specificity=0.5).value is None
    assert rogan_gladen(**{**even, "negatives": 0}, sensitivity=0.9, specificity=0.8).value is None


def test_a_prediction_powered_mean_adds_the_judges_error_back():
    found = prediction_powered_mean(
        [4, 3, 5, 2, 4, 3, 1, 5], [5, 3, 5, 3, 4, 4, 2, 5], [4, 5, 3, 5, 4, 4, 2, 5, 3, 4, 5, 4]
    )
    assert found.value == pytest.approx(3.5)
    assert found.se == pytest.approx(0.333874, abs=5e-7)


def test_a_prediction_powered_mean_needs_two_of_each_and_pairs():
    assert prediction_powered_mean([1], [1], [1, 2]).value is None
    assert prediction_powered_mean([1, 2], [1, 2], [1]).value is None
    assert prediction_powered_mean([1, 2], [1, 2], [1, 2]).value == pytest.approx(1.5)
    with pytest.raises(ValueError, match="2 labels for 1 judged"):
        prediction_powered_mean([1, 2], [1], [1, 2])


def test_wilsons_interval_is_open_to_both_ends():
    assert wilson(4, 100) == (pytest.approx(0.0157, abs=5e-5), pytest.approx(0.0984, abs=5e-5))
    assert wilson(0, 50) == (pytest.approx(0), pytest.approx(0.0713, abs=5e-5))
    assert wilson(50, 50) == (pytest.approx(0.9287, abs=5e-5), 1.0)
    assert wilson(0, 0) is None


def test_the_bootstrap_interval_of_the_worked_matrix_is_the_known_one():
    label, judge = spread(M)
    resampled = resampled_kappas(label, judge, np.arange(100), 5)
    assert resampled.size == 2000
    assert np.quantile(resampled, [0.025, 0.975]) == pytest.approx([0.736, 0.881], abs=0.005)


def test_the_bootstrap_is_the_same_for_the_same_seed_and_another_for_another():
    label, judge = spread(M)
    clusters = np.arange(100)
    first = resampled_kappas(label, judge, clusters, 5, seed=1)
    assert np.array_equal(first, resampled_kappas(label, judge, clusters, 5, seed=1))
    assert not np.array_equal(first, resampled_kappas(label, judge, clusters, 5, seed=2))


def test_the_mean_over_pairs_is_resampled_over_the_same_candidates() -> None:
    one, other = spread(M)
    clusters = np.arange(100) // 2
    alone = resampled_kappas(one, other, clusters, 5)
    assert resampled_means([(one, other)], clusters, 5) == pytest.approx(alone)
    assert resampled_means([(one, other), (other, one)], clusters, 5) == pytest.approx(alone)
    same = resampled_means([(one, other), (one, one)], clusters, 5)
    assert same == pytest.approx((alone + 1) / 2)
    half = np.where(np.arange(100) < 50, other, -1)
    part = resampled_means([(one, half)], clusters, 5)
    assert np.ptp(np.quantile(part, [0.05, 0.95])) > np.ptp(np.quantile(alone, [0.05, 0.95])), (
        "what is missing is no level"
    )
    assert resampled_means([(one, other)], np.zeros(100, dtype=np.int64), 5).size == 0


def test_resampling_candidates_widens_the_interval_when_their_items_go_together():
    label = np.tile(np.arange(5), 40)
    judge = np.where(np.arange(200) < 100, label, 4 - label)  # half of the candidates are judged upside down
    rows = np.ptp(np.quantile(resampled_kappas(label, judge, np.arange(200), 5), [0.05, 0.95]))
    candidates = np.ptp(np.quantile(resampled_kappas(label, judge, np.arange(200) // 10, 5), [0.05, 0.95]))
    assert candidates > 2 * rows


def test_candidates_may_have_unlike_numbers_of_items():
    label, judge = spread(M)
    clusters = np.minimum(np.arange(100), 60)  # one candidate has 40 items
    resampled = resampled_kappas(label, judge, clusters, 5)
    assert np.isfinite(resampled).all()
    assert resampled.std() > 0


def test_every_resample_draws_as_many_candidates_as_there_are():
    label = np.tile(np.arange(5), 2)
    assert (resampled_kappas(label, label, np.repeat([0, 1], 5), 5) == 1).all()


def test_one_candidate_cannot_be_resampled():
    label, judge = spread(M)
    assert resampled_kappas(label, judge, np.zeros(100, dtype=int), 5).size == 0


def test_resamples_of_more_draws_than_a_block_holds_are_complete():
    label = np.tile(np.arange(5), 2000)
    resampled = resampled_kappas(label, label, np.arange(10_000), 5, resamples=900)
    assert resampled.shape == (900,)
    assert (resampled == 1).all()


def test_the_best_constant_has_the_least_squared_error_and_is_the_lowest_of_equals():
    assert best_constant(np.array([0, 4, 4]), 5) == 3
    assert best_constant(np.array([0, 4]), 5) == 2
    assert best_constant(np.array([1, 2]), 5) == 1
    assert best_constant(np.array([], dtype=np.int64), 5) is None


def test_a_constant_passes_the_alternative_annotator_test_on_skewed_labels():
    generator = np.random.default_rng(3)
    grid = np.where(generator.random((100, 3)) < 0.92, 4, generator.integers(0, 5, (100, 3)))
    found = alt_test(grid, np.full(100, 4), 0.2)
    assert found.winning_rate.value == 1.0
    assert found.passed is True


def test_the_alternative_annotator_test_takes_constant_differences_at_their_word():
    grid = np.tile(np.arange(5), (3, 8)).T
    wins = alt_test(grid, grid[:, 0], 0.15)  # as near as every person, always: the difference is 0
    assert wins.p_values == (0.0, 0.0, 0.0)
    assert (wins.winning_rate.value, wins.advantage.value, wins.passed) == (1.0, 1.0, True)
    loses = alt_test(grid, (grid[:, 0] + 2) % 5, 0.15)
    assert loses.p_values == (1.0, 1.0, 1.0)
    assert (loses.winning_rate.value, loses.advantage.value, loses.passed) == (0.0, 0.0, False)


def test_the_alternative_annotator_test_needs_two_people_on_an_item():
    alone = alt_test(np.array([[0, -1], [-1, 3], [2, -1]]), np.array([0, 3, 2]))
    assert alone.winning_rate.value is None
    assert alone.passed is None
    assert alone.p_values == ()


def test_the_alternative_annotator_test_skips_items_without_the_judge_and_people_without_others():
    grid = np.array([[0, 0, -1], [1, 1, -1], [2, 3, -1], [-1, -1, 4]])
    found = alt_test(grid, np.array([0, 1, -1, 4]))
    assert found.people == (0, 1)


def test_half_of_the_people_is_enough_to_pass_the_alternative_annotator_test():
    # The judge is nearer to the second person than the first is, and farther from the first than the second is.
    found = alt_test(np.array([[0, 2]] * 40), np.full(40, 3), 0.15)
    assert found.winning_rate.value == 0.5
    assert found.passed is True


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_statistic_is_never_nan_or_infinite(value):
    with pytest.raises(ValueError, match="finite"):
        Statistic(value=value)
    with pytest.raises(ValueError, match="finite"):
        Statistic(value=1.0, se=value)


def test_a_statistic_without_a_value_says_why():
    with pytest.raises(ValueError, match="needs a reason"):
        Statistic(value=None)
