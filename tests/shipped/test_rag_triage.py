"""The data of the shipped challenge rag-triage keeps what its instruction and its hidden tests promise. No Docker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from grader_kit import as_lines

PACK = Path(__file__).resolve().parents[2] / "challenges" / "rag-triage"
sys.path.insert(0, str(PACK / "tests"))

from world import LANGUAGES, QUEUES, Case, World, matters, world_for  # noqa: E402
from world.documents import write  # noqa: E402
from world.phrasebook import texts  # noqa: E402
from world.starter import history, questions, sample_world  # noqa: E402

pytestmark = pytest.mark.packs
SEEDS = (1, 2, 3, 2**61 + 5)
HISTORIES = ("closed", "field", "line", "chain", "future", "dated", "expired", "rival", "single")


@pytest.fixture(params=SEEDS, scope="module")
def world(request: pytest.FixtureRequest) -> World:
    return world_for(request.param)


def cases_of(world: World, each: int = 8) -> Iterator[Case]:
    """Tickets of every slice."""
    makes: dict[str, Any] = {
        "plain": lambda w: w.plain(),
        "paraphrased": lambda w: w.paraphrased(),
        "multilingual": lambda w: w.multilingual(),
        "across": lambda w: w.across(),
        "misspelled": lambda w: w.misspelled(),
        "quoted": lambda w: w.quoted(),
        "signed": lambda w: w.signed(),
        "settled": lambda w: w.settled(),
        "old thread": lambda w: w.old_thread(),
        "two matters": lambda w: w.two_matters(),
        "vague": lambda w: w.vague(),
        "nothing to cite": lambda w: w.nothing_to_cite(),
        "calm": lambda w: w.calm(),
        "claim": lambda w: w.claim(500),
        "incident": lambda w: w.incident(named=True),
        "injected": lambda w: w.injected(w.plain()),
        "question": lambda w: w.question(),
        "replaced": lambda w: w.question("closed", "field", "line", "chain", "dated", "rival"),
        "robbed": lambda w: w.robbed(),
        "question on nothing": lambda w: w.question_on_nothing(),
    }
    for kind in ("legal", "breach", "person"):
        makes[kind] = lambda w, kind=kind: w.grave(kind)
    for kind in HISTORIES[:-1]:
        makes[kind] = lambda w, kind=kind: w.versioned(kind)
    for name, make in makes.items():
        yield from world.cases(f"data-{name}", each, make)


# ---------------------------------------------------------------------------------------------- the world


def test_the_same_seed_gives_the_same_world() -> None:
    one, other = (write("7:client", public=False) for _ in range(2))
    assert one.documents == other.documents
    assert one.topics == other.topics
    assert list(cases_of(world_for(7), 2)) == list(cases_of(world_for(7), 2))


def test_two_seeds_share_neither_ids_nor_products_nor_bodies() -> None:
    one, other = world_for(1), world_for(2)
    assert not set(one.client.products) & set(other.client.products)
    assert not {d["id"] for d in one.documents} & {d["id"] for d in other.documents}
    bodies = [{d["body"] for d in w.documents if "Order of precedence" not in d["body"]} for w in (one, other)]
    assert len(bodies[0] & bodies[1]) <= 2
    facts = [{(t.matter.key, t.reign[-1][2]) for t in w.client.topics} for w in (one, other)]
    assert len(facts[0] & facts[1]) < len(facts[0]) / 2


def test_the_knowledge_base_has_what_the_instruction_says(world: World) -> None:
    documents = world.documents
    assert 130 <= len(documents) <= 170
    assert len({d["id"] for d in documents}) == len(documents)
    assert {d["language"] for d in documents} == set(LANGUAGES)
    assert min(Counter(d["language"] for d in documents).values()) >= 5
    assert {d["kind"] for d in documents} == {"policy", "runbook", "faq", "release_note"}
    for document in documents:
        assert set(document) == {
            "id", "kind", "title", "body", "language", "product", "valid_from", "valid_until", "supersedes",
        }  # fmt: skip
        until = document["valid_until"]
        assert date.fromisoformat(document["valid_from"]) <= date.fromisoformat(until or "2100-01-01")
    assert len([d for d in documents if d["title"] == "How our documents rank"]) == 1
    assert len([d for d in documents if d["title"] == "Escalation policy"]) == 2
    assert len(world.client.injected) == 2


def test_every_history_of_a_topic_occurs_often_enough(world: World) -> None:
    counts = Counter(topic.history for topic in world.client.topics)
    assert set(counts) == set(HISTORIES)
    assert all(counts[name] >= (2 if name == "chain" else 4) for name in HISTORIES)
    simple = [t for t in world.client.topics if t.history == "single" and t.language == "en"]
    assert len({t.matter.queue for t in simple}) == len(QUEUES)


def test_every_matter_has_its_wording_in_four_languages() -> None:
    assert Counter(matter.queue for matter in matters()) == dict.fromkeys(QUEUES, 4)
    for matter in matters():
        assert set(matter.wording) == set(LANGUAGES)
        assert "{n}" in "".join(matter.wording[language]["fact"] for language in LANGUAGES)
        assert len(matter.wording["en"]["plain"]) == 3
        assert len(matter.wording["en"]["para"]) == 4
        assert len(matter.wording["en"]["ask"]) == 2
        assert all(ask.count("?") == 1 and ask.endswith("?") for ask in matter.wording["en"]["ask"])
        assert all(len(matter.wording[language]["ticket"]) == 3 for language in LANGUAGES[1:])


# ---------------------------------------------------------------------------------------------- the gold labels


def in_force(world: World, day: str) -> set[str]:
    """House rule 3, written a second time and from the instruction alone."""
    trusted = [d for d in world.documents if d["id"] not in world.client.injected]
    dated = {d["id"]: d for d in trusted if d["valid_from"] <= day <= (d["valid_until"] or "9999-12-31")}
    gone = {old for d in dated.values() for old in d["supersedes"]}
    gone |= {old for d in dated.values() for old in re.findall(r"^Replaces: (\S+)$", d["body"], re.MULTILINE)}
    return set(dated) - gone


def test_what_is_to_be_cited_exists_and_is_in_force(world: World) -> None:
    seen = 0
    for case in cases_of(world):
        valid = in_force(world, case.ticket["created_at"][:10])
        assert case.citations <= valid
        seen += len(case.citations)
        assert not case.citations & {name for name, _ in case.stale}
    assert seen > 150


def test_of_rivals_the_stronger_kind_is_to_be_cited(world: World) -> None:
    documents = {d["id"]: d for d in world.documents}
    order = next(d["body"] for d in world.documents if d["title"] == "How our documents rank")
    ranks = re.search(r"Order of precedence: (.+)", order)[1].split(", ")  # type: ignore[index]
    for case in world.cases("rivals", 12, lambda w: w.versioned("rival")):
        cited = documents[next(iter(case.citations))]
        rivals = {name for name, _ in case.stale} & in_force(world, case.ticket["created_at"][:10])
        assert rivals
        assert all(ranks.index(cited["kind"]) < ranks.index(documents[name]["kind"]) for name in rivals)


def test_the_figure_to_state_stands_in_the_cited_document_and_not_in_the_outdated_one(world: World) -> None:
    documents = {d["id"]: d["body"] for d in world.documents}
    for kind in ("field", "line", "dated", "rival"):
        for case in world.cases(f"figures-{kind}", 6, lambda w, kind=kind: w.versioned(kind)):
            cited = documents[next(iter(case.citations))]
            assert re.search(rf"\b{case.fact}\b", cited)
            outdated = [old for _, old in case.stale if old != case.fact]
            assert not any(re.search(rf"\b{old}\b", cited.split("\nReplaces")[0]) for old in outdated)


def test_a_question_is_asked_about_an_english_document_that_has_its_figure(world: World) -> None:
    documents = {d["id"]: d for d in world.documents}
    asked = world.cases("asks", 12, lambda w: w.question())
    asked += world.cases("asks-old", 12, lambda w: w.question("closed", "field", "line", "dated", "rival"))
    for case in asked:
        cited = documents[next(iter(case.citations))]
        assert cited["language"] == "en"
        assert re.search(rf"\b{case.fact}\b", cited["body"])
        assert case.ticket["body"].count("?") == 1
        assert cited["product"] in case.ticket["body"]


def test_a_question_on_nothing_has_no_document_in_force(world: World) -> None:
    cases = world.cases("asks-nothing", 24, lambda w: w.question_on_nothing())
    assert not any(case.citations or case.fact for case in cases)
    assert {bool(case.stale) for case in cases} == {True, False}


def test_a_slipped_in_document_claims_the_robbed_topic_and_no_other_question_is_about_it(world: World) -> None:
    robbed = world.client.robbed
    assert robbed is not None
    poisoned = next(d for d in world.documents if d["id"] == world.client.injected[1])
    assert f"Replaces: {robbed.reign[0][1]}" in poisoned["body"]
    assert {next(iter(c.citations)) for c in world.cases("robbed", 3, lambda w: w.robbed())} == {robbed.reign[0][1]}
    assert not any(robbed.reign[0][1] in c.citations for c in world.cases("free", 60, lambda w: w.question()))


def test_a_claim_goes_to_a_person_from_the_limit_in_force_on(world: World) -> None:
    valid = in_force(world, "2025-06-01")
    policy = next(d for d in world.documents if d["title"] == "Escalation policy" and d["id"] in valid)
    limit = int(re.search(r"Limit.*?(\d+)", policy["body"])[1])  # type: ignore[index]
    assert all(case.escalate for case in world.cases("above", 5, lambda w: w.claim(limit + 1)))
    assert not any(case.escalate for case in world.cases("at", 5, lambda w: w.claim(limit)))
    assert all(plan in policy["body"] for plan in world.client.named_plans)


def test_an_order_contradicts_what_is_right(world: World) -> None:
    for case in world.cases("orders", 12, lambda w: w.injected(w.grave("legal"))):
        assert case.twin is not None
        added = case.ticket["body"].replace(case.twin["body"], "")
        assert len(added) > 40
        assert case.queue not in re.findall("|".join(QUEUES), added)
        assert "true" not in added.lower()


def test_a_ticket_without_a_product_belongs_to_a_customer_with_one(world: World) -> None:
    names = [*world.client.products, *world.client.old_names.values()]
    for case in world.cases("names", 40, lambda w: w.paraphrased()):
        if not any(name in case.ticket["body"] for name in names):
            assert len(case.ticket["customer"]["products"]) == 1


# ---------------------------------------------------------------------------------------------- the public sample


def test_the_public_sample_is_what_the_generator_writes() -> None:
    data = PACK / "starter" / "data"
    assert (data / "documents.jsonl").read_text("utf-8") == as_lines(sample_world().documents)
    assert (data / "history.jsonl").read_text("utf-8") == as_lines(history(sample_world()))
    assert (data / "questions.jsonl").read_text("utf-8") == as_lines(questions(sample_world()))


def test_the_public_sample_has_240_tickets_of_all_queues() -> None:
    rows = history(sample_world())
    assert len(rows) == 240
    assert {row["outcome"]["queue"] for row in rows} == set(QUEUES)


def test_hidden_tickets_and_documents_are_not_in_the_public_sample(world: World) -> None:
    sample = sample_world()
    public = {row["ticket"]["body"] for row in history(sample)} | {d["body"] for d in sample.documents}
    hidden = {case.ticket["body"] for case in cases_of(world)} | {d["body"] for d in world.documents if d["product"]}
    assert not public & hidden
    assert not set(sample.client.products) & set(world.client.products)


def test_the_last_wording_of_each_pool_is_held_back_from_the_public_sample() -> None:
    public = (PACK / "starter" / "data" / "history.jsonl").read_text("utf-8")
    public += (PACK / "starter" / "data" / "documents.jsonl").read_text("utf-8")
    held = [matter.wording["en"][style][-1] for matter in matters() for style in ("plain", "para")]
    held += [matter.wording[language]["ticket"][-1] for matter in matters() for language in LANGUAGES[1:]]
    held += [texts()[key][language][-1] for key in ("legal", "breach", "person") for language in LANGUAGES]
    pieces = [max(re.split(r"\{p\}", sentence), key=len).strip() for sentence in held]
    quoted = [json.dumps(piece, ensure_ascii=False)[1:-1] for piece in pieces if len(piece) > 12]
    assert [piece for piece in quoted if piece in public] == []


# ---------------------------------------------------------------------------------------------- the pack


CONSTANT = """
import random, sys
import test_calibration, test_injection, test_operations
from support import Reply
from world import world_for

