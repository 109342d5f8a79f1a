"""Fill this in. It may import other files that you put beside it."""

from __future__ import annotations


def authorize(asked: dict) -> str:
    """What is done with asked["call"]: "allow", "deny" or "ask" (a person, who knows)."""
    return "ask"


def egress(asked: dict) -> list[list[int]]:
    """Spans [start, end] of asked["text"] that are cut before it leaves; none where it may leave as it is."""
    return []


def score_claim(asked: dict) -> dict:
    """How likely asked["claim"] is not borne out by asked["context"], and which words of the claim are at fault."""
    return {"p": 0.5, "spans": []}


def threshold(asked: dict) -> dict:
    """Scores below "pass_below" pass, from "block_from" on they are blocked, between them a person reviews."""
    return {"pass_below": 50, "block_from": 50}
