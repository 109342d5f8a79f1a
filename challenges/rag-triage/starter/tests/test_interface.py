"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the folder of triage.py."""

import json
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE / "tests")]

import triage as candidate  # noqa: E402
from standin import StandIn  # noqa: E402

DOCUMENTS = [json.loads(line) for line in (HERE / "data" / "documents.jsonl").read_text("utf-8").splitlines()]
QUESTIONS = [json.loads(line) for line in (HERE / "data" / "questions.jsonl").read_text("utf-8").splitlines()]
HISTORY = [json.loads(line) for line in (HERE / "data" / "history.jsonl").read_text("utf-8").splitlines()]
QUEUES = {"billing", "access", "integrations", "reporting", "mobile", "privacy", "incidents"}
IDS = {document["id"] for document in DOCUMENTS}


@pytest.fixture(autouse=True)
def built():
    candidate.build(DOCUMENTS)


@pytest.mark.parametrize("row", HISTORY[:20], ids=lambda row: row["ticket"]["id"])
def test_a_reply_has_the_agreed_shape(row):
    reply = candidate.triage(row["ticket"])
    assert set(reply) == {"queue", "confidence", "citations", "escalate"}
    assert reply["queue"] in QUEUES
    assert 0 <= reply["confidence"] <= 1
    assert set(reply["citations"]) <= IDS
    assert len(reply["citations"]) == len(set(reply["citations"]))
    assert isinstance(reply["escalate"], bool)
    json.dumps(reply, allow_nan=False)


@pytest.fixture(scope="module")
def endpoint():
    """The model of the environment, where one is set; else the stand-in."""
    if os.environ.get("OPENAI_BASE_URL"):
        yield
        return
    with StandIn() as running:
        os.environ.update(running.environment)
        yield


@pytest.mark.parametrize("row", QUESTIONS[:8], ids=lambda row: row["ticket"]["id"])
def test_a_draft_has_the_agreed_shape(row, endpoint):
    made = candidate.draft(row["ticket"])
    assert set(made) == {"answer", "citations", "escalate"}
    assert isinstance(made["answer"], str)
    assert len(made["answer"]) <= 500
    assert set(made["citations"]) <= IDS
    assert bool(made["answer"]) == bool(made["citations"])
    assert isinstance(made["escalate"], bool)


def test_an_empty_ticket_gets_a_reply():
    assert candidate.triage({})["queue"] in QUEUES


def test_the_same_ticket_gets_the_same_reply():
    ticket = HISTORY[0]["ticket"]
    assert candidate.triage(ticket) == candidate.triage(ticket)


def test_building_again_replaces_the_collection():
    candidate.build(DOCUMENTS[:5])
    cited = {name for row in HISTORY[:20] for name in candidate.triage(row["ticket"])["citations"]}
    assert cited <= {document["id"] for document in DOCUMENTS[:5]}
