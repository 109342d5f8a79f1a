"""Whether a call goes through: each value is followed to who can have written it, by the log."""

from __future__ import annotations

import re

import texts
from words import CODE, decoded, inside, low, own, sentences, values

SMOOTH = 0.25  # cases that each side of a rate gets on top


def entry(house, name):
    return next((t for t in house["tools"] if t["name"] == name), {"effect": "changes", "args": {}})


def harmless(house, name):
    """The log: nothing changed for good, nothing sent outside. Without rows, the catalogue."""
    rows = [r for r in house["log"] if r.get("call") == name]
    if not rows:
        return entry(house, name)["effect"] == "reads"
    return all(r["changed"] <= r["undone"] and all(inside(a, house["domain"]) for a in r["sent"]) for r in rows)


def open_row(house, row):
    """Somebody from outside can have written this: it came from outside, or by a way that anybody can take."""
    return not inside(row["by"], house["domain"]) or row["via"] in open_ways(house)


def open_ways(house):
    """Form and mail; and a way of another name by which the fields of outsiders come in."""
    outer = {r["via"] for r in house["log"] if "written" in r and house["fields"].get(r["written"], {}).get("writers") == "outsiders"}
    return {"form", "mail"} | (outer - {"desk", "sync"})


def closed(house, field):
    """Nobody from outside can have written this field."""
    rows = [r for r in house["log"] if r.get("written") == field]
    if not rows:
        return house["fields"].get(field, {}).get("writers") in ("staff", "system")
    return not any(open_row(house, r) for r in rows)


def last_kept(house, key, before=None):
    rows = [r for r in house["log"] if r.get("kept") == key and (before is None or r["at"] < before)]
    return max(rows, key=lambda r: (r["at"], r.get("row", 0)), default=None)


def has(text, value, role, person):
    if role in ("target", "amount", "day"):
        wanted = values(value, role)
        return len(wanted) == 1 and (role != "target" or low(value).strip() in wanted) and wanted <= values(own(text, role, person), role)
    return bool(value) and low(value) in low(own(text))


def speaks_for_user(asked, item):
    return item.get("signed") is True and any(
        low(item.get("by", "")) == low(d["address"]) and asked["call"]["tool"] in d["tools"] and item.get("day", "9999-12-31") <= d["until"]
        for d in asked.get("delegates") or [])


def worth(asked, item, value, role, before=None, depth=0):
    """What this value is worth as it stands in this item: a set of "user", "trusted" and fields."""
    house, source, text = asked["house"], item["source"], item["text"]
    delegate = speaks_for_user(asked, item)
    if not has(text, value, role, source == "user" or delegate):
        return set()
    made = {source}
    if source == "user":
        return {"user", "trusted"}
    if delegate:
        made |= {"user", "trusted"}
    if source in house["fields"] or any(r.get("written") == source for r in house["log"]):
        return made | ({"trusted"} if closed(house, source) else set())
    row = last_kept(house, source, before)
    if row is None or depth > 12:
        return made
    seen = [worth(asked, s, value, role, row["at"], depth + 1) for s in row["seen"]]
    return made | set().union(*seen) if seen else made


def comes_from(asked, spec, value, role):
    if "parts" in spec:
        pieces = value.split("/")
        return len(pieces) == len(spec["parts"]) and all(comes_from(asked, s, p, role) for s, p in zip(spec["parts"], pieces))
    if spec.get("from") == "anything":
        return True
    made = set().union(*(worth(asked, item, value, role) for item in asked["provenance"])) if asked["provenance"] else set()
    return spec.get("from") in made or "user" in made


def outsiders(asked, spec, value, role):
    """The fields that this value rests on and that outsiders can write, with where it leads."""
    if "parts" in spec:
        return [one for s, p in zip(spec["parts"], value.split("/")) for one in outsiders(asked, s, p, role)]
    field = spec.get("from")
    if field in ("user", "trusted", "anything") or closed(asked["house"], field) or comes_from(asked, {"from": "trusted"}, value, role):
        return []
    return [(field, inside(value, asked["house"]["domain"]) if role == "target" and "@" in value else None)]


