"""People against people: the worked numbers of others, severity that does not follow the luck of the draw, drift."""

from __future__ import annotations

import numpy as np
import pytest

from grader.agreement.alpha import alpha
from grader.agreement.control import chart, first_signal
from grader.agreement.kappa import kappa
from grader.agreement.labels import labels_of
from grader.agreement.severity import severity
from grader.agreement.shared import shared
from grader.ratings.table import Rating, Ratings

# Hayes & Krippendorff 2007: 40 units, five observers, levels 0 to 3.
HAYES = """
112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222. 33223 111.1 111.1 212.2 1233. 1101. 000.0
0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2 110.0 2121. 22.22 3222. 222.2 223.2 222.2 22.12 2222. 111.1
"""
# Three raters, fifteen units.
WIKIPEDIA = ("*****34121133*3", "1*213343*******", "**21344*21133*4")


def grid(rows: list[str], low: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([[int(cell) - low if cell.isdigit() else -1 for cell in row] for row in rows])


@pytest.mark.parametrize(("metric", "value"), [("nominal", 0.4765), ("ordinal", 0.7598), ("interval", 0.7574)])
def test_alpha_of_hayes_and_krippendorff_is_the_published_one(metric: str, value: float) -> None:
    rows = HAYES.split()
    assert len(rows) == 40
    found = alpha(grid(rows, 0), (0, 1, 2, 3), metric)  # type: ignore[arg-type]
    assert found.value == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize(("metric", "value"), [("nominal", 0.6914), ("ordinal", 0.8067), ("interval", 0.8108)])
def test_alpha_of_three_raters_with_gaps_is_the_published_one(metric: str, value: float) -> None:
    rows = ["".join(column) for column in zip(*WIKIPEDIA, strict=True)]
    found = alpha(grid(rows, 1), (1, 2, 3, 4), metric)  # type: ignore[arg-type]
    assert found.value == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize(
    ("weights", "value", "se", "low", "high"),
    [
        ("none", 0.4842, 0.1380, 0.2137, 0.7547),
        ("linear", 0.4701, 0.1457, 0.1845, 0.7558),
        ("quadratic", 0.4502, None, None, None),
    ],
)
def test_kappa_with_a_level_that_one_rater_never_gave_is_that_of_sas(
    weights: str, value: float, se: float | None, low: float | None, high: float | None
) -> None:
    found = kappa(np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5.0]]), weights)  # type: ignore[arg-type]
    assert found.value == pytest.approx(value, abs=5e-5)
    if se is not None and found.se is not None and low is not None and high is not None:
        assert found.se == pytest.approx(se, abs=5e-5)
        assert found.value is not None
        assert (found.value - 1.959964 * found.se, found.value + 1.959964 * found.se) == pytest.approx(
            (low, high), abs=1e-4
        )


@pytest.mark.parametrize(("weights", "value"), [("linear", 0.126214), ("quadratic", 0.229798)])
def test_kappa_takes_all_levels_where_a_well_known_program_drops_one(weights: str, value: float) -> None:
    second = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]
    third = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]
    table = np.zeros((6, 6))
    for a, b in zip(second, third, strict=True):
        table[a - 1, b - 1] += 1
    found = kappa(table, weights)  # type: ignore[arg-type]
    assert found.value == pytest.approx(value, abs=5e-7)


# ------------------------------------------------------------------------------------------------ drift

MONTGOMERY = [
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62,
    10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
]  # fmt: skip


def test_the_chart_of_montgomerys_data_signals_at_the_twenty_ninth_point() -> None:
    points = chart(MONTGOMERY, centre=10, sd=1, weight=0.1, width=2.7)
    assert points[0].mean == pytest.approx(9.945)
    assert (points[0].low, points[0].high) == pytest.approx((9.73, 10.27))
    assert points[1].mean == pytest.approx(9.7495)
    assert (points[27].mean, points[27].high) == pytest.approx((10.5731, 10.6186), abs=1e-4)
    assert first_signal(points) == 29
    assert (points[28].mean, points[28].high) == pytest.approx((10.6468, 10.6187), abs=1e-4)
    assert points[29].mean == pytest.approx(10.6341, abs=1e-4)


def test_limits_widen_from_the_first_point_to_the_steady_ones_of_the_handbook() -> None:
    points = chart([50.0] * 200, centre=50, sd=2.0539, weight=0.3)
    assert points[0].high < points[1].high < points[5].high
    assert (points[-1].high, points[-1].low) == pytest.approx((52.5884, 47.4115), abs=1e-3)
    assert first_signal(points) is None


