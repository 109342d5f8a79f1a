"""The router: which model gets a request, and how long it is waited for."""

from __future__ import annotations

FRESH_MS = 9000
"""How long trouble that was seen is believed to last, unless something else is seen."""
LAG_MS = 4000
TOKENS = 700
"""Of a call that one knows nothing of."""


def learn(profile: dict) -> dict:
    """By model: share right by kind and hint, what calls cost, how long they take. And what a EUR buys."""
    rows, notes = profile["calls"], {}
    for model in profile["models"]:
        mine = [row for row in rows if row["model"] == model["id"]]
        done = [row for row in mine if row["how"] == "answer"]
        factors = [row["eur"] / row["tokens"] * 1000 / model["price"] for row in done]
        given_up = [row for row in mine if row["how"] == "gives up"]
        notes[model["id"]] = {
            "right": quality(done),
            "least": least(done, model["price"]) if max(factors, default=1) > 1.05 else 0,
            "up": not given_up or any(row["eur"] > 0 for row in given_up),
            **times(done),
        }
    asked = [{"kind": row["kind"], "hint": row["hint"], "tokens": row["tokens"], "worth": 2} for row in rows[::4]]
    return {"models": notes, "curve": curve(asked, profile["models"], notes)}


def least(rows: list[dict], price: float) -> float:
    """Tokens that are billed at the least."""
    billed = sorted(row["eur"] * 1000 / price for row in rows if row["eur"] * 1000 / price > row["tokens"] * 1.01)
    return billed[len(billed) // 2] if billed else 0.0


def times(rows: list[dict]) -> dict:
    """Milliseconds of a call: a line in its tokens, and how far calls are from it."""
    size = len(rows)
    mean_x, mean_y = sum(row["tokens"] for row in rows) / size, sum(row["ms"] for row in rows) / size
    spread = sum((row["tokens"] - mean_x) ** 2 for row in rows)
    slope = sum((row["tokens"] - mean_x) * (row["ms"] - mean_y) for row in rows) / spread
    base = max(20.0, mean_y - slope * mean_x)
    ratios = sorted(row["ms"] / (base + slope * row["tokens"]) for row in rows)
    return {"base": base, "slope": slope, "high": ratios[int(0.97 * (size - 1))]}


def quality(rows: list[dict]) -> dict:
    """Shares right below and above the middle of the hint, by kind, as a line through both."""
    found = {}
    for kind in sorted({row["kind"] for row in rows}):
        halves = [[row["right"] for row in rows if row["kind"] == kind and (row["hint"] > 0.5) == high] for high in (False, True)]
        low, high = ((sum(each) + 1.2) / (len(each) + 2) for each in halves)
        found[kind] = [(low + high) / 2, 0.5, (high - low) / 0.5 * 0.9]
    return found


def right(notes: dict, request: dict) -> float:
    """How probable a right answer is."""
    mean, middle, slope = notes["right"].get(request["kind"], [0.6, 0.5, 0.0])
    return min(0.99, max(0.03, mean + slope * (request["hint"] - middle)))


def cost(model: dict, notes: dict, request: dict) -> float:
    """EUR of a call."""
    return model["price"] * max(notes["least"], request["tokens"]) / 1000


def curve(asked: list[dict], models: list[dict], notes: dict) -> list[list[float]]:
    """What a request costs in the mean, by what worth a EUR has to bring."""
    offers = [
        [(one["worth"] * right(notes[each["id"]], one), cost(each, notes[each["id"]], one)) for each in models] for one in asked
    ]
    rows = []
    for power in range(-8, 29):
        rate, spent = 2.0 ** (power / 2), 0.0
        for each in offers:
            gain, money = max((value - rate * money, money) for value, money in each)
            spent += money if gain > 0 else 0.0
        rows.append([rate, spent / len(asked)])
    return rows


def rate_of(state: dict) -> float:
    """What worth a EUR has to bring, so that the money lasts."""
    flying = sum(
        each["in_flight"] * each["price"] * max(TOKENS, state["notes"]["models"][each["id"]]["least"]) / 1000 for each in state["models"]
    )
    unseen = sum(
        each["price"] * max(TOKENS, state["notes"]["models"][each["id"]]["least"]) / 1000
        for each in state["models"]
        for row in each["recent"]
        if row["at"] > state["now"] - LAG_MS and row["how"] == "answer"
    )
    open_money = 0.975 * state["cap"] - state["spent"] - flying - unseen
    coming = max(1.0, state["expected"] - state["arrived"] + 1)
    for rate, mean in state["notes"]["curve"]:
        if mean <= open_money / coming:
            return rate
    return 1e9


def works(model: dict, now: float) -> float:
    """How probable it is that a model is not in trouble."""
    bad = 0
    for row in reversed(model["recent"]):
        if row["how"] == "answer":
            break
        if row["at"] > now - FRESH_MS:
            bad += 1
    fine = [row for row in model["recent"] if row["how"] == "answer" and row["at"] > now - FRESH_MS]
    return (0.98, 0.5 if fine else 0.4, 0.12, 0.04)[min(bad, 3)]


def route(state: dict) -> dict:
    """Where a request goes."""
    request, now = state["request"], state["now"]
    rate, policy = rate_of(state), state.get("policy", {})
    left = request["by"] - now
    owed = policy["answer"]["worth"] if policy and request["tenant"] in policy["answer"]["tenants"] else 0.0
    best = (0.0, None, 1000.0)
    for model in state["models"]:
        notes = state["notes"]["models"][model["id"]]
        tried = sum(each["to"] == model["id"] for each in request["tries"])
        takes = notes["base"] + notes["slope"] * request["tokens"]
        waits = max(0, model["in_flight"] - model["slots"] + 1) * (notes["base"] + notes["slope"] * 600) / model["slots"]
        chance = works(model, now) * (0.3**tried)
        if takes * 1.15 + waits > left:
            chance *= 0.15
        breach = policy["keep"]["worth"] if policy and request["private"] and model["region"] not in policy["keep"]["regions"] else 0.0
        money = cost(model, notes, request)
        gain = chance * (request["worth"] * right(notes, request) + owed) - breach - rate * money * (chance if not notes["up"] else 1)
        if gain > best[0]:
            wait = (takes * notes["high"] * 1.3 + waits * 1.5) if chance > 0.3 else takes * 1.6 + waits
            best = (gain, model["id"], max(200.0, min(wait, left + 1)))
    return {"to": best[1], "give_up": round(best[2], 1)}
