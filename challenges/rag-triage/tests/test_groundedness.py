# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import pytest
from drafts import drafted, drafted_apart, good
from grader_kit import share

REPLACED = ("closed", "field", "line", "chain", "dated")


@pytest.mark.points(3, group="groundedness")
def test_an_answer_stands_in_the_document_that_it_cites(desk, model, metric):
    """An answer is the model's, states the figure that was asked for, and claims nothing but what the cited document says"""
    cases = desk.world.drawn("asked", 24, lambda w: w.question())
    drafts = drafted(desk, cases)
    right = share(good(desk, case, draft, model.calls) for case, draft in zip(cases, drafts, strict=True))
    metric("grounded", right, floor=0.1, target=0.9)


@pytest.mark.points(2, group="groundedness")
def test_an_answer_states_the_figure_in_force(desk, model, metric):
    """The answer states the figure that is in force, and not an outdated or overruled one"""
    cases = desk.world.drawn("asked-replaced", 12, lambda w: w.question(*REPLACED))
    cases += desk.world.drawn("asked-future", 4, lambda w: w.question("future", "dated"))
    cases += desk.world.drawn("asked-rival", 8, lambda w: w.question("rival"))
    drafts = drafted(desk, cases)
    right = share(good(desk, case, draft, model.calls) for case, draft in zip(cases, drafts, strict=True))
    metric("figure_in_force", right, floor=0.1, target=0.9)


@pytest.mark.points(2, group="groundedness")
def test_nothing_is_claimed_where_no_document_has_the_answer(desk, model, metric):
    """Where no document in force has the answer, the draft says nothing"""
    nothing = desk.world.drawn("asked-nothing", 16, lambda w: w.question_on_nothing())
    something = desk.world.drawn("asked-something", 12, lambda w: w.question())
    of_nothing, drafts = drafted_apart(desk, nothing, something)
    silent = share(draft.silent for draft in of_nothing)
    found = share(good(desk, case, draft, model.calls) for case, draft in zip(something, drafts, strict=True))
    metric("silent_rightly", (silent + found) / 2, floor=0.5, target=0.92)
