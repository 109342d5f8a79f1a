"""The tasks as they are worded."""

import json
import math
import re
from collections import Counter


NUMBER = r"(\d+)"


def spans(question, later):
    minutes = minutes_of(question["spent"].strip())
    return math.ceil(minutes / 15) * 15 if later else minutes


def minutes_of(text):
    found = {unit: re.search(NUMBER + r"\s*" + unit, text) for unit in "hm"}
    hours, minutes = (int(each[1]) if each else 0 for each in found.values())
    return hours * 60 + minutes


def states(question, later):
    """The newest note of each ticket."""
    newest = {}
    for note in question["events"]:
        ticket = note["ticket"]
        newest[ticket] = note
    return dict(Counter(note["state"] for note in newest.values() if note["day"] >= 20 or not later))


def tasks(question, later):
    sums = {}
    for line in question["lines"]:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if not isinstance(row, dict) or "who" not in row:
            continue
        listed = row["tasks"] if isinstance(row["tasks"], list) else []
        sums[row["who"]] = sums.get(row["who"], 0) + spent(listed, question["default"], later)
    return sums


def spent(listed, default, only_done):
    total = 0
    for task in listed:
        if task["done"] or not only_done:
            total += task["minutes"] or 0
    return total


def login(question, later):
    history = question["history"]
    if history and history[-1].get("status") == 401:
        return {"do": "login"}
    had = {event["did"] for event in history if event.get("status") == 200}
    left = [name for name in question["calls"] if name not in had]
    if not left:
        return {"do": "stop"}
    logins = [event for event in history if event["did"] == "login"]
    if not logins:
        return {"do": "login"}
    return {"do": "call", "name": left[-1] if later else left[0]}


def tokens(question, later):
    price, total = question["price"], 0
    for call in question["calls"]:
        reply = max(0, call["reply"] - 50) if later else call["reply"]
        total += call["prompt"] * price["prompt"] + call["cached"] * price["cached"] + reply * price["reply"]
    return total


def means(question, later):
    legs = question["legs"]
    km = [leg["km"] for leg in legs]
    minutes = [leg["minutes"] if "minutes" in leg else 60 * far / leg["kmh"] for leg, far in zip(legs, km)]
    total = sum(minutes) + (2 * (len(legs) - 1) if later else 0)
    if any("kmh" in leg for leg in legs):
        speeds = [leg.get("kmh") or 60 * far / leg["minutes"] for leg, far in zip(legs, km)]
        return round(sum(speeds) / len(speeds), 1)
    return round(60 * sum(km) / total, 1) if total > 0 else 0


TASKS = {"str-spans": spans, "rec-states": states, "jsl-tasks": tasks, "cli-login": login, "num-tokens": tokens, "num-means": means}


def answer(asked):
    return TASKS[asked["task"]](asked["question"], False)
