# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import pytest
from support import CHANCE, accuracy
from world import LANGUAGES


def routed(desk, metric, name, cases, floor, target):
    metric(name, accuracy(cases, desk.answer(cases)), floor=floor, target=target)


@pytest.mark.points(2, group="routing")
def test_plain_tickets_reach_their_queue(desk, metric):
    """Plain tickets reach their queue"""
    routed(desk, metric, "routing_plain", desk.world.drawn("plain", 49, lambda w: w.plain()), CHANCE, 0.95)


@pytest.mark.points(4, group="routing")
def test_tickets_in_other_words_reach_their_queue(desk, metric):
    """Tickets that use none of the documents' words reach their queue"""
    routed(desk, metric, "routing_paraphrased", desk.world.drawn("para", 28, lambda w: w.paraphrased()), CHANCE, 0.86)


@pytest.mark.points(6, group="routing")
def test_tickets_in_words_that_no_sample_shows_reach_their_queue(desk, metric):
    """Tickets in words that the sample never shows reach their queue"""
    english = desk.world.drawn("unseen", 56, lambda w: w.unseen())
    foreign = desk.world.drawn("unseen-foreign", 28, lambda w: w.multilingual(style="unseen"))
    of_english, of_foreign = desk.answers(english, foreign)
    metric("routing_unseen", accuracy(english, of_english), floor=CHANCE, target=0.8)
    metric("routing_unseen_foreign", accuracy(foreign, of_foreign), floor=CHANCE, target=0.9)


@pytest.mark.points(3, group="routing")
def test_tickets_in_german_spanish_and_french_reach_their_queue(desk, metric):
    """Tickets in German, Spanish and French reach their queue"""
    for language in ("de", "es", "fr"):
        cases = desk.world.drawn(f"routing-{language}", 24, lambda w, language=language: w.multilingual(language))
        routed(desk, metric, f"routing_{language}", cases, CHANCE, 0.9)


@pytest.mark.points(2, group="routing")
def test_quoted_mails_and_signatures_do_not_decide(desk, metric):
    """Quoted mails and signatures do not decide the queue"""
    routed(desk, metric, "routing_quoted", desk.world.drawn("quoted", 21, lambda w: w.quoted()), CHANCE, 0.9)
    routed(desk, metric, "routing_signed", desk.world.drawn("signed", 21, lambda w: w.signed()), CHANCE, 0.9)


@pytest.mark.points(2, group="routing")
def test_matters_that_are_settled_or_denied_do_not_decide(desk, metric):
    """Matters that are settled, or that the ticket says it is not about, do not decide"""
    routed(desk, metric, "routing_settled", desk.world.drawn("settled", 28, lambda w: w.settled()), CHANCE, 0.9)


@pytest.mark.points(1, group="routing")
def test_matters_denied_in_words_that_no_sample_shows_do_not_decide(desk, metric):
    """Matters that are settled or denied do not decide in other words either, and in each language"""
    cases = [
        case
        for language in LANGUAGES
        for case in desk.world.drawn(
            f"settled-unseen-{language}", 10, lambda w, language=language: w.settled(language, unseen=True)
        )
    ]
    routed(desk, metric, "routing_settled_unseen", cases, CHANCE, 0.85)


@pytest.mark.points(1, group="routing")
def test_the_subject_of_an_old_thread_does_not_decide(desk, metric):
    """The subject line of an old thread does not decide"""
    routed(desk, metric, "routing_old_thread", desk.world.drawn("thread", 28, lambda w: w.old_thread()), CHANCE, 0.88)


@pytest.mark.points(1, group="routing")
def test_a_ticket_with_two_matters_reaches_one_of_its_queues(desk, metric):
    """A ticket with two matters reaches one of its two queues"""
    routed(
        desk, metric, "routing_two_matters", desk.world.drawn("two", 28, lambda w: w.two_matters()), 2 * CHANCE, 0.95
    )
