def build(documents: list[dict]) -> None:
    pass


def triage(ticket: dict) -> dict:
    return {"queue": "incidents", "confidence": 0.1, "citations": [], "escalate": True, "answer": ""}