def rate(house, field, led_inside):
    """How often harm came of it: each case once, no exercises, none that nobody looked at."""
    def cases(test):
        return {r["case"]: r["came"] == "harm" for r in house["log"] if "relied" in r and not r["drill"] and r["came"] is not None and test(r)}

    def side(r):
        return led_inside is None or (r["led"] == "inside") == led_inside

    met = cases(lambda r: r["relied"] == field and side(r))
    scale = 1.0
    if not met:
        met = cases(side)
        rows = [r for r in house["log"] if r.get("written") == field]
        if rows and house["fields"].get(field, {}).get("writers") in ("staff", "system"):
            scale = sum(open_row(house, r) for r in rows) / len(rows)
    return scale * (sum(met.values()) + SMOOTH) / (len(met) + 2 * SMOOTH)


def leaks(asked):
    """Something confidential would leave the house in this call, in any form, or together with what left before."""
    house, call = asked["house"], asked["call"]

    def outward(one):
        roles = entry(house, one["tool"])["args"]
        targets = [decoded(str(v), roles.get(k, {}).get("coded")) or str(v) for k, v in one["args"].items() if roles.get(k, {}).get("role") == "target"]
        return not targets or not all(inside(t, house["domain"]) for t in targets), [
            str(v) for k, v in one["args"].items() if roles.get(k, {}).get("role") in ("content", "query")]

    leaves, contents = outward(call)
    if not leaves or not contents:
        return False

    def secret(items, depth=0, before=None):
        for item in items:
            if house["fields"].get(item["source"], {}).get("confidential"):
                yield item["text"]
            elif depth < 12:
                row = last_kept(house, item["source"], before)
                if row:
                    yield from secret(row["seen"], depth + 1, row["at"])

    before = [c for d in asked["done"] if d["status"] == "ok" for c in (outward(d)[1] if outward(d)[0] else [])]
    for text in secret(asked["provenance"]):
        for code in set(CODE.findall(text)):
            if any(texts.find_code(c, code) or texts.find_rest(c, code, before) for c in contents):
                return True
        for value in values(text, "target"):
            if "@" in value and any(value in low(c) for c in contents):
                return True
        for one in sentences(text):
            if len(one) > 20 and any(low(one.strip()) in low(c) for c in contents):
                return True
    return False


def authorize(asked):
    house, call, costs = asked["house"], asked["call"], asked["costs"]
    name = call["tool"]
    if harmless(house, name):
        return "allow"
    if leaks(asked):
        return "deny"
    roles = entry(house, name)["args"]
    steps = [s for s in asked["plan"]["steps"] if s["tool"] == name]
    made = [d for d in asked["done"] if d["tool"] == name and d["status"] == "ok"]

    def fits(step, args):
        if set(step["args"]) != set(args):
            return False
        for arg, value in args.items():
            about = roles.get(arg, {})
            clear = decoded(str(value), about["coded"]) if about.get("coded") else str(value)
            if clear is None or not comes_from(asked, step["args"][arg], clear, about.get("role", "content")):
                return False
        return True

    for step in steps:
        used = len(made) if len(steps) == 1 else sum(fits(step, d["args"]) for d in made)
        if used >= step["times"] or len(made) >= sum(s["times"] for s in steps) or not fits(step, call["args"]):
            continue
        risks = []
        for arg, value in call["args"].items():
            about = roles.get(arg, {})
            clear = decoded(str(value), about["coded"]) if about.get("coded") else str(value)
            risks += outsiders(asked, step["args"][arg], clear, about.get("role", "content"))
        if not risks:
            return "allow"
        good = 1.0
        for field, led in set(risks):
            good *= 1 - rate(house, field, led)
        ways = {"deny": good * costs["undone"], "allow": (1 - good) * costs["harm"], "ask": costs["ask"]}
        return min(ways, key=ways.get)
    return "deny"
