"""Limits of the gate: their defaults, what a rubric may set, and that loosening needs a reason."""

from __future__ import annotations

import pytest

from grader.agreement.thresholds import CONFIDENCE, MIN_PAIR_ITEMS, PROBES, Thresholds, thresholds_from

DEFAULTS = {
    "min_labels": 50,
    "min_levels": 3,
    "min_items_per_level": 5,
    "human_qwk": 0.60,
    "judge_qwk": 0.70,
    "judge_qwk_low": 0.60,
    "ceiling_gap": 0.10,
    "max_smd": 0.15,
    "max_blunders": 0.10,
    "judge_levels": 3,
    "max_level_excess": 0.20,
    "min_repeats": 3,
    "max_flips": 0.10,
    "max_probe_shift": 0.5,
    "epsilon": 0.15,
}
HIGHER_IS_STRICTER = {
    "min_labels": (60, 40),
    "min_levels": (4, 2),
    "min_items_per_level": (6, 4),
    "human_qwk": (0.65, 0.55),
    "judge_qwk": (0.75, 0.65),
    "judge_qwk_low": (0.65, 0.55),
    "judge_levels": (4, 2),
    "min_repeats": (5, 2),
}
LOWER_IS_STRICTER = {
    "ceiling_gap": (0.05, 0.15),
    "max_smd": (0.1, 0.2),
    "max_blunders": (0.05, 0.2),
    "max_level_excess": (0.1, 0.3),
    "max_flips": (0.05, 0.2),
    "max_probe_shift": (0.25, 0.75),
}
BOTH = sorted({**HIGHER_IS_STRICTER, **LOWER_IS_STRICTER}.items())


def test_the_defaults_are_the_agreed_ones():
    assert {name: getattr(Thresholds(), name) for name in DEFAULTS} == DEFAULTS
    assert Thresholds().loosened == ()
    assert (CONFIDENCE, MIN_PAIR_ITEMS, PROBES) == (0.95, 30, ("padded", "stripped", "injected"))


@pytest.mark.parametrize(("name", "values"), BOTH)
def test_a_limit_may_be_tightened_without_a_word(name, values):
    found = thresholds_from({name: values[0]})
    assert getattr(found, name) == values[0]
    assert found.loosened == ()


@pytest.mark.parametrize(("name", "values"), BOTH)
def test_a_limit_may_be_loosened_only_with_a_reason(name, values):
    with pytest.raises(ValueError, match=f"{name} looser than the default: say why in loosened_because"):
        thresholds_from({name: values[1]})
    with pytest.raises(ValueError, match="loosened_because"):
        thresholds_from({name: values[1], "loosened_because": "  "})
    found = thresholds_from({name: values[1], "loosened_because": "a pilot"})
    assert found.loosened == (name,)


def test_every_limit_is_either_tight_or_loose_but_epsilon():
    assert {name for name, _ in BOTH} == set(DEFAULTS) - {"epsilon"}
    assert Thresholds(epsilon=0.3).loosened == ()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"min_label": 60}, "no such limit: 'min_label' \\(did you mean 'min_labels'\\?\\)"),
        ({"xyzzy": 1}, "no such limit: 'xyzzy'$"),
        ({"human_qwk": "0.6"}, "human_qwk must be a number, not '0.6'"),
        ({"human_qwk": True}, "human_qwk must be a number"),
        ({"human_qwk": float("nan")}, "human_qwk must be a number"),
        ({"human_qwk": None}, "human_qwk must be a number"),
        ({"human_qwk": 1.1}, "human_qwk must be between 0 and 1"),
        ({"max_smd": -0.1}, "max_smd must be between 0 and 1"),
        ({"epsilon": 2}, "epsilon must be between 0 and 1"),
        ({"min_labels": 60.5}, "min_labels must be a whole number of at least 2"),
        ({"min_labels": 1, "loosened_because": "x"}, "min_labels must be a whole number of at least 2"),
        ({"min_levels": 0, "loosened_because": "x"}, "min_levels must be a whole number of at least 1"),
        (
            {"min_items_per_level": 0, "loosened_because": "x"},
            "min_items_per_level must be a whole number of at least 1",
        ),
        ({"judge_levels": 0, "loosened_because": "x"}, "judge_levels must be a whole number of at least 1"),
        ({"min_repeats": 1, "loosened_because": "x"}, "min_repeats must be a whole number of at least 2"),
        ({"judge_qwk_low": 0.75}, "judge_qwk_low 0.75 is above judge_qwk 0.7"),
    ],
)
def test_limits_that_make_no_sense_are_refused(raw, message):
    with pytest.raises(ValueError, match=message):
        thresholds_from(raw)


def test_a_reason_is_text():
    with pytest.raises(TypeError, match="must be text"):
        thresholds_from({"loosened_because": 3})


def test_equal_bounds_and_the_ends_of_the_range_are_allowed():
    assert Thresholds(judge_qwk=0.7, judge_qwk_low=0.7).judge_qwk_low == 0.7
    assert Thresholds(human_qwk=1, max_smd=0, max_flips=0).human_qwk == 1
    least = {"min_labels": 2, "min_levels": 1, "min_items_per_level": 1, "judge_levels": 1, "min_repeats": 2}
    assert set(Thresholds(**least, loosened_because="tiny").loosened) == set(least)


def test_several_faults_are_told_at_once():
    with pytest.raises(ValueError, match=r"human_qwk must be between.*max_smd looser"):
        Thresholds(human_qwk=1.5, max_smd=0.3)


@pytest.mark.parametrize(
    ("limits", "levels", "needed"),
    [({}, 5, 50), ({}, 3, 50), ({}, 6, 72), ({"min_labels": 80}, 5, 80), ({"min_labels": 80}, 7, 98)],
)
def test_labels_required_are_twice_the_square_of_long_scales(limits, levels, needed):
    assert Thresholds(**limits).labels_required(levels) == needed


def test_a_loosened_number_of_labels_is_the_number():
    assert Thresholds(min_labels=20, loosened_because="a pilot").labels_required(5) == 20
