import json
from collections import Counter


def states(question, later):
    """The newest note of each ticket."""
    newest = {}
    for note in question["events"]:
        ticket = "".join(sign for sign in note["ticket"].upper() if sign.isalnum())
        if ticket not in newest or note["day"] >= newest[ticket]["day"]:
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
        listed = json.loads(row["tasks"]) if isinstance(row["tasks"], str) else row["tasks"]
        sums[row["who"]] = sums.get(row["who"], 0) + spent(listed, question["default"], later)
    return sums


def spent(listed, default, only_done):
    total = 0
    for task in listed:
        if task["done"] or not only_done:
            total += task["minutes"] or 0
        total += spent(task.get("parts", []), default, only_done)
    return total
