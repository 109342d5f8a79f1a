# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import pytest
from drafts import drafted, require_answers


@pytest.mark.points(2, group="budget")
def test_an_answer_costs_few_tokens(desk, model, metric):
    """An answer costs few tokens"""
    cases = desk.world.cases("priced", 12, lambda w: w.question())
    drafts = drafted(desk, cases)
    require_answers(desk, model.calls, list(zip(cases, drafts, strict=True)))
    metric("tokens_per_draft", model.tokens / len(cases), floor=3000, target=800)


@pytest.mark.points(1, group="budget")
def test_the_model_is_not_asked_in_vain(desk, model, metric):
    """The model is not asked for a triage, nor for a draft where there is nothing to answer from"""
    asked = desk.world.cases("priced-some", 6, lambda w: w.question())
    drafts = drafted(desk, asked)
    require_answers(desk, model.calls, list(zip(asked, drafts, strict=True)))
    before = len(model.calls)
    vain = desk.world.cases("vain", 10, lambda w: w.question_on_nothing())
    vain += desk.world.cases("vain-vague", 6, lambda w: w.vague())
    drafted(desk, vain)
    desk.answer(asked)
    metric("calls_in_vain", (len(model.calls) - before) / (len(vain) + len(asked)), floor=1.0, target=0.1)
