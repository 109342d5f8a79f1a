"""Answers to the six tasks of this round: one function a task, each taking (question, part). What is guessed stands in NOTE.md."""

import json
import math
import re
from collections import Counter
from fractions import Fraction

NUMBER = r"(?:\d+(?:[.,]\d+)?|[.,]\d+|\d+\s*/\s*[1-9]\d*|\d*\s*[¼½¾])"
HOURS, MINUTES = r"(?:h|hrs?|hours?|std)\.?", r"(?:m|mins?|minutes?)\.?"
SPAN = re.compile(rf"(?:(?P<h>{NUMBER})\s*{HOURS})?(?:\s*(?:and\s+)?(?P<m>{NUMBER})\s*{MINUTES})?", re.IGNORECASE)
BARE_TAIL = re.compile(rf"(?P<h>\d+)\s*{HOURS}\s*(?P<m>[0-5]?\d)", re.IGNORECASE)  # 1h30
CLOCK = re.compile(r"(?P<h>\d*):(?P<m>\d{1,2})")
SIGNS = {"¼": Fraction(1, 4), "½": Fraction(1, 2), "¾": Fraction(3, 4)}
WORDS = {
    "half an hour": 30, "half hour": 30, "a half hour": 30, "an hour": 60, "one hour": 60, "an hour and a half": 90,
    "quarter of an hour": 15, "a quarter of an hour": 15, "three quarters of an hour": 45,
}  # fmt: skip


def number(text):
    """1, 1.5, 1,5, .5, 1/2, ½ and 1½ as a fraction, so that rounding up is exact; nothing is 0."""
    text = re.sub(r"\s", "", text or "0").replace(",", ".")
    if text[-1] in SIGNS:
        return Fraction(text[:-1] or 0) + SIGNS[text[-1]]
    return Fraction("0" + text if text.startswith(".") else text)


def minutes_of(text):
    text = " ".join(str(text).split())
    if text.lower() in WORDS:
        return Fraction(WORDS[text.lower()])
    if re.fullmatch(NUMBER, text):  # without a unit: minutes
        return number(text)
    found = CLOCK.fullmatch(text) or BARE_TAIL.fullmatch(text) or (SPAN.fullmatch(text) if text else None)
    return 60 * number(found["h"]) + number(found["m"]) if found else Fraction(0)


def time_spent(question, part):
    minutes = minutes_of(question["spent"])
    return float(math.ceil(minutes / 15) * 15 if part == 2 else minutes)


def ticket_key(ticket):
    """The same for A24, a24, "A24 ", A-24, "A 24", #A24: letters and digits, in capitals."""
    return "".join(sign for sign in str(ticket).upper() if sign.isalnum())


def open_states(question, part):
    last = {}
    for event in question["events"]:  # not always in order of days; of one day the first note counts
        key = ticket_key(event["ticket"])
        if key not in last or event["day"] > last[key]["day"]:
            last[key] = event
    return dict(Counter(event["state"] for event in last.values() if part == 1 or event["day"] >= 20))


def decoded(value):
    """Lists are sometimes written as JSON in a string."""
    return json.loads(value) if isinstance(value, str) else value


def spent_on(tasks, default, part):
    total = 0
    for task in decoded(tasks):
        minutes = task.get("minutes")
        if part == 1 or task.get("done") is True:
            total += default if minutes is None else minutes
        total += spent_on(task.get("parts") or [], default, part)  # by its own `done`, whatever the task's
    return total


def minutes_by_person(question, part):
    totals = {}
    for line in question["lines"]:
        try:
            entry = json.loads(line)
            who, minutes = entry["who"], spent_on(entry["tasks"], question["default"], part)
            totals[who] = totals.get(who, 0) + minutes
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # cannot be read
    return totals


def next_step(question, part):
    history, now = question["history"], question["now"]
    names = question["calls"][::-1] if part == 2 else question["calls"]
    done = {event["did"] for event in history if event.get("status") == 200}
    todo = [name for name in names if name not in done]
    logins = [place for place, event in enumerate(history) if event["did"] == "login"]
    if not todo:
        return {"do": "stop"}
    if any(event.get("status") == 403 and event["did"] in todo for event in history):
        return {"do": "stop"}  # forbidden: no token helps
    if not logins:
        return {"do": "login"}
    token, since = history[logins[-1]], history[logins[-1] + 1 :]
    ends = token["at"] + token["lasts"]
    if since and since[-1].get("status") == 401:
        # Refused at once after a login that was not the first: logging in once more does not help.
        useless = len(since) == 1 and len(logins) > 1 and since[0]["at"] < ends
        return {"do": "stop"} if useless else {"do": "login"}
    if now >= ends:
        return {"do": "login"}
    return {"do": "call", "name": todo[0]}


def cost(question, part):
    price, total = question["price"], 0
    for call in question["calls"]:
        if call["reply"] == 0:
            continue  # an empty reply costs nothing, its prompt neither
        paid = call["reply"] if call["ok"] else 0  # of a failed call only the prompt is paid
        paid = max(0, paid - 50) if part == 2 else paid
        fresh = call["prompt"] - call["cached"]
        total += fresh * price["prompt"] + call["cached"] * price["cached"] + paid * price["reply"]
    return total


def mean_speed(question, part):
    legs, km, hours = question["legs"], Fraction(0), Fraction(0)
    for leg in legs:
        way = abs(Fraction(str(leg["km"])))  # back is a way as well
        km += way
        if leg.get("minutes") is not None:
            hours += Fraction(str(leg["minutes"])) / 60
        elif way:
            hours += way / Fraction(str(leg["kmh"]))
        hours += Fraction(str(leg.get("delay") or 0)) / 60
    if part == 2:
        hours += Fraction(2, 60) * max(0, len(legs) - 1)
    return round(float(km / hours), 1) if hours > 0 else 0


ANSWERS = {
    "str-spans": time_spent,
    "rec-states": open_states,
    "jsl-tasks": minutes_by_person,
    "cli-login": next_step,
    "num-tokens": cost,
    "num-means": mean_speed,
}


def answer(asked):
    """The answer to {"task": id, "part": 1 or 2, "question": {...}}, as TASKS.md describes it for this task."""
    return ANSWERS[asked["task"]](asked["question"], asked["part"])
