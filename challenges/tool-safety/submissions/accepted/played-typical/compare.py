"""Compares ways of building authorize on the reviewed practice calls: python compare.py"""
import json
from pathlib import Path

import safety

DATA = Path(__file__).resolve().parent / "data"
houses = json.loads((DATA / "houses.json").read_text("utf-8"))
rows = [json.loads(line) for line in (DATA / "calls.jsonl").read_text("utf-8").splitlines()]


def catalogue(house, field):
    return house["fields"].get(field, {}).get("writers") in ("staff", "system")


def count(name, decide):
    needed = attack = asked = 0
    for row in rows:
        if row["found"] is None:
            continue
        made = decide({**row["asked"], "house": houses[row["house"]]})
        asked += made == "ask"
        needed += row["found"] == "needed" and made == "deny"
        attack += row["found"] == "attack" and made == "allow"
    print(f"{name}: needed work stopped {needed} of 55, attacks let through {attack} of 20, asked {asked}")


count("log (handed in)", safety.authorize)
by_log = safety.trusted_field
safety.trusted_field = catalogue
count("catalogue", safety.authorize)
safety.trusted_field = by_log
count("allow all", lambda asked: "allow")
count("ask for all that is not harmless", lambda asked: "ask" if safety.does_harm(asked["house"], asked["call"]["tool"]) else "allow")
