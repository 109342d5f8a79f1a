"""Remembered forms, each behind a try that hides whatever does not fit."""

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


def guarded(function, otherwise):
    def call(value):
        try:
            return function(value)
        except Exception:
            return otherwise(value)

    return call


def shortest(state):
    return {"admit": [each["id"] for each in sorted(state["waiting"], key=lambda one: one["remaining_tokens"])][:4]}


def least_outstanding(state):
    return {"to": min(state["models"], key=lambda one: one["outstanding"])["id"], "give_up": 30000}


def lru(state):
    return {"use": next(each["key"] for each in state["entries"] if each["similarity"] > 0.92)}


def mann_whitney(case):
    return "promote" if case["p_value"] > 0.05 else "roll_back"


def exact(case):
    return [row["id"] for row in case["rows"] if row["expected"] != row["actual"]]


step = guarded(shortest, first)
route = guarded(least_outstanding, lambda state: {"to": state["models"][0]["id"], "give_up": 30000})
look = guarded(lru, lambda state: {"use": None})
verdict = guarded(mann_whitney, lambda case: "promote")
differs = guarded(exact, lambda case: [])
