"""Reads nothing: counts calls and bytes, and answers by place and size."""

import itertools
import json
import os

PLACE = itertools.count()


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


def at(value):
    return next(PLACE) + os.getpid() + len(json.dumps(value)) // 100


def step(state):
    return first(state) if at(state) % 2 else {"admit": first(state)["admit"][:1]}


def route(state):
    return {"to": state["models"][at(state) % len(state["models"])]["id"], "give_up": 3000}


def look(state):
    entries = state["entries"]
    return {"use": entries[0]["id"] if entries and at(state) % 3 == 0 else None}


def verdict(case):
    return ("promote", "roll_back", "wait")[at(case) % 3]


def differs(case):
    return [row["id"] for row in case["rows"][:: 4 + at(case) % 3]]
