"""The batching step: what is worth most for its length comes first, as long as there is room for it."""

import math


def learn(profile):
    """The mean share of `most` that requests make, by kind."""
    found = {}
    for row in profile["requests"]:
        found.setdefault(row["kind"], []).append(row["made"] / row["most"])
    return {kind: sum(each) / len(each) for kind, each in found.items()}


def step(state):
    share = state["notes"]
    free, slots, chosen = state["server"]["free"], state["server"]["slots"] - len(state["running"]), []
    promise = state.get("policy", {}).get("promise", {})

    def makes(each):
        return each["most"] * share.get(each["kind"], 1.0)

    def takes(each):
        return 0.1 * each["prompt"] + makes(each) / 8 * 45

    def rank(each):
        if state["aim"] == "wait":
            return each["prompt"]
        worth = each["worth"] + (promise["worth"] if promise.get("tenant") == each["tenant"] else 0)
        return -worth / takes(each)

    for each in sorted(state["waiting"], key=rank):
        need = math.ceil((each["prompt"] + 8) / 16)
        if state["aim"] == "worth" and state["now"] + takes(each) > each["by"]:
            continue
        if slots > 0 and need <= free - 20:
            chosen.append(each["id"])
            free, slots = free - need, slots - 1
    if not chosen and not state["running"]:
        fits = [each for each in state["waiting"] if math.ceil((each["prompt"] + 8) / 16) <= free]
        chosen = [min(fits, key=takes)["id"]] if fits else []
    return {"admit": chosen}
