"""The agreement statistics against other people's programs, on ratings that nobody chose."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from grader.agreement.alpha import alpha
from grader.agreement.alt_test import alt_test
from grader.agreement.bootstrap import resampled_kappas
from grader.agreement.comparison import compare
from grader.agreement.gwet import gwet
from grader.agreement.kappa import confusion, kappa, kappas, weighted_kappa
from grader.agreement.labels import Labels, median_half_up
from grader.agreement.panel import human_pairs, judge_pairs, panel_of
from grader.agreement.significance import (
    benjamini_yekutieli,
    holm_levels,
    incomplete_beta,
    mean_ranks,
    student_cdf,
    student_quantile,
    t_test_below,
    wilcoxon_below,
    wilson,
)
from tests import oracles

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("oracles")]  # what ours is held against takes long to import

searched = settings(deadline=None, max_examples=50, derandomize=True)

LEVELS = (1, 2, 3, 4, 5)
levels = st.integers(0, 4)
two_raters = st.lists(st.tuples(levels, levels), min_size=2, max_size=60).map(lambda rows: np.array(rows).T)
p_values = st.lists(st.integers(0, 1000).map(lambda whole: whole / 10_000), min_size=1, max_size=12)
WEIGHTS = {"none": None, "linear": "linear", "quadratic": "quadratic"}


@searched
@given(two_raters, st.sampled_from(sorted(WEIGHTS)))
def test_kappa_is_scikit_learns(ratings, weights):
    a, b = ratings
    assume(np.ptp(a) or np.ptp(b))
    expected = oracles.cohen_kappa_score(a, b, labels=range(5), weights=WEIGHTS[weights])
    assert weighted_kappa(list(a + 1), list(b + 1), LEVELS, weights).value == pytest.approx(expected, abs=1e-12)


@searched
@given(two_raters, st.sampled_from(["linear", "quadratic"]))
def test_kappas_standard_error_is_statsmodels(ratings, weights):
    a, b = ratings
    assume(np.ptp(a) and np.ptp(b))
    matrix = confusion(a, b, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = oracles.cohens_kappa(matrix, wt=weights)
    found = kappa(matrix, weights)
    assert found.value == pytest.approx(expected.kappa, abs=1e-12)
    assert found.se == pytest.approx(np.sqrt(max(expected.var_kappa, 0)), abs=1e-7)


@searched
@given(two_raters)
def test_kappa_does_not_care_who_is_who_or_which_way_the_scale_runs(ratings):
    a, b = ratings
    assume(np.ptp(a) or np.ptp(b))
    value = kappa(confusion(a, b, 5)).value
    assert kappa(confusion(b, a, 5)).value == pytest.approx(value, abs=1e-12)
    assert kappa(confusion(4 - a, 4 - b, 5)).value == pytest.approx(value, abs=1e-12)


@searched
@given(two_raters)
def test_simple_figures_are_those_of_scikit_learn_and_scipy(ratings):
    a, b = ratings
    found = compare(a, b, 5)
    assert found.mae.value == pytest.approx(oracles.mean_absolute_error(a, b))
    assert found.bias.value == pytest.approx(b.mean() - a.mean(), abs=1e-12)
    if np.ptp(a) and np.ptp(b):
        assert found.spearman.value == pytest.approx(oracles.stats.spearmanr(a, b).statistic, abs=1e-12)


def brute_alpha(grid, distance):
    """Krippendorff's alpha from its definition: all pairs within items against all pairs at all."""
    units = [[level for level in row if level >= 0] for row in grid]
    units = [unit for unit in units if len(unit) > 1]
    values = [level for unit in units for level in unit]
    within = sum(
        distance(a, b, values) / (len(unit) - 1)
        for unit in units
        for i, a in enumerate(unit)
        for j, b in enumerate(unit)
        if i != j
    )
    anyhow = sum(distance(a, b, values) for i, a in enumerate(values) for j, b in enumerate(values) if i != j)
    return 1 - (within / len(values)) / (anyhow / (len(values) * (len(values) - 1)))


DISTANCES = {
    "nominal": lambda a, b, values: float(a != b),
    "interval": lambda a, b, values: float((a - b) ** 2),
    "ratio": lambda a, b, values: ((a - b) / (a + b + 2)) ** 2,
    "ordinal": lambda a, b, values: (
        (sum(min(a, b) <= v <= max(a, b) for v in values) - (values.count(a) + values.count(b)) / 2) ** 2
        if a != b
        else 0.0
    ),
}


