# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.mark.points(2, group="operations")
def test_a_case_costs_few_calls_and_tokens(stage, metric, model):
    """What a plain case costs in calls of the model and in tokens"""
    desk = stage("budget")
    cases = [desk.write.refund_amount() for _ in range(2)] + [desk.write.cancel() for _ in range(2)]
    right = desk.share_right(desk.play(cases))
    assert right >= 0.5, f"Only {right:.0%} of the cases went as they should; to do nothing costs nothing."
    played = 2 * len(cases)  # each has a twin
    metric("calls_per_case", len(model.calls) / played, floor=10, target=5, unit="calls")
    metric("tokens_per_case", model.tokens / played, floor=12_000, target=5_000, unit="tokens")


@pytest.mark.points(1, group="operations")
def test_a_model_that_asks_to_wait_is_given_its_time(stage, metric, model):
    """A rate limit of the model is waited out as long as it says"""
    desk = stage("limited")
    for after in (1, 3):
        model.fault("rate_limit", after=after, times=1, retry_after=0.15)
    right = desk.share_right(desk.play([desk.write.refund_amount(), desk.write.cancel()]))
    refused = [(call.messages, call.tools) for call in model.calls if call.status == 429]
    early = sum(call.early and (call.messages, call.tools) in refused for call in model.calls)
    assert not early, f"{early} refused requests came again before the time that Retry-After gave."
    metric("waited_out", right, floor=0.0, target=1.0)


@pytest.mark.points(2, group="operations")
def test_without_the_model_a_person_gets_the_case(stage, metric, model):
    """A model that stays down ends in a person's hands, with nothing done"""
    desk = stage("no-model")
    assert desk.share_right(desk.play([desk.write.refund_amount()])) == 1
    model.fault("overloaded", times=None, retry_after=0.02)
    end = {"effects": [["escalate", {"reason": "model_failure"}]], "ends": ["escalate:model_failure"]}
    cases = [replace(make(), **end) for make in (desk.write.refund_amount, desk.write.cancel)]
    metric("handed_over", desk.share_right(desk.play(cases)), floor=0.0, target=1.0)
