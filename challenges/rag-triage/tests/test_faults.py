# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

from dataclasses import replace

import pytest
from drafts import drafted, good, require_answers
from grader_kit import share


def working(desk, model, count):
    """Questions that are answered rightly while the model works, each in another mail: who never asks meets no fault, and
    a draft that was kept is none of the mail at hand."""
    cases = desk.world.drawn(f"unhurt:{desk.test}", 9, lambda w: w.question())
    pairs = list(zip(cases, drafted(desk, cases), strict=True))
    require_answers(desk, model.calls, pairs)
    return [_in_other_mail(case) for case, draft in pairs if good(desk, case, draft, model.calls)][:count]


def _in_other_mail(case):
    question = next(part for part in case.ticket["body"].split("\n\n") if part.endswith("?"))
    other = {"id": f"{case.ticket['id']}1", "subject": "Once more", "body": f"Good day,\n\n{question}\n\nRegards\nKim"}
    return replace(case, ticket=case.ticket | other)


def again(desk, model, cases):
    """Drafts for `cases` in the same process: whether each is answered, and whether it is safe: answered, or handed over
    to a person."""
    drafts = drafted(desk, cases)
    right = [good(desk, case, draft, model.calls) for case, draft in zip(cases, drafts, strict=True)]
    return right, [ok or draft.handed_over for ok, draft in zip(right, drafts, strict=True)]


@pytest.mark.points(2, group="faults")
def test_a_short_rate_limit_is_waited_out(desk, model, metric):
    """A short rate limit is waited out, for as long as the service asks"""
    cases = working(desk, model, 4)
    model.fault("rate_limit", after=0, times=1, retry_after=0.2)
    model.fault("rate_limit", after=3, times=1, retry_after=0.2)
    right, _ = again(desk, model, cases)
    early = [call for call in model.calls if call.early]
    assert not early, f"{len(early)} requests came before the time that Retry-After asked to wait for had passed."
    metric("answered_in_spite", share(right), floor=0.5, target=1.0)


@pytest.mark.points(2, group="faults")
def test_without_a_model_a_person_gets_the_ticket(desk, model, metric):
    """While the model answers with errors, tickets go to a person, and the model is not stormed"""
    cases = working(desk, model, 3)
    before = len(model.calls)
    model.fault("server_error", times=None)
    _, safe = again(desk, model, cases)
    metric("safe_without_model", share(safe), floor=0.5, target=1.0)
    metric("requests_per_draft", (len(model.calls) - before) / len(cases), floor=8, target=4)


@pytest.mark.points(1, group="faults")
def test_a_stalled_answer_is_not_waited_for(desk, model, metric):
    """An answer that does not come is not waited for longer than three seconds"""
    cases = working(desk, model, 1)
    model.fault("stall", times=1, seconds=6.0)
    _, safe = again(desk, model, cases)
    assert all(safe), "The draft was neither an answer from the document nor handed over to a person."
    metric("seconds_stalled", desk.candidate.seconds, floor=5.0, target=3.0, unit="s")


@pytest.mark.points(1, group="faults")
def test_half_an_answer_is_not_sent(desk, model, metric):
    """An answer that is cut off, empty, refused or made up is asked for again, or a person gets the ticket"""
    cases = working(desk, model, 4)
    for after, kind in enumerate(("truncate", "empty", "refusal")):
        model.fault(kind, after=2 * after, times=1)
    _, safe = again(desk, model, cases[:3])
    model.script(["It takes 99877 days."])
    _, checked = again(desk, model, cases[3:])
    metric("safe_when_spoiled", share(safe + checked), floor=0.25, target=1.0)
