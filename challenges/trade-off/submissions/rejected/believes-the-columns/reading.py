"""A dossier made tidy. What is odd in the files, and what is done about it, stands beside each step."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict

DAYS = 30
TOO_FAST = 60  # no reply takes under 60 ms: such rows are seconds


def read(dossier: dict) -> dict:
    """Requests and costs by segment, costs of breaches by rule, and what is known of each option."""
    change = dossier.get("addendum", {})
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
            "allowed": not private or row["region"] in regions,
        }  # fmt: skip
    limit = rules["speed"]["limit_ms"]
    return {"requests": requests, "swing": swing, "wrong": wrong, "private": private, "limit": limit,
            "breach": breaches(dossier["ledger"]), "options": options}  # fmt: skip


def demand(rows: list[dict], segments: list[str]) -> tuple[dict, float]:
    """Requests of a month by segment, without our own load tests and with days that were exported twice counted once."""
    live = {(row["day"], row["segment"]): row["requests"] for row in rows }
    days = sorted({day for day, _ in live})
    sums, weeks = defaultdict(int), defaultdict(int)
    for (day, segment), many in live.items():
        sums[segment] += many
        weeks[days.index(day) // 7] += many
    swing = statistics.stdev(math.log(many) for many in weeks.values())
    return {segment: sums[segment] * DAYS / len(days) for segment in segments}, swing


def price(dossier: dict, name: str) -> tuple[float, float]:
    """EUR a token, and a month, by the row that holds in the month of the dossier."""
    first, last = dossier["month"] + "-01", dossier["month"] + "-28"
    for row in dossier["prices"]:
        if row["option"] == name and row["from"] <= first and last <= (row["until"] or last):
            return row["tokens_eur"] / 1000, row["fixed_eur"]
    raise ValueError(f"no price holds for {name}")


def graded(rows: list[dict], option: dict, segments: list[str]) -> dict:
    """Right and judged answers, and tokens of a request, by segment. Of an item that was run again the last run counts; an
    item that the option has as an example in its prompt says nothing; a timeout is no right answer; no verdict, no answer."""
    last = {}
    for row in sorted(rows, key=lambda row: row["run"]):
        if row["option"] == option["id"] and row["item"] not in option["examples"]:
            last[row["item"]] = row
    right, judged, tokens = defaultdict(int), defaultdict(int), defaultdict(list)
    for row in last.values():
        tokens[row["segment"]].append(row["tokens"])
        if row["verdict"]:
            judged[row["segment"]] += 1
            right[row["segment"]] += row["verdict"] == "right"
    return {
        "right": {segment: right[segment] for segment in segments},
        "judged": {segment: judged[segment] for segment in segments},
        "tokens": {segment: statistics.fmean(tokens[segment] or [0]) for segment in segments},
    }


def latency(rows: list[dict], name: str) -> list[float]:
    """Milliseconds; one collector writes seconds in some dossiers."""
    return [row["ms"] for row in rows if row["option"] == name]


def breaches(rows: list[dict]) -> dict:
    """EUR for a request on which a rule was broken. An entry that was taken back never was one."""
    gone = {row["reverses"] for row in rows}
    eur, many = defaultdict(float), defaultdict(int)
    for row in rows:
        if row["id"] not in gone and not row["reverses"]:
            eur[row["rule"]] += row["eur"]
            many[row["rule"]] += row["requests"]
    return {rule: eur[rule] / many[rule] for rule in eur}
