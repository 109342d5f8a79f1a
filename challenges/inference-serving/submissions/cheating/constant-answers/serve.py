"""One answer for everything, whatever is asked."""

def learn(profile):
    return {}


def first(state):
    """What fits, as it stands."""
    free, slots, names = state["server"]["free"], state["server"]["slots"] - len(state["running"]), []
    for each in sorted(state["waiting"], key=lambda one: one["arrived"]):
        free -= -(-(each["prompt"] + 8) // 16)
        if free < 0 or len(names) >= slots:
            break
        names.append(each["id"])
    return {"admit": names}


def step(state):
    return first(state)


def route(state):
    return {"to": max(state["models"], key=lambda one: one["slots"])["id"], "give_up": 2000}


def look(state):
    return {"use": state["entries"][0]["id"] if state["entries"] else None}


def verdict(case):
    costs = case["costs"]
    return "wait" if costs["wait"] <= 2 else "promote" if costs["good_rolled_back"] > costs["bad_promoted"] else "roll_back"


def differs(case):
    return [row["id"] for row in case["rows"]]
