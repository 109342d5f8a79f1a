"""The cache: the same words but for what is polite, the same numbers, not too old."""

import re

POLITE = {"hi", "please", "hello", "there", "could", "you", "kindly", "thanks", "many", "asap", "if", "possible", "cheers"}
SAME = {"revoke": "cancel", "shift": "move", "quote": "price", "progress": "status", "fix": "repair"}


def key(text, skip):
    text = re.sub(r"send back", "return", text.lower())
    text = re.sub(r"\(ticket \d+\)", "", text) if skip else text
    return [SAME.get(word, word) for word in re.findall(r"[a-z]+|\d+", text) if word not in POLITE]


def learn(profile):
    """Whether the ticket matters, by people's audits."""
    rows = [row for row in profile["audits"] if row["by"] != "auto"]
    free = [row for row in rows if key(row["prompt"], True) == key(row["entry"], True) and key(row["prompt"], False) != key(row["entry"], False)]
    return {"skip": sum(row["serves"] for row in free) * 2 > len(free)}


def look(state):
    prompt, skip = state["prompt"], state["notes"]["skip"]
    apart = state.get("policy", {}).get("apart")
    for entry in state["entries"]:
        if key(entry["text"], skip) == key(prompt["text"], skip) and prompt["at"] - entry["at"] < 40_000:
            if not apart or entry["tenant"] == prompt["tenant"]:
                return {"use": entry["id"]}
    return {"use": None}
