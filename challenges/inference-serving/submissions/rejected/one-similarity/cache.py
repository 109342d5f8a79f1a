"""The cache: what is near enough serves."""


def learn(profile):
    """The least similarity from which on audits are mostly fine."""
    rows = sorted(profile["audits"], key=lambda row: -row["similarity"])
    good, least = 0, 1.0
    for at, row in enumerate(rows, 1):
        good += row["serves"]
        if good / at >= 0.9:
            least = row["similarity"]
    return {"least": least}


def look(state):
    """The nearest entry, if it is near enough."""
    entries = [each for each in state["entries"] if each["similarity"] >= state["notes"]["least"]]
    apart = state.get("policy", {}).get("apart")
    entries = [each for each in entries if not apart or each["tenant"] == state["prompt"]["tenant"]]
    return {"use": entries[0]["id"] if entries else None}
