"""Checks A and B: labels that can judge a judge, and people who agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.agreement import checks
from grader.agreement.check import CheckOutcome
from grader.agreement.gate import decide
from grader.agreement.labels import Labels
from grader.agreement.measured import Case, measure
from grader.agreement.panel import Pair, mean_over_pairs
from grader.agreement.simulation import LEVELS, unanimous_case
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import Thresholds

PASS, OPEN = CheckOutcome.PASS, CheckOutcome.INCONCLUSIVE
EVEN = [1 + number // 20 for number in range(100)]
GOOD = measure(unanimous_case(EVEN))


def spread(*counts):
    """Levels 1.. as often as `counts` says."""
    return [level for level, count in enumerate(counts, 1) for _ in range(count)]


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
    found = checks.labels_check(measure(unanimous_case(spread(*counts))))
    assert (found.outcome, found.labels_needed, found.value, found.limit) == (expected, needed, sum(counts), 50)


def test_an_item_counts_when_two_people_and_the_judge_rated_it():
    case = unanimous_case(EVEN)
    alone = {**case.labels.people, "person-1": {f"item-{number:04d}": EVEN[number] for number in range(0, 100, 2)}}
    half = replace(case, labels=replace(case.labels, people=alone))
    assert checks.labels_check(measure(half)).value == 50
    one_person = replace(case.labels, people={"person-0": alone["person-0"]})
    assert checks.labels_check(measure(replace(case, labels=one_person))).value == 0
    unjudged = unanimous_case(EVEN, [*EVEN[:49], *[None] * 51])
    found = checks.labels_check(measure(unjudged))
    assert (found.value, found.outcome, found.labels_needed) == (49, OPEN, 0)
    assert "gave no level for 51 more" in found.sentence


def test_missing_levels_are_named():
    enough = checks.labels_check(measure(unanimous_case(spread(0, 0, 20, 20, 20)))).sentence
    assert "gather" not in enough
    assert "gave no level" not in enough
    assert (
        "gather work of levels 1, 2, 3."
        in checks.labels_check(measure(unanimous_case(spread(0, 0, 4, 5, 51)))).sentence
    )
    found = checks.labels_check(measure(unanimous_case(spread(0, 0, 4, 26, 30))))
    assert "gather work of levels 1, 2, 3" in found.sentence
    assert found.details["levels_in_use"] == 2
    assert found.details["items_per_level"] == {"1": 0, "2": 0, "3": 4, "4": 26, "5": 30}
    one = measure(unanimous_case(spread(9, 9, 9, 9, 1), thresholds=Thresholds(min_levels=5)))
    assert checks.labels_check(one).sentence.endswith("gather work of level 5.")


def test_ratings_that_are_not_peoples_do_not_open_the_gate():
    labels = Labels(criterion="depth", levels=LEVELS, people={}, left_out={"model": 60, "authored": 2})
    report = decide(Case(labels=labels, judge={"a1": (3,)}))
    assert report.verdict == "INCONCLUSIVE"
    assert "No rating by a person counts here" in report.reasons[0]
    assert "left out: 2 authored, 60 model" in report.reasons[0]
    assert report.labels_needed == 50


def test_long_scales_need_more_labels_and_short_ones_fewer_levels():
    seven = unanimous_case(spread(13, 14, 14, 14, 14, 14, 14), levels=(1, 2, 3, 4, 5, 6, 7))
    assert (checks.labels_check(measure(seven)).limit, checks.labels_check(measure(seven)).outcome) == (98, OPEN)
    two = measure(unanimous_case(spread(25, 25), levels=(1, 2)))
    assert [checks.labels_check(two).outcome, checks.degenerate_check(two).outcome] == [PASS, PASS]


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
