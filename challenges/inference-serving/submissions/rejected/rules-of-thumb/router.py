"""The router: the best model for its money, by shares right of easy and hard requests."""


def learn(profile):
    """Shares right by model and by half of the hint."""
    found = {}
    for row in profile["calls"]:
        if row["right"] is not None:
            found.setdefault(f"{row['model']}:{row['hint'] > 0.5}", []).append(row["right"])
    return {key: sum(each) / len(each) for key, each in found.items()}


def route(state):
    request, now = state["request"], state["now"]
    left = state["cap"] * 0.95 - state["spent"] - sum(each["in_flight"] * each["price"] * 0.6 for each in state["models"])
    each_may = left / max(1, state["expected"] - state["arrived"] + 1)
    rules = state.get("policy", {})

    def gain(model):
        bad = [row for row in model["recent"][-2:] if row["how"] != "answer" and row["at"] > now - 10_000]
        right = state["notes"].get(f"{model['id']}:{request['hint'] > 0.5}", 0.5)
        tried = any(each["to"] == model["id"] for each in request["tries"])
        cost = model["price"] * request["tokens"] / 1000
        breach = rules["keep"]["worth"] if rules and request["private"] and model["region"] not in rules["keep"]["regions"] else 0
        dear = max(0.0, cost / (1.5 * each_may) - 1) if each_may > 0 else 10 * cost
        return request["worth"] * right * (0.2 if tried or len(bad) == 2 else 1) - breach - dear

    best = max(state["models"], key=gain)
    return {"to": best["id"] if left > 0 else None, "give_up": max(500, min(request["by"] - now, 4000))}
