# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6
from __future__ import annotations

import pytest
from grader_kit import share, stream
from support import f_measure, problems, told_apart
from world import twins
from world.alike import ALIKE


def named(detector, metric, cause):
    """How well `cause` is told from all else, in a stream with every kind of trace, and from another one behind the same
    structure: the lesser of both."""
    judged, pairs = detector.stream(cause, ALIKE[cause])
    assert share(not reply.problem for _, reply in judged) >= 0.5, f"Most replies were not usable.{problems(judged)}"
    metric(cause, min(f_measure(judged, cause), told_apart(pairs)), floor=0.3, target=0.93)


@pytest.mark.points(4, group="context")
def test_a_search_that_missed_is_named(detector, metric):
    """A search that missed the document is named"""
    named(detector, metric, "retrieval_miss")


@pytest.mark.points(4, group="context")
def test_a_document_not_in_force_is_named(detector, metric):
    """A document that is not in force is named"""
    named(detector, metric, "stale_document")


@pytest.mark.points(4, group="context")
def test_another_shops_document_is_named(detector, metric):
    """Another shop's document is named"""
    named(detector, metric, "wrong_tenant")


@pytest.mark.points(4, group="context")
def test_a_prompt_cut_short_is_named(detector, metric):
    """A prompt that was cut short is named"""
    named(detector, metric, "truncated_context")


@pytest.mark.points(4, group="model")
def test_context_that_was_ignored_is_named(detector, metric):
    """Context that the model ignored is named"""
    named(detector, metric, "ignored_context")


@pytest.mark.points(4, group="model")
def test_things_mixed_up_are_named(detector, metric):
    """Products, matters and plans mixed up are named"""
    named(detector, metric, "mixed_entities")


@pytest.mark.points(3, group="model")
def test_a_wrong_sum_is_named(detector, metric):
    """A wrong sum is named"""
    named(detector, metric, "arithmetic")


@pytest.mark.points(4, group="model")
def test_an_order_that_was_obeyed_is_named(detector, metric):
    """An injected order that was obeyed is named"""
    named(detector, metric, "injection_followed")


@pytest.mark.points(3, group="service")
def test_another_questions_cached_answer_is_named(detector, metric):
    """A cached answer to another question is named"""
    named(detector, metric, "cache_mixup")


@pytest.mark.points(3, group="service")
def test_a_swallowed_tool_error_is_named(detector, metric):
    """A swallowed tool error is named"""
    named(detector, metric, "tool_error_swallowed")


@pytest.mark.points(4, group="service")
def test_a_rule_that_a_version_lost_is_named(detector, metric):
    """A rule that a version of the prompt has lost is named"""
    named(detector, metric, "prompt_regression")


@pytest.mark.points(3, group="service")
def test_a_repair_that_spoilt_the_answer_is_named(detector, metric):
    """A repair that spoilt the answer is named"""
    named(detector, metric, "schema_repair_loop")


def behind_the_same_answer(detector, metric, kinds):
    """Share of pairs with the same wrong answer of which both traces got their cause."""
    rng = stream(detector.world.seed, sorted(kinds))
    asked = {kind: twins.pairs(detector.world, {kind: twin}, rng.randint(4, 7))[kind] for kind, twin in kinds.items()}
    judged = detector.judge_among(
        f"twins:{min(kinds)}", [case for pairs in asked.values() for pair in pairs for case in pair]
    )
    right = iter([case.cause == reply.cause for case, reply in judged])
    for kind, pairs in asked.items():
        both = [(next(right), next(right)) for _ in pairs]
        metric(f"pair_{kind}", share(a and b for a, b in both), floor=0.1, target=0.95)


@pytest.mark.points(6, group="boundary")
def test_a_confused_model_is_told_from_wrong_context(detector, metric):
    """A confused model is told from one that was given the wrong context, behind the same answer"""
    behind_the_same_answer(detector, metric, twins.GIVEN)


@pytest.mark.points(4, group="boundary")
def test_a_confused_model_is_told_from_what_stands_around_it(detector, metric):
    """A confused model is told from tools, prompt versions and repairs that failed, behind the same answer"""
    behind_the_same_answer(detector, metric, twins.AROUND)
