"""The router: the cheapest that has not been tried, then again from the beginning."""


def learn(profile):
    return {}


def route(state):
    """Hard requests go to the dearest model while there is money."""
    models = sorted(state["models"], key=lambda one: one["price"])
    request = state["request"]
    order = models if request["hint"] < 0.6 or state["spent"] > 0.8 * state["cap"] else models[::-1]
    return {"to": order[len(request["tries"]) % len(order)]["id"], "give_up": 3000}
