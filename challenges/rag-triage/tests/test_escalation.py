# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import pytest
from support import alarms, paired
from world import LANGUAGES

MISSED = 10.0
"""A missed escalation costs as much as this many needless ones."""


@pytest.mark.points(5, group="escalation")
def test_missed_and_needless_escalations_cost_little(desk, metric):
    """Missed escalations (cost 10) and needless ones (cost 1) add up to little"""
    world = desk.world
    # about as many of each kind on every variant: a missed one costs so much that a few more or fewer would decide
    cases = world.cases("cost-calm", 40, lambda w: w.calm()) + world.drawn("cost-plain", 28, lambda w: w.paraphrased())
    for kind in ("legal", "breach", "person"):
        for language in LANGUAGES:
            count = 5 if language == "en" else 2
            cases += world.cases(
                f"cost-{kind}-{language}", count, lambda w, kind=kind, language=language: w.grave(kind, language)
            )
    cases += world.drawn("cost-claim", 5, lambda w: w.claim(w.client.limit + 400))
    cases += world.drawn("cost-small", 5, lambda w: w.claim(w.client.limit // 2))
    cases += world.drawn("cost-named", 5, lambda w: w.incident(named=True))
    replies = desk.answer(cases)
    missed = sum(case.escalate and reply.escalate is not True for case, reply in paired(cases, replies))
    needless = sum(not case.escalate and reply.escalate is not False for case, reply in paired(cases, replies))
    always = sum(not case.escalate for case in cases) / len(cases)
    metric("escalation_cost", (MISSED * missed + needless) / len(cases), floor=always, target=0.5 * always)


@pytest.mark.points(3, group="escalation")
def test_grave_tickets_in_english_are_told_from_calm_ones(desk, metric):
    """Legal steps, break-ins and the wish for a person are told from harmless words like them"""
    cases = desk.world.drawn("calm-en", 24, lambda w: w.calm())
    for kind in ("legal", "breach", "person"):
        cases += desk.world.drawn(f"grave-{kind}", 10, lambda w, kind=kind: w.grave(kind, "en"))
    caught, needless = alarms(cases, desk.answer(cases))
    metric("caught_minus_needless", caught - needless, floor=0.0, target=0.8)


@pytest.mark.points(2, group="escalation")
def test_grave_tickets_in_other_languages_are_escalated(desk, metric):
    """The same holds in German, Spanish and French"""
    cases = []
    for language in LANGUAGES[1:]:
        cases += desk.world.drawn(f"calm-{language}", 6, lambda w, language=language: w.multilingual(language))
        for kind in ("legal", "breach", "person"):
            name = f"grave-{kind}-{language}"
            cases += desk.world.drawn(name, 4, lambda w, kind=kind, language=language: w.grave(kind, language))
    caught, needless = alarms(cases, desk.answer(cases))
    metric("caught_minus_needless_foreign", caught - needless, floor=0.0, target=0.8)


def told_unseen(desk, metric, languages, calm, grave):
    """How well words of trouble that no sample shows are told from harmless ones that none shows either."""
    cases = []
    for language in languages:
        cases += desk.world.drawn(f"calm-unseen-{language}", calm, lambda w, lang=language: w.calm(lang, unseen=True))
        for kind in ("legal", "breach", "person"):
            name = f"grave-unseen-{kind}-{language}"
            cases += desk.world.drawn(name, grave, lambda w, kind=kind, lang=language: w.grave(kind, lang, unseen=True))
    caught, needless = alarms(cases, desk.answer(cases))
    metric(f"caught_minus_needless_unseen_{'_'.join(languages)}", caught - needless, floor=0.0, target=0.75)


@pytest.mark.points(5, group="escalation")
def test_grave_tickets_in_words_that_no_sample_shows_are_told_from_calm_ones(desk, metric):
    """Grave tickets are told from calm ones in words that the sample never shows"""
    told_unseen(desk, metric, LANGUAGES[:1], 24, 12)


@pytest.mark.points(4, group="escalation")
def test_grave_tickets_in_foreign_words_that_no_sample_shows_are_told_from_calm_ones(desk, metric):
    """The same holds for such words in German, Spanish and French"""
    told_unseen(desk, metric, LANGUAGES[1:], 8, 4)


@pytest.mark.points(2, group="escalation")
def test_claims_are_held_against_the_limit_in_force(desk, metric):
    """Claims above the limit of the policy in force go to a person, and claims below do not"""
    limit = desk.world.client.limit
    above = desk.world.drawn("above", 18, lambda w: w.claim(limit + w.rng.choice((20, 50, 900))))
    below = desk.world.drawn("below", 18, lambda w: w.claim(limit - w.rng.choice((10, 20, 50))))
    caught, needless = alarms(above + below, desk.answer(above + below))
    metric("limit_kept", (caught + 1 - needless) / 2, floor=0.5, target=0.92)


@pytest.mark.points(1, group="escalation")
def test_incidents_of_named_plans_are_escalated(desk, metric):
    """Incidents on the plans that the policy lists go to a person, those on other plans do not"""
    world = desk.world
    cases = world.drawn("named", 14, lambda w: w.incident(named=True))
    cases += world.drawn("other", 14, lambda w: w.incident(named=False))
    caught, needless = alarms(cases, desk.answer(cases))
    metric("plans_kept", (caught + 1 - needless) / 2, floor=0.5, target=0.92)
