"""Round 2: card numbers, rooms, settings, mirrors, a tariff and a loan."""

import json
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal


def cents(value):
    return float(Decimal(repr(round(value, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP))


def mask(q, later):
    keep = range(6, 10**6) if later else range(10**6)
    last = 2 if later else 4

    def hidden(found):
        digits = [at for at, sign in enumerate(found[0]) if sign.isdigit()]
        if int(found[0][0]) == 9:  # our own numbers
            return found[0]
        covered = {at for n, at in enumerate(digits) if n in keep and n < len(digits) - last}
        return "".join("*" if at in covered else sign for at, sign in enumerate(found[0]))

    return re.sub(r"(?<!\d)\d(?:[ -]?\d){12,15}(?!\d)", hidden, q["line"])


def rooms(q, later):
    minutes = {}
    for row in q["bookings"]:
        if row["state"] == "free":
            continue
        first, last = min(row["begin"], row["end"]), max(row["begin"], row["end"])
        room = minutes.setdefault(row["room"], {})
        for minute in range(first, min(last, q["closes"])):
            room[minute] = room.get(minute, 0) + 1
    least = 2 if later else 1
    sums = {room: len([1 for n in each.values() if n >= least]) for room, each in minutes.items()}
    return {room: n for room, n in sums.items() if n}


def settings(q, later):
    now, last, names, bad = {}, {}, {}, 0
    for line in q["lines"]:
        if line.startswith("#"):
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            bad += 1
            continue
        key = names.setdefault(unicodedata.normalize("NFC", row["key"]), row["key"])
        twice = key in last and last[key] == row["value"]
        last[key] = row["value"]
        if later and not twice:
            continue
        if row["value"] is None:
            now.pop(key, None)
        else:
            now[key] = row["value"]
    return {"now": now, "bad": bad}


def mirrors(q, later):
    everyone, gone, newest, quick, todo = q["mirrors"], set(), 0, {}, None
    for event in q["history"]:
        if "look" in event:
            there = [name for name in everyone if name not in gone] or everyone
            known = [name for name in there if name in quick]
            first = min(known, key=quick.get) if later and known else there[0]
            todo = {"do": "ask", "mirror": first}
            continue
        name, status = event["mirror"], event["status"]
        if status == 410:
            gone.add(name)
        if status == 200 and event["version"] >= newest:
            newest, quick[name] = event["version"], event["ms"]
            todo = {"do": "done", "version": newest}
        elif status == 404:
            todo = {"do": "done", "version": None}
        else:
            at = everyone.index(name)
            turn = everyone[at + 1 :] + everyone[: at + 1]
            todo = {"do": "ask", "mirror": next((each for each in turn if each not in gone), turn[0])}
    return todo


def tariff(q, later):
    kwh = max(10, q["kwh"])
    ct = next(step["ct"] for step in q["steps"] if kwh <= step.get("upto", kwh))
    energy = kwh * ct / 100 * (1.08 if later else 1)
    return max(0.0, cents(q["base"] + energy - q["credit"]))


def plan(q, later):
    owed = q["owed"] + (25 if q["rate"] == 0 else 0)
    for month in range(1, q["months"] + 1):
        owed += cents(owed * q["rate"] / 1200)
        if month in q["paused"]:
            owed += 5
        else:
            owed -= min(owed, cents(q["pays"] * 1.2) if later and month > 6 else q["pays"])
    return round(owed, 2)


TASKS = {
    "str-mask": mask, "rec-rooms": rooms, "jsl-settings": settings, "cli-mirrors": mirrors, "num-tariff": tariff, "num-plan": plan,
}


def answer(asked):
    return TASKS[asked["task"]](asked["question"], asked["part"] == 2)
