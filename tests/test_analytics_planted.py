"""Each report finds what was planted in a year of candidates, and where nothing is planted stays quiet.

A few seeds here; two hundred, with the rates, in `python -m bench.analytics`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.analytics.events import StageEvent
from grader.analytics.funnel import funnel
from grader.analytics.impact import counted, impact
from grader.analytics.items import items
from grader.analytics.predict import predict
from grader.analytics.raters import raters
from grader.analytics.signal import signal
from grader.analytics.time import time
from grader.ratings.table import Rating
from tests.analytics_cohorts import END, START, Planted, answers, called_out, events, levels, outcomes, ratings

SEEDS = (2, 3, 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slow_and_the_narrow_stage_are_named_and_no_other(seed):
    found, _ = events(seed, planted=Planted(slow_stage="interview", narrow_stage="take-home"))
    assert called_out(time(found, until=END).notes, "Longest").startswith("Longest stage: interview (")
    notes = funnel(found, by="quarter").notes
    assert called_out(notes, "Narrowest").startswith("Narrowest stage: take-home (")
    assert "no difference shown" in called_out(notes, "Between cohorts")


@pytest.mark.parametrize("seed", SEEDS)
def test_where_all_stages_are_alike_none_is_named(seed):
    found, _ = events(seed)
    assert "not shown" in called_out(time(found, until=END).notes, "Longest")
    assert "not shown" in called_out(funnel(found).notes, "Narrowest")


def test_a_stages_median_is_the_true_one_in_spite_of_those_who_wait():
    found, _ = events(5)
    row = next(row for row in time(found, until=END).rows if row["clock"] == "in applied")
    assert row["open"] > 0
    assert row["median_low"] <= 6.0 * 0.6931 <= row["median_high"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stage_that_treats_a_group_unlike_is_shown_and_no_other(seed):
    found, groups = events(seed, planted=Planted(unlike_group=0.3))
    words = {(row["stage"], row["group"]): row["words"] for row in impact(counted(found, groups)).rows}
    assert words["interview", "B"] == "gap, conclusive"
    assert words["applied", "A"] != "gap, conclusive" != words["applied", "B"]
    assert words["take-home", "A"] != "gap, conclusive" != words["take-home", "B"]
    assert words["interview", "declined"] == "compared with nobody"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_one_item_that_is_harder_for_a_group_is_to_be_read_again(seed):
    rows = items(answers(seed, planted=Planted(hard_item="item-03")), focal="B").rows
    assert [row["item"] for row in rows if "read its content" in row["words"]] == ["item-03"]
    assert next(row["delta"] for row in rows if row["item"] == "item-03") < -1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_useless_round_shows_nothing_and_the_others_something(seed):
    rows = signal(levels(seed, planted=Planted(useless_round="screen"))).rows
    assert {row["round"]: row["words"] for row in rows} == {
        "screen": "nothing shown", "take-home": "tells something", "panel": "tells something",
    }  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_the_drifting_rater_is_named_and_nobody_else(seed):
    rows = raters(ratings(seed, planted=Planted(drifting_rater="rater-4"))).rows
    assert [row["rater"] for row in rows if "grows" in row["words"]] == ["rater-4"]
    assert next(row["words"] for row in rows if row["rater"] == "rater-4").endswith("grows lenient")


def test_selection_on_the_score_is_taken_back_into_a_band_that_holds_the_truth():
    rows = {row["figure"]: row for row in predict(outcomes(4, n=2000)).rows}
    seen, corrected = rows["correlation as seen"], rows["if selected on the score"]
    assert list(rows) == ["correlation as seen", "if selected on the score"]
    assert seen["value"] < 0.35
    assert corrected["low"] <= 0.4 <= corrected["high"]
    assert "u 0." in corrected["inputs"]


def test_when_one_of_four_drifts_the_others_do_not_seem_to_drift_back():
    rows = raters(ratings(1, n=3000, raters=4, planted=Planted(drifting_rater="rater-2"))).rows
    drifts = {row["rater"]: row["drift"] for row in rows}
    assert drifts["rater-2"] > 0.4
    assert (
        max(abs(value) for name, value in drifts.items() if name != "rater-2") < 0.1
    )  # a third of it, against the mean


def test_an_effect_that_is_sure_and_tiny_is_not_called_out():
    found = [Rating(item=f"w{at}", criterion="c", rater=who, level=3 + (who == "a" and at % 25 == 0))
             for at in range(20_000) for who in ("a", "b")]  # fmt: skip
    rows = raters(found).rows
    assert all(row["severity_p"] < 0.001 for row in rows)
    assert all("severe" not in str(row["words"]) and "lenient" not in str(row["words"]) for row in rows)


def test_who_left_after_the_day_that_is_asked_about_was_still_waiting_then():
    day = timedelta(days=1)
    found = [StageEvent(candidate=f"c{at}", stage="s", entered=START, left=START + (1 + at % 60) * day, exit="advance")
             for at in range(120)]  # fmt: skip
    (row,) = time(found, until=START + 45 * day).rows
    assert (row["n"], row["left"], row["open"]) == (120, 90, 30)
