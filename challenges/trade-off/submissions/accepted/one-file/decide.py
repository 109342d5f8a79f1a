"""All in one file: tables of draws. What is not known of an option is drawn 400 times, and everything is read off the draws."""

import math
import random
import statistics
from collections import Counter

N = 400


def tidy(d):
    """The dossier's rows, with what is odd in them put right."""
    change = d.get("addendum") or {}
    segments = [s["id"] for s in d["segments"]]
    live = {(r["day"], r["segment"]): r["requests"] for r in d["traffic"] if r["source"] == "live"}
    days = sorted({day for day, _ in live})
    volume = {s: 30 * sum(live.get((day, s), 0) for day in days) / len(days) for s in segments}
    weeks = [sum(live.get((day, s), 0) for day in days[i : i + 7] for s in segments) for i in range(0, len(days), 7)]
    for r in change.get("traffic", []):
        volume[r["segment"]] *= r["factor"]
    wrong = {s["id"]: s["wrong_eur"] for s in d["segments"]} | {r["segment"]: r["eur"] for r in change.get("wrong", [])}
    back = {r["reverses"] for r in d["ledger"] if r["reverses"]}
    paid = [r for r in d["ledger"] if not r["reverses"] and r["id"] not in back]
    eur, count = Counter(), Counter()
    for r in paid:
        eur[r["rule"]] += r["eur"]
        count[r["rule"]] += r["requests"]
    rules = {r["id"]: r for r in d["rules"]}
    private = [s["id"] for s in d["segments"] if s["private"]]
    places = change.get("regions") or rules["region"]["regions"]
    book = {}
    for o in d["options"]:
        row = [p for p in d["prices"] if p["option"] == o["id"] and p["from"] <= d["month"] + "-01"
               and (p["until"] or "9") >= d["month"] + "-28"][-1]  # fmt: skip
        factor = math.prod(r["factor"] for r in change.get("price", []) if r["option"] == o["id"])
        last = {}
        for r in d["evaluation"]:
            if r["option"] == o["id"] and r["item"] not in o["examples"]:
                if r["item"] not in last or last[r["item"]]["run"] < r["run"]:
                    last[r["item"]] = r
        by = {s: [r for r in last.values() if r["segment"] == s] for s in segments}
        book[o["id"]] = {
            "hits": {s: sum(r["verdict"] == "right" for r in by[s]) for s in segments},
            "seen": {s: sum(r["verdict"] != "" for r in by[s]) for s in segments},
            "tokens": {s: statistics.mean([r["tokens"] for r in by[s]] or [0]) for s in segments},
            "token": row["tokens_eur"] / row["per"] * factor, "fixed": row["fixed_eur"], "keeps": o["keeps_data"],
            "ms": [r["ms"] if r["ms"] >= 60 else r["ms"] * 1000 for r in d["latency"] if r["option"] == o["id"]],
            "ok": not private or o["region"] in places,
        }  # fmt: skip
    return {"volume": volume, "weeks": weeks, "wrong": wrong, "private": private, "limit": rules["speed"]["limit_ms"],
            "fee": {k: eur[k] / count[k] for k in eur}, "book": book}  # fmt: skip


def spent(t, o, right=None, late=None):
    """EUR of a month that go with requests."""
    late = sum(ms > t["limit"] for ms in o["ms"]) / len(o["ms"]) if late is None else late
    right = right or {s: o["hits"][s] / o["seen"][s] if o["seen"][s] else 0.5 for s in t["volume"]}
    keep = t["fee"]["forget" if o["keeps"] else "keep"]
    each = {s: o["tokens"][s] * o["token"] + (1 - right[s]) * t["wrong"][s] + late * t["fee"]["speed"] + keep * (s in t["private"])
            for s in t["volume"]}  # fmt: skip
    return sum(t["volume"][s] * each[s] for s in each)


