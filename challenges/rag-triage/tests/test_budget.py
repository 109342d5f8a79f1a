# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import pytest
from drafts import drafted, require_answers
from grader_kit import stream


@pytest.mark.points(2, group="budget")
def test_an_answer_costs_few_tokens(desk, model, metric):
    """An answer costs few tokens"""
    cases = desk.world.drawn("priced", 12, lambda w: w.question())
    drafts = drafted(desk, cases)
    require_answers(desk, model.calls, list(zip(cases, drafts, strict=True)))
    metric("tokens_per_draft", model.tokens / len(cases), floor=3000, target=800)


@pytest.mark.points(1, group="budget")
def test_the_model_is_not_asked_in_vain(desk, model, metric):
    """The model is not asked for a triage, nor for a draft where there is nothing to answer from"""
    asked = desk.world.drawn("priced-some", 6, lambda w: w.question())
    vain = desk.world.drawn("vain", 10, lambda w: w.question_on_nothing())
    vain += desk.world.drawn("vain-vague", 6, lambda w: w.vague())
    turns = [("draft", case) for case in (*asked, *vain)] + [("triage", case) for case in asked]
    stream(desk.world.seed, "vain").shuffle(turns)  # each on its own, so that its calls can be told
    pairs, in_vain = [], 0
    for kind, case in turns:
        before = len(model.calls)
        if kind == "draft":
            pairs += [(case, draft) for draft in drafted(desk, [case])]
        else:
            desk.answer([case])
        in_vain += (len(model.calls) - before) * (kind == "triage" or case not in asked)
    require_answers(desk, model.calls, [(case, draft) for case, draft in pairs if case in asked])
    metric("calls_in_vain", in_vain / (len(vain) + len(asked)), floor=1.0, target=0.1)
