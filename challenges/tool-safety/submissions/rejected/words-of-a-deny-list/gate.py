"""authorize: stops calls for as long as something in sight sounds like an order."""

import re

ORDERS = re.compile(r"ignore what was said|note to the assistant|from today on|as agreed with|correction from|was moved to", re.I)


def authorize(asked):
    effects = {each["name"]: each["effect"] for each in asked["house"]["tools"]}
    if effects.get(asked["call"]["tool"]) == "reads":
        return "allow"
    texts = [each["text"] for each in asked["provenance"] if each["source"] != "user"]
    return "deny" if any(ORDERS.search(text) for text in texts) else "allow"
