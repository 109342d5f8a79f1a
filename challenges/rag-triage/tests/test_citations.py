# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import pytest
from grader_kit import share
from support import paired, precision, recall


@pytest.mark.points(1, group="citations")
def test_the_document_for_a_plain_ticket_is_cited(desk, metric):
    """The document for a plain ticket is cited"""
    cases = desk.world.drawn("cited-plain", 49, lambda w: w.plain())
    metric("recall_plain", recall(cases, desk.answer(cases)), floor=0.1, target=0.94)


@pytest.mark.points(2, group="citations")
def test_only_documents_that_answer_are_cited(desk, metric):
    """Only documents that answer the ticket are cited: the right product, the right matter"""
    cases = desk.world.drawn("precision", 36, lambda w: w.plain())
    cases += desk.world.drawn("precision-none", 12, lambda w: w.nothing_to_cite())
    replies = desk.answer(cases)
    assert recall(cases, replies) >= 0.2, "Hardly any document was cited; precision of nothing means nothing."
    known = {document["id"] for document in desk.world.documents}
    invented = [name for reply in replies for name in reply.citations if name not in known]
    assert not invented, f"{len(invented)} citations name documents that are not in the knowledge base: {invented[:3]}"
    metric("precision", precision(cases, replies), floor=0.1, target=0.92)


@pytest.mark.points(2, group="citations")
def test_the_document_for_a_ticket_in_other_words_is_cited(desk, metric):
    """The document is cited when the ticket uses other words, an old name of the product, or none"""
    cases = desk.world.drawn("cited-para", 28, lambda w: w.paraphrased())
    metric("recall_paraphrased", recall(cases, desk.answer(cases)), floor=0.1, target=0.84)


@pytest.mark.points(6, group="citations")
def test_the_document_for_a_ticket_in_words_that_no_sample_shows_is_cited(desk, metric):
    """The document is cited when the ticket uses words that the sample never shows"""
    cases = desk.world.drawn("cited-unseen", 56, lambda w: w.unseen())
    metric("recall_unseen", recall(cases, desk.answer(cases)), floor=0.1, target=0.75)


@pytest.mark.points(2, group="citations")
def test_a_document_in_another_language_is_cited(desk, metric):
    """A document in another language than the ticket is cited"""
    cases = desk.world.drawn("across", 36, lambda w: w.across())
    metric("recall_across_languages", recall(cases, desk.answer(cases)), floor=0.1, target=0.9)


@pytest.mark.points(2, group="citations")
def test_both_matters_of_a_ticket_are_cited(desk, metric):
    """A ticket with two matters cites a document for each"""
    cases = desk.world.drawn("two-cited", 28, lambda w: w.two_matters())
    replies = desk.answer(cases)
    metric("both_cited", share(reply.cites(case) for case, reply in paired(cases, replies)), floor=0.1, target=0.7)


@pytest.mark.points(1, group="citations")
def test_nothing_is_cited_where_the_knowledge_base_has_nothing(desk, metric):
    """Nothing is cited where the knowledge base has nothing"""
    nothing = desk.world.drawn("nothing", 24, lambda w: w.nothing_to_cite())
    something = desk.world.drawn("something", 24, lambda w: w.plain())
    of_nothing, of_something = desk.answers(nothing, something)
    empty = share(not reply.citations and not reply.problem for reply in of_nothing)
    found = recall(something, of_something)
    metric("abstains_rightly", (empty + found) / 2, floor=0.5, target=0.94)
