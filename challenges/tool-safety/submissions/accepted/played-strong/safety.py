"""The four functions; each lives in a file of its own."""

from __future__ import annotations

import calls
import claims
import cuts
import texts


def authorize(asked: dict) -> str:
    """What is done with asked["call"]: "allow", "deny" or "ask" (a person, who knows)."""
    try:
        return calls.authorize(asked)
    except Exception:  # noqa: BLE001 - a gate that fails must fail towards a person
        return "ask"


def egress(asked: dict) -> list[list[int]]:
    """Spans [start, end] of asked["text"] that are cut before it leaves; none where it may leave as it is."""
    return texts.egress(asked)


def score_claim(asked: dict) -> dict:
    """How likely asked["claim"] is not borne out by asked["context"], and which words of the claim are at fault."""
    try:
        return claims.score_claim(asked)
    except Exception:  # noqa: BLE001 - half is what nothing known is worth
        return {"p": 0.5, "spans": []}


def threshold(asked: dict) -> dict:
    """Scores below "pass_below" pass, from "block_from" on they are blocked, between them a person reviews."""
    return cuts.threshold(asked)
