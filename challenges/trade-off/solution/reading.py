"""What a dossier says, once its rows have been looked at."""

from __future__ import annotations

from change import change_of
from columns import latency, price
from demand import demand
from rows import graded
from rules import breaches, may


def read(dossier: dict) -> dict:
    """Requests and costs by segment, costs of breaches by rule, and what is known of each option."""
    change = change_of(dossier)
    rules = {row["id"]: row for row in dossier["rules"]}
    regions = change.get("regions", rules["region"]["regions"])
    wrong = {row["id"]: row["wrong_eur"] for row in dossier["segments"]}
    wrong.update({row["segment"]: row["eur"] for row in change.get("wrong", [])})
    requests, swing = demand(dossier["traffic"], list(wrong))
    for row in change.get("traffic", []):
        requests[row["segment"]] *= row["factor"]
    private = [row["id"] for row in dossier["segments"] if row["private"]]
    factors = {row["option"]: row["factor"] for row in change.get("price", [])}
    options = {}
    for row in dossier["options"]:
        name = row["id"]
        token, fixed = price(dossier, name)
        options[name] = {
            **graded(dossier["evaluation"], row, list(wrong)),
            "token": token * factors.get(name, 1), "fixed": fixed,
            "ms": latency(dossier["latency"], name), "keeps": row["keeps_data"],
            "allowed": may(row, private, regions),
        }  # fmt: skip
    limit = rules["speed"]["limit_ms"]
    return {"requests": requests, "swing": swing, "wrong": wrong, "private": private, "limit": limit,
            "breach": breaches(dossier["ledger"]), "options": options}  # fmt: skip
