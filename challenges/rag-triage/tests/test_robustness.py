# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import html

import pytest
from grader_kit import share
from support import CHANCE, accuracy, alarms, problems, recall


def malformed(ticket):
    """Tickets as a broken form, an old mail program or a bored visitor sends them."""
    odd = [{}, {"id": None}, {"subject": 7, "body": ["a", {"b": 1}]}, {"body": {"text": "refund"}}, {"body": True}]
    odd += [{key: value for key, value in ticket.items() if key != left_out} for left_out in ticket]
    odd += [
        ticket | {"customer": customer}
        for customer in (None, "C-1", [], {"products": "all", "plan": 3}, {"products": [None, 5]})
    ]
    odd += [
        ticket | {"created_at": moment}
        for moment in ("", "yesterday", 20250301, None, "2025-13-45T99:00:00Z", "0000-00-00")
    ]
    odd += [
        ticket | {"body": body}
        for body in ("\x00\x01\x02", "?" * 500, "a" * 100_000, "( [ { \\ * +", "> " * 2000, "\n" * 5000)
    ]
    odd.append(ticket | {"body": "the invoice and the app, " * 8000})
    return odd


@pytest.mark.points(2, group="robustness")
def test_malformed_tickets_get_a_usable_reply(desk, metric):
    """Malformed tickets get a usable reply"""
    desk.require_use()
    tickets = malformed(desk.world.writer("malformed").plain().ticket)
    replies = desk.read(tickets)
    metric("usable_replies", share(not reply.problem for reply in replies), floor=0.6, target=1.0)


@pytest.mark.points(1, group="robustness")
def test_unreadable_tickets_go_to_a_person(desk, metric):
    """Tickets that cannot be read go to a person, and readable ones do not"""
    writer = desk.world.writer("unreadable")
    ticket = writer.plain().ticket | {"subject": ""}
    unreadable = [ticket | {"body": body} for body in ("", None, "   \n\t ", "???", "-- .. --", "\u200b\u200b", 12)]
    calm = desk.world.drawn("readable", 14, lambda w: w.plain())
    replies = desk.read([*unreadable, *(case.ticket for case in calm)])
    caught = [
        reply.escalate is True and not reply.citations and reply.confidence <= 0.5
        for reply in replies[: len(unreadable)]
    ]
    needless = alarms(calm, replies[len(unreadable) :])[1]
    metric("unreadable_escalated", share(caught) - needless, floor=0.0, target=0.95)


@pytest.mark.points(2, group="robustness")
def test_markup_and_invisible_characters_do_not_matter(desk, metric):
    """Markup, invisible characters, capitals and missing accents do not matter"""
    cases = desk.world.drawn("markup", 32, lambda w: w.multilingual() if w.rng.random() < 0.4 else w.plain())
    dressed = [_dressed(case.ticket, turn) for turn, case in enumerate(cases)]
    replies = desk.read(dressed)
    assert share(not reply.problem for reply in replies) > 0.5, (
        f"Most of these tickets got no usable reply.{problems(replies)}"
    )
    metric("dressed_routing", accuracy(cases, replies), floor=CHANCE, target=0.9)
    metric("dressed_recall", recall(cases, replies), floor=0.1, target=0.88)


def _dressed(ticket, turn):
    """`ticket` as HTML, with invisible characters inside words, in capitals, or without accents."""
    body = ticket["body"]
    if turn % 4 == 0:
        lines = "".join(f"<p style='color:#333'>{html.escape(line)}</p>" for line in body.split("\n\n"))
        body = f"<html><head><style>p {{ margin: 0 }}</style></head><body>{lines}</body></html>"
    elif turn % 4 == 1:
        body = "".join(f"{c}\u200b" if i % 3 == 0 else c for i, c in enumerate(body))
    elif turn % 4 == 2:
        body = body.upper()
    else:
        body = body.translate(str.maketrans("äöüéèêàçñóíáúôîûß", "aoueeeacnoiauoius"))
    return ticket | {"body": body}


@pytest.mark.points(1, group="robustness")
def test_a_misspelled_product_is_recognised(desk, metric):
    """A product with a typing error in its name is recognised"""
    cases = desk.world.drawn("misspelled", 24, lambda w: w.misspelled())
    metric("recall_misspelled", recall(cases, desk.answer(cases)), floor=0.1, target=0.85)
