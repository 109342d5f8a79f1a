"""Simulated judges get the verdicts that the rules imply, whatever people they are held against."""

from __future__ import annotations

import numpy as np
import pytest

from grader.agreement.check import CheckOutcome
from grader.agreement.gate import decide
from grader.agreement.measured import Case
from grader.agreement.simulation import JUDGES, judged, simulated_world

STILL = {"padded": [0.0, 0.0], "stripped": [0.0, 0.0], "injected": [0.0, 0.0]}


def report_on(judge, *, repeats=3, scope="calibration", probes=STILL, **world):
    made = simulated_world(**world)
    levels = judged(made, JUDGES[judge], repeats=repeats)
    return decide(Case(labels=made.labels, judge=levels, probes=probes), scope=scope)


def failing(report):
    return {check.id for check in report.checks if check.outcome is CheckOutcome.REJECT}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("judge", "verdict", "at_least"),
    [
        ("oracle", "ACCEPT", set()),
        ("constant", "REJECT", {"C", "D", "E", "F", "G"}),
        ("random", "REJECT", {"C", "D", "F", "G", "H"}),
        ("lenient", "REJECT", {"E"}),
        ("verbose-loving", "REJECT", {"D", "F"}),
    ],
)
def test_a_judge_gets_its_verdict(judge, verdict, at_least, seed):
    report = report_on(judge, seed=seed)
    assert report.verdict == verdict
    assert failing(report) >= at_least
    if verdict == "ACCEPT":
        assert not failing(report)


@pytest.mark.parametrize("judge", sorted(JUDGES))
def test_no_judge_passes_or_fails_on_labels_that_cannot_judge(judge):
    assert report_on(judge, items=40).verdict == "INCONCLUSIVE"
    assert report_on(judge, people=1).verdict == "INCONCLUSIVE"
    assert report_on(judge, noise=2.5).verdict == "INCONCLUSIVE"


def test_leniency_alone_rejects():
    report = report_on("lenient")
    assert failing(report) == {"E"}
    assert report.measured.comparison.bias.value > 0


def test_a_judge_that_loves_length_is_moved_by_padding():
    report = report_on("oracle", probes={**STILL, "padded": [1, 0, 1, 1]})
    assert failing(report) == {"I"}


def test_a_random_judge_cannot_be_taken_for_stable():
    report = report_on("random")
    stability = report.checks[7]
    assert stability.value == pytest.approx(0.8, abs=0.06), "two draws of five levels differ in four of five cases"


def test_a_constant_judge_is_rejected_although_it_looks_good_on_skewed_labels():
    generator = np.random.default_rng(0)
    made = simulated_world(items=200, people=3, noise=0.3, seed=1)
    skewed = np.minimum(5, made.truth + 3 * (generator.random(200) < 0.75))
    items = made.items
    people = {f"p{n}": {item: int(level) for item, level in zip(items, skewed, strict=True)} for n in range(3)}
    labels = type(made.labels)(criterion="skewed", levels=made.labels.levels, people=people)
    report = decide(Case(labels=labels, judge=dict.fromkeys(items, (5,) * 3), probes=STILL))
    figures = report.measured.comparison
    assert figures.ac2.value > 0.6
    assert figures.qwk.value == 0.0
    assert report.verdict == "REJECT"


def test_plain_ratings_are_enough_to_tell_the_judges_apart():
    verdicts = {name: report_on(name, repeats=1, probes={}, scope="ratings").verdict for name in JUDGES}
    assert verdicts.pop("oracle") == "ACCEPT"
    assert set(verdicts.values()) == {"REJECT"}


def test_simulations_repeat_themselves():
    one, other = simulated_world(seed=3), simulated_world(seed=3)
    assert one.labels == other.labels
    assert judged(one, JUDGES["random"]) == judged(other, JUDGES["random"])
    assert judged(one, JUDGES["random"]) != judged(simulated_world(seed=4), JUDGES["random"])


@pytest.mark.parametrize("seed", range(3))
def test_a_judge_that_copies_the_labels_is_accepted_from_exactly_fifty_items_on(seed):
    for items, verdict in ((50, "ACCEPT"), (49, "INCONCLUSIVE")):
        made = simulated_world(items=items, people=2, noise=0.0, seed=seed)
        copied = {item: (level,) * 3 for item, level in made.labels.people["person-0"].items()}
        assert decide(Case(labels=made.labels, judge=copied, probes=STILL)).verdict == verdict