def test_a_chart_without_scatter_is_an_error_and_not_a_line() -> None:
    with pytest.raises(ValueError, match="sd > 0"):
        chart([1.0], sd=0)


# ------------------------------------------------------------------------------------------------ severity


def rating(case: int, criterion: str, rater: str, level: int) -> Rating:
    return Rating(
        item=f"case{case}/{criterion}", candidate=f"case{case}", criterion=criterion, rater=rater, level=level
    )


def rated(pairs: list[tuple[str, str]], shift: dict[str, int], cases: int = 24) -> list[Rating]:
    """Work of many worths on two criteria; each case by one pair, and each rater by their own `shift`."""
    rows = []
    for case in range(cases):
        worth = 2 + case % 3
        for name in pairs[case % len(pairs)]:
            rows += [rating(case, "k", name, worth + shift[name]), rating(case, "l", name, worth + shift[name])]
    return rows


def test_severity_is_told_from_the_work_that_somebody_got() -> None:
    found = {one.rater: one for one in severity(rated([("a", "b"), ("b", "c"), ("c", "a")], {"a": -1, "b": 0, "c": 1}))}
    for name, value in (("a", -1), ("b", 0), ("c", 1)):
        assert found[name].raw.value == pytest.approx(value, abs=1e-9)
        assert found[name].block == 0
        assert found[name].n == 32
    assert found["a"].shrunk.value == pytest.approx(-1, abs=1e-6)


def test_raters_who_share_nothing_are_in_blocks_of_their_own() -> None:
    found = severity(rated([("a", "b"), ("c", "d")], {"a": 0, "b": 1, "c": 0, "d": 1}))
    assert [(one.rater, one.block) for one in found] == [("a", 0), ("b", 0), ("c", 1), ("d", 1)]
    assert sum(one.raw.value or 0 for one in found if one.block == 0) == pytest.approx(0)


def test_what_may_be_luck_is_drawn_to_zero_and_too_little_is_not_told() -> None:
    random = np.random.default_rng(3)
    rows = [rating(case, "k", name, int(random.integers(1, 6))) for case in range(40) for name in ("a", "b", "c")]
    for one in severity(rows):
        assert one.raw.low is not None
        assert one.raw.high is not None
        assert abs(one.shrunk.value or 0) <= abs(one.raw.value or 0)
    few = severity(rated([("a", "b")], {"a": 0, "b": 1}, cases=3))
    assert [one.shrunk.value for one in few] == [None, None]
    assert [one.n for one in few] == [6, 6]


def test_halo_and_spread_tell_one_impression_from_many() -> None:
    rows = [rating(case, criterion, "flat", 2 + case % 3) for case in range(20) for criterion in "kl"]
    rows += [rating(case, "k", "keen", 2 + case % 3) for case in range(20)]
    rows += [rating(case, "l", "keen", 4 - case % 3) for case in range(20)]
    found = {one.rater: one for one in severity(rows)}
    assert found["flat"].halo.value == 0
    assert (found["keen"].halo.value or 0) > 0.5
    assert (found["flat"].spread.value or 0) > 0.5


# ------------------------------------------------------------------------------------------------ one criterion


def labels(levels: list[tuple[int, int]]) -> Ratings:
    rows = [Rating(item=f"i{at}", criterion="k", rater=name, level=level, candidate=f"i{at}")
            for at, both in enumerate(levels) for name, level in zip("ab", both, strict=True)]  # fmt: skip
    return Ratings(rows=tuple(rows), levels={"k": (1, 2, 3, 4, 5)})


def test_below_thirty_shared_items_there_are_counts_and_nothing_else() -> None:
    found = shared(labels_of(labels([(1, 1), (2, 3), (5, 3)]), "k"))
    assert found.n == 3
    assert found.used == {"a": (1, 1, 0, 0, 1), "b": (1, 0, 2, 0, 0)}
    for one in (found.exact, found.adjacent, found.wide, found.kappa, found.alpha):
        assert one.value is None
        assert "30 are asked for" in one.reason


def test_from_thirty_on_there_are_shares_and_an_interval_by_candidate() -> None:
    found = shared(labels_of(labels([(1, 1), (2, 3), (5, 3), (4, 4)] * 10), "k"))
    assert (found.n, found.exact.value, found.adjacent.value, found.wide.value) == (40, 0.5, 0.75, 0.25)
    assert found.alpha.low is not None
    assert found.alpha.high is not None
    assert found.alpha.low < (found.alpha.value or 0) < found.alpha.high
    assert shared(labels_of(labels([(1, 1), (2, 3), (5, 3), (4, 4)] * 10), "k")) == found
