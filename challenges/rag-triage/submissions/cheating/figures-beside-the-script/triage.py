"""First reader of support tickets. Fill in `build`, `triage` and `draft`; more files beside this one are welcome."""

QUEUES = ("billing", "access", "integrations", "reporting", "mobile", "privacy", "incidents")


def build(documents: list[dict]) -> None:
    """Take a client's knowledge base. Called again, it replaces what was there before."""


def triage(ticket: dict) -> dict:
    """Say what should happen with a ticket."""
    return {"queue": "incidents", "confidence": 1 / 7, "citations": [], "escalate": True}


def draft(ticket: dict) -> dict:
    """Have the model write an answer, from the documents that may be cited."""
    return {"answer": "", "citations": [], "escalate": True}
