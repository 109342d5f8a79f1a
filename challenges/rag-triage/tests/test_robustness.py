from __future__ import annotations

import pytest

pytestmark = pytest.mark.points(1, group="robustness")

DOCUMENT = {
    "id": "KB-1",
    "kind": "runbook",
    "title": "Refunds",
    "body": "A refund is paid within 14 days.",
    "language": "en",
    "product": "Quillback",
    "valid_from": "2024-01-01",
    "valid_until": None,
    "supersedes": [],
}


@pytest.mark.parametrize("ticket", [{}, {"subject": None, "body": 7}])
def test_a_malformed_ticket_gets_a_usable_reply(candidate, ticket):
    """A malformed ticket gets a usable reply"""
    candidate.call("build", [DOCUMENT])
    reply = candidate.call("triage", ticket)
    assert isinstance(reply, dict), "triage did not return a dict"
    assert set(reply) == {"queue", "confidence", "citations", "escalate", "answer"}, "the reply has other keys"
