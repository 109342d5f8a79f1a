"""From checks to a verdict: precedence, several criteria at once, notes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.agreement import checks
from grader.agreement.check import Check, CheckOutcome, show
from grader.agreement.gate import decide, decide_all, verdict_of
from grader.agreement.labels import Labels
from grader.agreement.measured import Case, measure
from grader.agreement.panel import panel_of
from grader.agreement.planning import chance_of_passing, labels_for, labels_for_share, sigma_of
from grader.agreement.significance import wilson
from grader.agreement.simulation import LEVELS, unanimous_case
from grader.agreement.statistic import Statistic
from grader.agreement.thresholds import Thresholds

PASS, REJECT, OPEN, UNMEASURED = (
    CheckOutcome.PASS,
    CheckOutcome.REJECT,
    CheckOutcome.INCONCLUSIVE,
    CheckOutcome.NOT_MEASURED,
)
EVEN = [1 + number // 20 for number in range(100)]
GOOD = measure(unanimous_case(EVEN))


def spread(*counts):
    """Levels 1.. as often as `counts` says."""
    return [level for level, count in enumerate(counts, 1) for _ in range(count)]


def judged_at(value, resamples, **limits):
    return replace(
        GOOD,
        case=replace(GOOD.case, thresholds=Thresholds(**limits)),
        comparison=replace(GOOD.comparison, qwk=Statistic(value=value)),
        resampled=np.asarray(resamples, dtype=float),
    )


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
    report = decide(unanimous_case(spread(8, 8, 8, 8, 8), [4] * 40))
    assert report.verdict == "INCONCLUSIVE"
    assert report.labels_needed == 10
    assert [check.id for check in report.checks] == list("ABCDEFGHI")
    assert len(report.reasons) == 1
    assert all(check.sentence.endswith(".") for check in report.checks)


def test_a_good_judge_is_accepted_and_needs_no_labels():
    report = decide(unanimous_case(EVEN))
    assert (report.verdict, report.labels_needed, report.criterion) == ("ACCEPT", 0, "simulated")
    assert report.notes == ()


def test_plain_ratings_cover_a_to_g_and_calibration_requires_all():
    plain = unanimous_case(EVEN, repeats=1, probes={})
    assert decide(plain, scope="ratings").verdict == "ACCEPT"
    assert "H and I" in decide(plain, scope="ratings").notes[0]
    assert decide(plain, scope="calibration").verdict == "INCONCLUSIVE"
    assert decide(plain).verdict == "INCONCLUSIVE"


def test_a_rejection_asks_for_no_labels():
    label = spread(20, 20, 20, 20, 20)
    report = decide(unanimous_case(label, [min(5, level + 1) for level in label]))
    assert (report.verdict, report.labels_needed) == ("REJECT", 0)


def test_labels_needed_is_what_the_deciding_checks_need():
    report = decide(unanimous_case(spread(10, 10, 10, 10, 10), [3, *spread(10, 10, 10, 10, 10)[1:]]))
    assert [check.id for check in report.checks if check.outcome is OPEN] == ["F"]
    assert (report.verdict, report.labels_needed) == ("INCONCLUSIVE", 5)
    never = decide(unanimous_case(EVEN, repeats=1), scope="calibration")
    assert (never.verdict, never.labels_needed) == ("INCONCLUSIVE", 0)
    one = unanimous_case(EVEN)
    one = replace(one, labels=replace(one.labels, candidates=dict.fromkeys(one.judge, "c1")))
    assert decide(one).labels_needed is None


def borderline(seed=0, n=60):
    """A judge whose lower bound is a little above the limit: passes alone, not as one of many."""
    generator = np.random.default_rng(seed)
    label = np.arange(n) % 5 + 1
    judge = np.clip(label + np.where(generator.random(n) < 0.7, generator.integers(-2, 3, n), 0), 1, 5)
    return unanimous_case(label.tolist(), judge.tolist())


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
    reports = decide_all([unanimous_case(EVEN), borderline(), unanimous_case(EVEN)])
    levels = [report.checks[2].details["level"] for report in reports]
    assert sorted(levels) == pytest.approx([0.05 / 3, 0.025, 0.05])
    assert levels[1] == pytest.approx(0.05)
    assert [report.checks[2].outcome for report in reports] == [PASS, PASS, PASS]
    assert any("3 criteria were tested at once" in note for note in reports[0].notes)


def test_a_criterion_that_the_judge_did_not_rate_makes_no_other_harder():
    reports = decide_all([borderline(), unanimous_case(EVEN, [None] * 100)])
    assert reports[0].checks[2].details["level"] == pytest.approx(0.05)
    assert reports[1].verdict == "INCONCLUSIVE"


def test_the_evidence_against_a_judge_is_the_share_of_resamples_below_its_limit():
    assert judged_at(0.8, [0.5, 0.599, 0.6, 0.7]).p_value == 0.5
    assert judged_at(0.8, []).p_value == 1.0
    assert judged_at(0.8, [0.5, 0.7, 0.72, 0.74], judge_qwk=0.8, judge_qwk_low=0.73).p_value == 0.75


def test_a_criterions_figures_do_not_depend_on_its_neighbours():
    alone, beside = decide(borderline(), seed=4), decide_all([unanimous_case(EVEN), borderline()], seed=4)[1]
    assert alone.measured.interval == beside.measured.interval
    assert decide(borderline(), seed=5).measured.interval != alone.measured.interval
    assert decide(borderline()).measured.interval == decide(borderline(), seed=0).measured.interval


def test_the_gate_resamples_candidates_and_not_items():
    judge = [level if number % 20 < 10 else max(1, level - 2) for number, level in enumerate(EVEN)]
    case = unanimous_case(EVEN, judge)
    by_candidate = {name: f"c{number // 10}" for number, name in enumerate(sorted(case.judge))}
    apart = checks.judge_check(measure(case)).details
    together = checks.judge_check(measure(replace(case, labels=replace(case.labels, candidates=by_candidate)))).details
    assert together["low"] < apart["low"] - 0.1


def test_notes_say_what_a_reader_must_know():
    case = unanimous_case(
        EVEN, [*EVEN[:90], *[None] * 10], thresholds=Thresholds(max_smd=0.2, loosened_because="pilot with one team")
    )
    few = {name: f"c{number % 9}" for number, name in enumerate(sorted(case.labels.people["person-0"]))}
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
    report = decide(unanimous_case(EVEN))
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
        unanimous_case([1, 2, 3], [0, 6, 3])


def test_figures_show_the_digits_that_tell_them_from_their_limit():
    assert show(0.71, 0.70) == "0.71"
    assert show(0.70, 0.70) == "0.70"
    assert show(0.6996, 0.70) == "0.6996"
    assert show(0.69999, 0.70) == "0.699990"


def test_a_blunder_is_off_by_two_levels():
    report = measure(unanimous_case([1, 2, 3, 4, 5], [2, 4, 3, 1, 5]))
    assert report.comparison.blunders.value == pytest.approx(2 / 5)
    assert report.comparison.adjacent.value == pytest.approx(3 / 5)
