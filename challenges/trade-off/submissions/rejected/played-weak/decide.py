"""decide(dossier) -> decision"""

from __future__ import annotations

from collections import defaultdict


def percentile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))] if values else 0.0


def model(dossier):
    month = dossier["month"] + "-01"
    addendum = dossier.get("addendum", {})
    segments = {s["id"]: dict(s) for s in dossier["segments"]}
    for row in addendum.get("wrong", []):
        segments[row["segment"]]["wrong_eur"] = row["eur"]
    options = {o["id"]: o for o in dossier["options"]}

    # traffic: what tenants send, mean day times 30
    days = set()
    per_segment = defaultdict(float)
    for row in dossier["traffic"]:
        if row["source"] != "live":
            continue
        days.add(row["day"])
        per_segment[row["segment"]] += row["requests"]
    requests = {s: 30 * per_segment[s] / max(1, len(days)) for s in segments}

    for row in addendum.get("traffic", []):
        requests[row["segment"]] *= row["factor"]

    # prices
    price, fixed = {}, {}
    for row in dossier["prices"]:
        if row["from"] <= month and (row["until"] is None or row["until"] >= month):
            price[row["option"]] = row["tokens_eur"] / row["per"]
            fixed[row["option"]] = row["fixed_eur"]

    for row in addendum.get("price", []):
        price[row["option"]] *= row["factor"]

    # evaluation: last run
    last = {}
    for row in dossier["evaluation"]:
        key = (row["item"], row["option"])
        if row["item"] in options[row["option"]]["examples"]:
            continue
        if key not in last or row["run"] > last[key]["run"]:
            last[key] = row
    right, tokens = {}, {}
    for o in options:
        for s in segments:
            rows = [r for (i, oo), r in last.items() if oo == o and r["segment"] == s]
            n = max(1, len(rows))
            right[o, s] = sum(r["verdict"] == "right" for r in rows) / n
            tokens[o, s] = sum(r["tokens"] for r in rows) / n

    # ledger
    eur, req = defaultdict(float), defaultdict(float)
    for row in dossier["ledger"]:
        if row["reverses"]:
            continue
        eur[row["rule"]] += row["eur"]
        req[row["rule"]] += row["requests"]
    breach = {r: eur[r] / req[r] if req[r] else 0.0 for r in ("keep", "forget", "speed")}

    rules = {r["id"]: r for r in dossier["rules"]}
    limit = rules["speed"]["limit_ms"]
    late, p95 = {}, {}
    for o in options:
        ms = [r["ms"] * 1000 if r["ms"] < 30 else r["ms"] for r in dossier["latency"] if r["option"] == o]
        late[o] = sum(m > limit for m in ms) / max(1, len(ms))
        p95[o] = percentile(ms, 0.95)

    private = any(s["private"] for s in segments.values())
    regions = addendum.get("regions", rules["region"]["regions"])
    allowed = [o for o in options if not private or options[o]["region"] in regions]
    return dict(segments=segments, options=options, requests=requests, price=price, fixed=fixed, right=right,
                tokens=tokens, breach=breach, late=late, p95=p95, allowed=allowed)


def cost(m, o, traffic=1.0, wrong=None, price=None, breach=None, fixed=True):
    wrong, price, breach = wrong or {}, price or {}, breach or {}
    total = m["fixed"].get(o, 0.0) if fixed else 0.0
    b = {r: v * breach.get(r, 1) for r, v in m["breach"].items()}
    for s, seg in m["segments"].items():
        n = m["requests"][s] * traffic
        total += n * m["tokens"][o, s] * m["price"].get(o, 0.0) * price.get(o, 1)
        total += n * (1 - m["right"][o, s]) * seg["wrong_eur"] * wrong.get(s, 1)
        total += n * m["late"][o] * b["speed"]
        if seg["private"]:
            total += n * (b["forget"] if m["options"][o]["keeps_data"] else b["keep"])
    return total


def decide(dossier: dict) -> dict:
    m = model(dossier)
    choice = min(m["allowed"], key=lambda o: cost(m, o))
    total = sum(m["requests"].values())

    forecasts = {}
    for o in m["options"]:
        c = cost(m, o)
        r = sum(m["requests"][s] * m["right"][o, s] for s in m["segments"]) / total
        p = m["p95"][o]
        forecasts[o] = {"cost": [round(c * 0.9), round(c * 1.1)], "p95": [round(p * 0.93), round(p * 1.07)],
                        "right": [round(max(0, r - 0.04), 3), round(min(1, r + 0.04), 3)]}

    a, b = dossier["ask"]["between"]
    va, vb = cost(m, a, fixed=False) / total, cost(m, b, fixed=False) / total
    fa, fb = m["fixed"].get(a, 0), m["fixed"].get(b, 0)
    even = (fb - fa) / (va - vb) if va != vb else None
    if even is not None and even <= 0:
        even = None

    drivers = {}
    for d in dossier["ask"]["drivers"]:
        what, f = d["what"], d["factor"]
        args = {"traffic": f} if what == "traffic" else {what: {d["of"]: f}}
        drivers[d["id"]] = min(m["allowed"], key=lambda o: cost(m, o, **args))

    return {"choice": choice, "forecasts": forecasts, "break_even": round(even) if even else None, "drivers": drivers,
            "experiment": {"segment": dossier["segments"][0]["id"], "rows": 0}}