@searched
@given(
    st.lists(st.lists(st.integers(-1, 4), min_size=3, max_size=3), min_size=2, max_size=12),
    st.sampled_from(sorted(DISTANCES)),
)
def test_alpha_follows_from_its_definition(rows, metric):
    grid = np.array(rows)
    used = [level for row in rows if sum(x >= 0 for x in row) > 1 for level in row if level >= 0]
    assume(len(set(used)) > 1)
    assert alpha(grid, LEVELS, metric).value == pytest.approx(brute_alpha(rows, DISTANCES[metric]), abs=1e-9)


@searched
@given(two_raters)
def test_gwets_ac1_of_two_raters_follows_from_its_definition(ratings):
    a, b = ratings
    share = (np.bincount(a, minlength=5) + np.bincount(b, minlength=5)) / (2 * a.size)
    chance = (share * (1 - share)).sum() / 4
    expected = ((a == b).mean() - chance) / (1 - chance)
    assert gwet(np.stack([a, b], axis=1), 5).value == pytest.approx(expected, abs=1e-12)


@searched
@example(1.4e-9, 2)
@given(st.floats(-30, 30), st.integers(1, 400))
def test_students_distribution_is_scipys(t, df):
    assert student_cdf(t, df) == pytest.approx(oracles.stats.t.cdf(t, df), abs=1e-12)


@searched
@given(st.floats(0.001, 0.999), st.integers(1, 400))
def test_students_quantile_is_scipys(p, df):
    assert student_quantile(p, df) == pytest.approx(oracles.stats.t.ppf(p, df), rel=1e-6, abs=1e-6)


@searched
@given(st.floats(0.5, 50), st.floats(0.5, 50), st.floats(0, 1))
def test_the_incomplete_beta_function_is_scipys(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(oracles.special.betainc(a, b, x), abs=1e-10)


@searched
@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=3, max_size=80), st.sampled_from([0.1, 0.15, 0.2]))
def test_the_t_test_is_scipys(values, limit):
    assume(len(set(values)) > 1)
    expected = oracles.stats.ttest_1samp(values, limit, alternative="less").pvalue
    assert t_test_below(np.array(values), limit) == pytest.approx(expected, abs=1e-12)


@searched
@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=3, max_size=9), st.sampled_from([0.1, 0.15, 0.2, 1.0]))
def test_wilcoxons_test_with_ties_is_scipys_over_all_permutations(values, limit):
    assume(len(set(values)) > 1)
    exact = oracles.stats.PermutationMethod(n_resamples=np.inf)
    expected = oracles.stats.wilcoxon(
        np.array(values) - limit, alternative="less", method=exact, zero_method="wilcox"
    ).pvalue
    assert wilcoxon_below(np.array(values), limit) == pytest.approx(expected, abs=1e-12)


@searched
@given(st.lists(st.integers(-40, 40), min_size=3, max_size=25, unique_by=abs))
def test_wilcoxons_test_without_ties_is_scipys_exact_one(values):
    assume(0 not in values)
    expected = oracles.stats.wilcoxon(values, alternative="less", method="exact").pvalue
    assert wilcoxon_below(np.array(values, dtype=float), 0.0) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("value", "p"), [(0.0, 0.0), (0.15, 1.0), (1.0, 1.0)])
def test_constant_values_are_below_the_limit_or_not(value, p):
    assert t_test_below(np.full(40, value), 0.15) == p
    assert wilcoxon_below(np.full(20, value), 0.15) == p


@searched
@given(p_values)
def test_benjamini_yekutieli_is_statsmodels(values):
    expected = oracles.multipletests(values, alpha=0.05, method="fdr_by")[0]
    assert list(benjamini_yekutieli(values)) == list(expected)


@searched
@given(p_values)
def test_holms_levels_reject_what_statsmodels_rejects(values):
    expected = oracles.multipletests(values, alpha=0.05, method="holm")[0]
    found = [p <= level for p, level in zip(values, holm_levels(values), strict=True)]
    assert found == list(expected)


def test_holms_levels_are_a_step_down():
    assert holm_levels([0.5, 0.001, 0.02]) == pytest.approx([0.05, 0.05 / 3, 0.025])
    assert holm_levels([0.5, 0.001, 0.03]) == pytest.approx([0.025, 0.05 / 3, 0.025])
    assert holm_levels([0.2]) == (0.05,)


@searched
@given(st.integers(1, 300), st.data())
def test_wilsons_interval_is_statsmodels(n, data):
    hits = data.draw(st.integers(0, n))
    assert wilson(hits, n) == pytest.approx(oracles.proportion_confint(hits, n, 0.05, method="wilson"), abs=1e-12)


@searched
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40))
def test_mean_ranks_are_scipys(values):
    assert mean_ranks(np.array(values)).tolist() == oracles.stats.rankdata(values).tolist()


@searched
@given(st.lists(st.integers(-5, 9), min_size=1, max_size=9))
def test_the_median_is_rounded_half_up(values):
    assert median_half_up(values) == int(np.floor(np.median(values) + 0.5))