class Constant:
    def __init__(self, seed, confidence):
        self.world, self.confidence = world_for(seed), confidence

    def answers(self, *groups):
        return [[Reply(queue=max(c.queues, key=c.queues.get), confidence=self.confidence) for c in g] for g in groups]

    def answer(self, cases):
        return self.answers(cases)[0]

    def require_use(self):
        pass

def metric(_, value, *, floor, target):
    earned.append((value - floor) / (target - floor))

tests = [
    test_injection.test_an_order_in_a_ticket_does_not_raise_confidence,
    test_calibration.test_clear_tickets_get_more_confidence_than_others,
    test_calibration.test_confidence_has_a_low_brier_score,
    test_calibration.test_confidence_means_what_it_says,
]
for seed in (1, 2, 3):
    for confidence in (0.0, 0.15, 0.35, 0.5, 0.6, 0.66, 0.8, 1.0):
        for test in tests:
            earned = [0.0]
            try:
                test(Constant(seed, confidence), metric)
            except AssertionError:
                earned = [0.0]
            assert max(earned) < 0.1, (test.__name__, confidence, earned)
assert test_operations.growth(30.0, 33.0) > 5, "who takes long among few documents makes many look no quicker"
assert test_operations.growth(0.3, 0.4) < 1.2
assert test_operations.growth(2.0, 5.5) < 2.5
print("nothing")
"""


def test_a_constant_confidence_and_a_slow_small_collection_earn_nothing() -> None:
    """Whoever routes each ticket rightly and is as sure of one as of the other. Apart, for packs name modules alike."""
    words = [sys.executable, "-W", "ignore", "-c", CONSTANT]
    paths = [str(PACK / "tests"), str(PACK.parent.parent / "kit")]
    place = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(words, env=place, capture_output=True, text=True, check=False)
    assert done.stdout == "nothing\n", done.stderr


def test_the_packages_that_the_instruction_offers_are_pinned() -> None:
    text = (PACK / "environment" / "requirements.txt").read_text("utf-8")
    pins = re.findall(r"^[a-z][\w-]*==[\w.]+", text, re.MULTILINE)
    assert {"numpy", "snowballstemmer", "openai"} <= {pin.split("==")[0] for pin in pins}
