"""What the log and the books show of the live tools. Run in the starter's folder with these files in it: `python evidence.py`."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

DOING = ("refund", "cancel_order")


def main() -> None:
    lines = Path("data/log.jsonl").read_text(encoding="utf-8").splitlines()
    cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        call = json.loads(line)
        cases[call["case"]].append(call | {"at": datetime.fromisoformat(call["at"])})
    with open("data/books.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    booked = {(row["order_id"], datetime.fromisoformat(row["at"])): row["what"] for row in rows}
    paid = {row["order_id"]: int(row["cents"]) for row in rows if row["what"] == "payment"}
    print(f"{len(cases)} cases, {len(lines)} calls")
    said_done(cases, booked)
    stale_reads(cases, booked)
    keys(cases, booked)
    waits(cases)
    units(cases, paid)


def said_done(cases: dict, booked: dict) -> None:
    """First calls under a key that say `done`, and what the books have of them."""
    for tool in DOING:
        seen: set[str] = set()
        made = nothing = sent = 0
        for calls in cases.values():
            for call in calls:
                if call["tool"] != tool or call["idempotency_key"] in seen:
                    continue
                seen.add(call["idempotency_key"])
                if call["ok"]:
                    what = booked.get((call["arguments"]["order_id"], call["at"]))
                    made, nothing, sent = made + 1, nothing + (what is None), sent + (what == "dispatched")
        print(f"{tool}: {made} first answers `done`, {nothing} of them not in the books, {sent} dispatched instead")


def stale_reads(cases: dict, booked: dict) -> None:
    """Seconds from a booking to a read of the order that does not show it, or does."""
    old, new = [], []
    for calls in cases.values():
        before, since, count = None, None, 0
        for call in calls:
            if call["tool"] != "get_order":
                if booked.get((call["arguments"]["order_id"], call["at"])):
                    since, count = call["at"], count + 1
                continue
            if count > 1:
                break  # of two bookings, one may show and the other not yet
            shown = (call["content"]["status"], call["content"]["refunded_cents"])
            if since and before is not None:
                (old if shown == before else new).append(int((call["at"] - since).total_seconds()))
            before, since = shown, since if shown == before else None
    print(f"reads after a booking: {len(old)} show the order as before, the latest after {max(old)} s; "
          f"{len(new)} show it, the earliest after {min(new)} s")  # fmt: skip


def keys(cases: dict, booked: dict) -> None:
    """A key that has booked something and comes again: the latest that books nothing, the earliest that books again."""
    idle, again = [], []
    for calls in cases.values():
        first: dict[str, datetime] = {}
        for call in calls:
            key = call.get("idempotency_key")
            if not key or call["tool"] != "refund":
                continue
            has = booked.get((call["arguments"]["order_id"], call["at"])) == "refund"
            if key in first and (has or call["ok"]):
                (again if has else idle).append(int((call["at"] - first[key]).total_seconds()))
            if has:
                first[key] = call["at"]
    print(f"a refund's key again: {len(idle)} times nothing more, the latest after {max(idle)} s; "
          f"{len(again)} times paid again, the earliest after {min(again)} s")  # fmt: skip


def waits(cases: dict) -> None:
    """Refusals that ask to wait N, and how long after the first one the same tool refused or took the call."""
    refused, taken = [], []
    for calls in cases.values():
        first: tuple[datetime, int] | None = None
        for call in (call for call in calls if call["tool"] in DOING):
            limited = not call["ok"] and call["error"]["code"] == "rate_limited"
            if first:
                (refused if limited else taken).append((call["at"] - first[0]).total_seconds() / first[1])
            first = (first or (call["at"], call["error"]["retry_after"])) if limited else None
    print(
        f"after `retry_after` N: refused up to {max(refused):.1f} × N seconds, taken from {min(taken):.1f} × N seconds on"
    )


def units(cases: dict, paid: dict) -> None:
    """What an order shows as its total against what was paid for it, by the day on which it was placed."""
    days: dict[int, list[str]] = defaultdict(list)
    for calls in cases.values():
        content = calls[0]["content"]
        days[round(content["total_cents"] / paid[content["order_id"]])].append(content["placed_on"])
    for factor, found in sorted(days.items()):
        print(f"total is {factor} × what was paid: {len(found)} orders, placed {min(found)} to {max(found)}")


if __name__ == "__main__":
    main()
