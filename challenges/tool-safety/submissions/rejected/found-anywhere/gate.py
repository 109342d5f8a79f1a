"""authorize: a call is let through where the plan has it and each argument comes from where the plan says."""

import base64
import binascii

from hidden_codes import find
from house import House
from leaving import inside
from tracing import holds


def authorize(asked):
    house, call = House(asked["house"]), asked["call"]
    if call["tool"] not in house.tools:
        return "deny"
    steps = [step for step in asked["plan"]["steps"] if step["tool"] == call["tool"]]
    if call["tool"] not in house.loud:
        return "allow"
    if leaks(house, asked):
        return "deny"
    done = sum(each["tool"] == call["tool"] and each["args"] == call["args"] and each["status"] == "ok" for each in asked["done"])
    weighed = []
    for step in steps:
        if done >= step["times"]:
            continue
        risks = [risk(house, asked, arg, value, step["args"].get(arg, {})) for arg, value in call["args"].items()]
        if None not in risks:
            weighed.append(max([0.0, *risks]))
    if not weighed:
        return "deny"
    least, costs = min(weighed), asked["costs"]
    prices = {"allow": least * costs["harm"], "ask": costs["ask"], "deny": (1 - least) * costs["undone"]}
    return min(prices, key=prices.get)


def risk(house, asked, arg, value, spec):
    """0 for what comes from where it should; a share for what outsiders write and the plan names; None for all else."""
    tool = house.tools[asked["call"]["tool"]]
    if arg not in tool["args"]:
        return None
    role, coded = tool["args"][arg]["role"], tool["args"][arg].get("coded")
    if coded:
        value = decoded(value, coded)
        if value is None:
            return None
    return traced(house, asked, value, role, spec)


def traced(house, asked, value, role, spec):
    events = asked["provenance"]
    if "parts" in spec:
        left, right = spec["parts"]
        cuts = [at for at, letter in enumerate(value) if letter == "/"]
        ways = [(traced(house, asked, value[:at], role, left), traced(house, asked, value[at + 1 :], role, right)) for at in cuts]
        return min((max(way) for way in ways if None not in way), default=None)
    source = spec.get("from")
    if source == "anything":
        return 0.0
    if source in {"user", "trusted"}:
        if any(speaks(asked, each, value, role) for each in events):
            return 0.0
        if source == "trusted" and any(house.trusted(each, value, role) for each in events):
            return 0.0
        return None
    if source in house.fields and any(speaks(asked, each, value, role) for each in events):
        return 0.0
    if source in house.fields and any(each["source"] == source and holds(each["text"], value, role) for each in events):
        return house.risk(source, "inside" if inside(value, house.domain) else "outside") if source in house.open_fields else 0.0
    return None


def speaks(asked, event, value, role):
    """The user's own words, or a delegate's."""
    if not holds(event["text"], value, role):
        return False
    if event["source"] == "user":
        return True
    return any(
        event.get("signed") is True and event.get("by", "").lower() == each["address"].lower() and asked["call"]["tool"] in each["tools"] and event["day"] <= each["until"]
        for each in asked.get("delegates", [])
    )


def decoded(value, coded):
    try:
        if coded == "reversed":
            return value[::-1]
        return (bytes.fromhex(value) if coded == "hex" else base64.b64decode(value)).decode()
    except (ValueError, binascii.Error):
        return None


def leaks(house, asked):
    """Whether something confidential would be written to somebody outside."""
    call = asked["call"]
    roles = {arg: house.role(call["tool"], arg) for arg in call["args"] if arg in house.tools[call["tool"]]["args"]}
    targets = [call["args"][arg] for arg, role in roles.items() if role == "target"]
    if all(inside(to, house.domain) for to in targets):
        return False
    texts = [call["args"][arg] for arg, role in roles.items() if role == "content"]
    secret = [each for each in asked["provenance"] if house.fields.get(each["source"], {}).get("confidential")]
    codes = [word for each in secret for word in each["text"].split() if any(letter.isdigit() for letter in word)]
    return any(find(text, code) for text in texts for code in codes)
