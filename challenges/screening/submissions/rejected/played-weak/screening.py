import json
import re


def spans(q):
    s = q["spent"]
    m = re.match(r"(?:(\d+)h)?\s*(?:(\d+)m)?$", s)
    if m and s:
        return int(m.group(1) or 0) * 60 + int(m.group(2) or 0)
    if ":" in s:
        h, m = s.split(":")
        return int(h) * 60 + int(m)
    try:
        return int(s)
    except ValueError:
        return 0


def states(q):
    last = {}
    for e in q["events"]:
        last[e["ticket"].strip().upper()] = e["state"]
    out = {}
    for s in last.values():
        out[s] = out.get(s, 0) + 1
    return out


def tasks(q):
    out = {}
    for line in q["lines"]:
        try:
            d = json.loads(line)
            total = 0
            for t in d["tasks"]:
                total += t["minutes"] or q["default"]
                for p in t.get("parts", []):
                    total += p["minutes"]
            out[d["who"]] = out.get(d["who"], 0) + total
        except Exception:
            pass
    return out


def login(q):
    logged = None
    done = set()
    for h in q["history"]:
        if h["did"] == "login":
            logged = h
        elif h["status"] == 401:
            logged = None
        elif h["status"] == 200:
            done.add(h["did"])
    left = [c for c in q["calls"] if c not in done]
    if not left:
        return {"do": "stop"}
    if logged is None or q["now"] > logged["at"] + logged["lasts"]:
        return {"do": "login"}
    return {"do": "call", "name": left[0]}


def tokens(q):
    p = q["price"]
    return sum((c["prompt"] - c["cached"]) * p["prompt"] + c["cached"] * p["cached"] + c["reply"] * p["reply"] for c in q["calls"])


def means(q):
    km = hours = 0
    for leg in q["legs"]:
        km += leg["km"]
        hours += leg["minutes"] / 60 if "minutes" in leg else leg["km"] / leg["kmh"]
    return round(km / hours, 1) if hours else 0


def answer(asked):
    f = {"str-spans": spans, "rec-states": states, "jsl-tasks": tasks, "cli-login": login, "num-tokens": tokens, "num-means": means}
    return f[asked["task"]](asked["question"])
