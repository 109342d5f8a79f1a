"""Measures the triage on the sample: `python -c "import evaluate; print(evaluate.evaluate('data'))"`."""

import json
from pathlib import Path

import triage

ENGLISH = {"the", "and", "our", "is", "we", "to"}


def evaluate(folder):
    documents, rows = (
        [json.loads(line) for line in Path(folder, name).read_text("utf-8").splitlines()]
        for name in ("documents.jsonl", "history.jsonl")
    )
    triage.build(documents)
    found = {"queue": [], "english": [], "other": [], "citations": [], "missed": 0, "needless": 0}
    for row in rows:
        reply, gold = triage.triage(row["ticket"]), row["outcome"]
        right = reply["queue"] == gold["queue"]
        words = set(str(row["ticket"]["body"]).lower().split())
        found["queue"].append(right)
        found["english" if len(words & ENGLISH) > 1 else "other"].append(right)
        found["citations"].append(sorted(reply["citations"]) == gold["citations"])
        found["missed"] += gold["escalate"] and not reply["escalate"]
        found["needless"] += reply["escalate"] and not gold["escalate"]
    return {key: sum(value) / len(value) if isinstance(value, list) else value for key, value in found.items()}