def cheapest(t):
    names = [n for n in t["book"] if t["book"][n]["ok"]] or list(t["book"])
    return min(names, key=lambda n: t["book"][n]["fixed"] + spent(t, t["book"][n]))


def shaken(t, what, of, by):
    t = t | {"volume": dict(t["volume"]), "wrong": dict(t["wrong"]), "fee": dict(t["fee"]), "book": dict(t["book"])}
    if what == "traffic":
        t["volume"] = {s: v * by for s, v in t["volume"].items()}
    elif what == "price":
        t["book"][of] = t["book"][of] | {"token": t["book"][of]["token"] * by}
    else:
        t["wrong" if what == "wrong" else "fee"][of] *= by
    return t


def ends(values):
    values = sorted(values)
    return [round(values[len(values) // 10], 4), round(values[-len(values) // 10], 4)]


def foresee(t, o, rng):
    """Draws of cost, p95 and share right."""
    total, swing = sum(t["volume"].values()), statistics.stdev([math.log(w) for w in t["weeks"]])
    logs = [math.log(ms) for ms in o["ms"]]
    cost, p95, share = [], [], []
    for _ in range(N):
        right = {s: rng.betavariate(0.5 + o["hits"][s], 0.5 + o["seen"][s] - o["hits"][s]) for s in t["volume"]}
        again = rng.choices(logs, k=len(logs))
        normal = statistics.NormalDist(sum(again) / len(again), statistics.pstdev(again))
        level = math.exp(rng.gauss(0, swing * math.sqrt(1 / 4 + 1 / 12)))
        cost.append(o["fixed"] + level * spent(t, o, right, 1 - normal.cdf(math.log(t["limit"]))))
        p95.append(math.exp(normal.inv_cdf(0.95)))
        share.append(sum(t["volume"][s] * right[s] for s in right) / total)
    return {"cost": ends(cost), "p95": ends(p95), "right": ends(share)}


def buy(t, terms, rng):
    """The experiment: what would be known afterwards, drawn row by row."""
    names = [n for n in t["book"] if t["book"][n]["ok"]]
    zero = {n: t["book"][n]["fixed"] + spent(t, t["book"][n], smooth(t["book"][n])) for n in names}
    found = (0, next(iter(t["volume"])), 0)
    for s in t["volume"]:
        stake = t["volume"][s] * t["wrong"][s]
        for rows in (10, 20, 40, 80, 160, 320):
            if rows > terms["most"]:
                continue
            least = 0
            for _ in range(N):
                after = []
                for n in names:
                    a, b = 1 + t["book"][n]["hits"][s], 1 + t["book"][n]["seen"][s] - t["book"][n]["hits"][s]
                    p = rng.betavariate(a, b)
                    hits = min(rows, max(0, rng.gauss(rows * p, math.sqrt(rows * p * (1 - p)))))
                    after.append(zero[n] + stake * (a / (a + b) - (a + hits) / (a + b + rows)))
                least += min(after)
            value = terms["months"] * (min(zero.values()) - least / N) - rows * terms["label_eur"]
            found = max(found, (value, s, rows))
    return {"segment": found[1], "rows": found[2]}


def smooth(o):
    return {s: (1 + o["hits"][s]) / (2 + o["seen"][s]) for s in o["hits"]}


def decide(dossier):
    t, rng = tidy(dossier), random.Random(5)
    one, two = (t["book"][n] for n in dossier["ask"]["between"])
    gap = (spent(t, one) - spent(t, two)) / sum(t["volume"].values())
    even = (two["fixed"] - one["fixed"]) / gap if gap else -1
    return {
        "choice": cheapest(t),
        "forecasts": {n: foresee(t, o, rng) for n, o in t["book"].items()},
        "break_even": even if even > 0 else None,
        "drivers": {a["id"]: cheapest(shaken(t, a["what"], a.get("of"), a["factor"])) for a in dossier["ask"]["drivers"]},
        "experiment": buy(t, dossier["experiment"], rng),
    }
