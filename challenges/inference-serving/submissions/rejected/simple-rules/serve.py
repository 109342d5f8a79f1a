"""Simple rules, a little better than those that were there."""

import re


def learn(profile):
    return {}


def step(state):
    """The most worth for the shortest first."""
    free, slots, names = state["server"]["free"], state["server"]["slots"] - len(state["running"]), []
    for each in sorted(state["waiting"], key=lambda one: -one["worth"] / (one["prompt"] + one["most"])):
        need = -(-(each["prompt"] + 8) // 16)
        if need <= free and slots > len(names):
            names.append(each["id"])
            free -= need
    return {"admit": names}


def route(state):
    """Hard ones go to the dear models while there is money, others to the cheap ones; none twice."""
    request = state["request"]
    models = sorted(state["models"], key=lambda one: one["price"])
    dear = request["hint"] > 0.7 and state["spent"] < state["cap"] * state["now"] / state["ends"]
    order = models[::-1][1:] if dear else models
    tried = {each["to"] for each in request["tries"]}
    left = [each["id"] for each in order if each["id"] not in tried]
    return {"to": left[0] if left else None, "give_up": 4000}


def look(state):
    """Near, with the same numbers and the same negation."""
    text = state["prompt"]["text"]
    for each in state["entries"]:
        same = re.findall(r"\d+", each["text"]) == re.findall(r"\d+", text) and ("not" in each["text"]) == ("not" in text)
        if same and each["similarity"] > 0.85:
            return {"use": each["id"]}
    return {"use": None}


def verdict(case):
    """Shares of late and failed ones, with a margin."""
    shares = []
    for side in ("baseline", "canary"):
        rows = [row for row in case[side] if row["ms"] is not None]
        shares.append(sum(row["ms"] > case["limit_ms"] or not row["ok"] for row in rows) / len(rows))
    gap = shares[1] - shares[0]
    return "roll_back" if gap > 0.06 else "promote" if gap < 0 else "wait"


def differs(case):
    """Fields in which no new saying is like an old one; figures by 1 %."""
    found = []
    for row in case["rows"]:
        for name in row["old"][0]:
            if name == "trace":
                continue
            old, new = [one[name] for one in row["old"]], [one.get(name) for one in row["new"]]
            if isinstance(old[0], float) and None not in new:
                bad = all(abs(one / old[0] - 1) > 0.01 for one in new)
            else:
                bad = all(one not in old for one in new)
            if bad:
                found.append(row["id"])
                break
    return found
