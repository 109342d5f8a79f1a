"""People alone: agreement, severity and drift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from grader.agreement.labels import Labels
from grader.agreement.reliability import reliability_of
from tests import oracles

LEVELS = (1, 2, 3, 4, 5)
START = datetime(2025, 1, 1, tzinfo=UTC)


def labels_from(grid, *, days=None, candidates=None):
    """Labels from items × raters; 0 is missing. `days` gives each rater's day for each item."""
    grid = np.asarray(grid)
    items = [f"item-{number:03d}" for number in range(len(grid))]
    raters = [f"rater-{column}" for column in range(grid.shape[1])]
    people = {
        rater: {item: int(level) for item, level in zip(items, grid[:, column], strict=True) if level}
        for column, rater in enumerate(raters)
    }
    dates = {
        (rater, item): START + timedelta(days=int(days[row][column]))
        for column, rater in enumerate(raters)
        for row, item in enumerate(items)
        if days is not None
    }
    by = dict(zip(items, candidates, strict=True)) if candidates is not None else {}
    return Labels(criterion="depth", levels=LEVELS, people=people, rated_at=dates, candidates=by)


@pytest.mark.slow
def test_a_severe_rater_is_below_the_others_with_a_textbook_interval():
    generator = np.random.default_rng(0)
    truth = generator.integers(2, 5, 40)
    grid = np.stack([truth, truth, np.clip(truth - generator.integers(0, 2, 40), 1, 5)], axis=1)
    found = reliability_of(labels_from(grid))
    severe = found.raters[2]
    gaps = grid[:, 2] - grid[:, :2].mean(axis=1)
    low, high = oracles.stats.t.interval(0.95, 39, loc=gaps.mean(), scale=oracles.stats.sem(gaps))
    assert severe.n == 40
    assert severe.severity.value == pytest.approx(gaps.mean())
    assert (severe.severity.low, severe.severity.high) == (pytest.approx(low), pytest.approx(high))
    assert severe.severity.high < 0 < found.raters[0].severity.low
    assert found.raters[0].severity.value == pytest.approx(-gaps.mean() / 2)


def test_items_of_one_candidate_count_together():
    gaps = np.repeat([0, 0, 1, 1], 10)
    grid = np.stack([np.full(40, 3), 3 + gaps], axis=1)
    apart = reliability_of(labels_from(grid)).raters[1].severity
    together = reliability_of(labels_from(grid, candidates=[f"c{n // 10}" for n in range(40)])).raters[1].severity
    means = [0, 0, 1, 1]
    assert together.se == pytest.approx(oracles.stats.sem(means))
    assert together.low == pytest.approx(oracles.stats.t.interval(0.95, 3, loc=0.5, scale=oracles.stats.sem(means))[0])
    assert together.high - together.low > 3 * (apart.high - apart.low)


def test_items_of_one_candidate_only_give_no_interval():
    found = reliability_of(labels_from([[3, 4], [2, 2]], candidates=["c", "c"])).raters[1].severity
    assert found.value == pytest.approx(0.5)
    assert (found.low, found.high) == (None, None)
    assert "fewer than two candidates" in found.reason


def test_a_rater_who_shares_nothing_has_no_severity():
    found = reliability_of(labels_from([[3, 4, 0], [2, 2, 0], [0, 0, 5]]))
    assert found.n == 2
    assert found.raters[2].severity.value is None
    assert found.raters[2].severity.reason
    assert found.raters[2].drift.value is None
    assert (found.raters[0].n, found.raters[2].n) == (2, 0)


def test_a_rater_who_drifts_is_shown():
    grid = np.full((40, 3), 3)
    grid[:, 0] = np.where(np.arange(40) % 2, 3, 2)
    grid[20:, 2] = 4
    days = np.repeat(np.arange(40)[:, None], 3, axis=1)
    found = reliability_of(labels_from(grid, days=days))
    gaps = grid[:, 2] - grid[:, :2].mean(axis=1)
    drift = found.raters[2].drift
    assert drift.value == pytest.approx(gaps[20:].mean() - gaps[:20].mean())
    assert drift.low > 0
    assert found.raters[0].drift.value == pytest.approx(-0.5)
    influence = np.where(np.arange(40) >= 20, gaps - gaps[20:].mean(), gaps - gaps[:20].mean()) / 20
    assert drift.se == pytest.approx(np.sqrt(40 / 39 * (influence**2).sum()))


def test_drift_follows_the_dates_and_not_the_order_of_the_file():
    grid = np.full((20, 2), 3)
    grid[::2, 1] = 4
    days = np.stack([np.zeros(20), np.where(np.arange(20) % 2, 0, 30)], axis=1)
    found = reliability_of(labels_from(grid, days=days))
    assert found.raters[1].drift.value == pytest.approx(1.0)
    assert found.raters[0].drift.value is None
    assert "fewer than two moments" in found.raters[0].drift.reason


def test_drift_needs_two_ratings_in_each_half():
    grid = [[3, 3], [3, 4], [3, 4]]
    days = [[0, 0], [1, 9], [2, 9]]
    found = reliability_of(labels_from(grid, days=days)).raters[1].drift
    assert found.value is None
    assert "fewer than two dated ratings" in found.reason
    enough = reliability_of(labels_from([*grid, [3, 3]], days=[*days, [0, 0]])).raters[1].drift
    assert enough.value == pytest.approx(1.0)


def test_a_late_majority_of_one_day_is_a_half_of_its_own():
    grid = np.array([[3, 3], [3, 3], [3, 4], [3, 4], [3, 4]])
    days = np.array([[0, 0], [0, 1], [0, 5], [0, 5], [0, 5]])
    assert reliability_of(labels_from(grid, days=days)).raters[1].drift.value == pytest.approx(1.0)


def test_undated_ratings_give_no_drift():
    found = reliability_of(labels_from([[3, 4], [2, 2], [5, 4]]))
    assert all(rater.drift.value is None and rater.drift.reason for rater in found.raters)


def test_agreement_of_people_is_reported_with_every_pair():
    grid = np.array([[1, 1, 2], [2, 2, 2], [5, 4, 5], [3, 3, 0], [4, 4, 4]])
    found = reliability_of(labels_from(grid))
    assert [(pair.a, pair.b, pair.n) for pair in found.pairs] == [
        ("rater-0", "rater-1", 5),
        ("rater-0", "rater-2", 4),
        ("rater-1", "rater-2", 4),
    ]
    assert found.human_qwk.value == pytest.approx(np.mean([pair.qwk.value for pair in found.pairs]))
    assert 0.8 < found.alpha.value < 1


def test_one_person_alone_has_no_agreement():
    found = reliability_of(labels_from([[3], [4]]))
    assert (found.n, found.alpha.value, found.human_qwk.value) == (0, None, None)