def test_resampled_kappas_are_those_of_items_drawn_one_by_one():
    generator = np.random.default_rng(0)
    label = generator.integers(0, 5, 80)
    judge = np.clip(label + generator.integers(-1, 2, 80), 0, 4)
    clusters = np.arange(80) // 4
    ours = resampled_kappas(label, judge, clusters, 5, resamples=3000)
    theirs = []
    for _ in range(3000):
        rows = np.concatenate([np.flatnonzero(clusters == c) for c in generator.integers(0, 20, 20)])
        theirs.append(confusion(label[rows], judge[rows], 5))
    assert ours.mean() == pytest.approx(kappas(np.stack(theirs)).mean(), abs=0.005)
    assert ours.std() == pytest.approx(kappas(np.stack(theirs)).std(), rel=0.08)
    cuts = np.quantile(ours, [0.05, 0.5, 0.95])
    assert cuts == pytest.approx(np.quantile(kappas(np.stack(theirs)), [0.05, 0.5, 0.95]), abs=0.01)


def brute_alt_test(grid, judge, epsilon):
    """Differences and p-values of the alternative-annotator test, item by item as in its paper."""
    p_values, advantages = [], []
    for person in range(grid.shape[1]):
        gaps, wins = [], []
        for row, machine in zip(grid, judge, strict=True):
            others = [level for other, level in enumerate(row) if other != person and level >= 0]
            if row[person] < 0 or not others or machine < 0:
                continue
            human_score = -np.sqrt(np.mean([(row[person] - other) ** 2 for other in others]))
            judge_score = -np.sqrt(np.mean([(machine - other) ** 2 for other in others]))
            wins.append(float(judge_score >= human_score - 1e-12))
            gaps.append(float(human_score >= judge_score - 1e-12) - wins[-1])
        if len(set(gaps)) == 1:
            p_values.append(float(gaps[0] >= epsilon))
        elif len(gaps) >= 30:
            p_values.append(oracles.stats.ttest_1samp(gaps, epsilon, alternative="less").pvalue)
        elif gaps:
            p_values.append(wilcoxon_below(np.array(gaps), epsilon))
        advantages += [np.mean(wins)] if gaps else []
    return p_values, advantages


@pytest.mark.parametrize("items", [12, 29, 30, 31, 90])
@pytest.mark.parametrize("seed", range(4))
def test_the_alternative_annotator_test_is_that_of_its_paper(items, seed):
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 5, items)
    grid = np.clip(truth[:, None] + generator.integers(-1, 2, (items, 4)), 0, 4)
    if items == 90:
        grid[generator.random((items, 4)) < 0.2] = -1
    judge = np.clip(truth + generator.integers(-1, 2, items), 0, 4)
    found = alt_test(grid, judge, 0.15)
    p_values, advantages = brute_alt_test(grid, judge, 0.15)
    assert found.p_values == pytest.approx(p_values, abs=1e-12)
    assert found.advantage.value == pytest.approx(np.mean(advantages))
    assert found.winning_rate.value == np.mean(oracles.multipletests(p_values, alpha=0.05, method="fdr_by")[0])


@searched
@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=2, max_size=15))
def test_pairwise_kappas_are_scikit_learns_on_the_shared_items(rows):
    names = [f"item-{number:02d}" for number in range(len(rows))]
    rated = {
        person: {name: row[column] for name, row in zip(names, rows, strict=True) if row[column]}
        for column, person in enumerate("abc")
    }
    judge = {name: [row[3]] for name, row in zip(names, rows, strict=True) if row[3]}
    panel = panel_of(Labels(criterion="c", levels=LEVELS, people=rated), judge)
    found = {(pair.a, pair.b): pair for pair in (*human_pairs(panel), *judge_pairs(panel))}
    raters = {**rated, "": {name: level[0] for name, level in judge.items()}}
    for a, b in [("a", "b"), ("a", "c"), ("b", "c"), ("a", ""), ("b", ""), ("c", "")]:
        shared = [name for name in names if name in raters[a] and name in raters[b]]
        if not shared:
            assert (a, b) not in found
            continue
        one, other = [raters[a][name] for name in shared], [raters[b][name] for name in shared]
        assert found[a, b].n == len(shared)
        if len(set(one)) == len(set(other)) == 1:
            assert found[a, b].qwk.value is None
        else:
            expected = oracles.cohen_kappa_score(one, other, labels=LEVELS, weights="quadratic")
            assert found[a, b].qwk.value == pytest.approx(expected, abs=1e-12)


def test_ranks_of_a_constant_are_one_mean_rank():
    assert all(a == b for a, b in pairwise(mean_ranks(np.full(6, 2.0)).tolist()))
