"""Scheduling, routing, cache, canaries and replays. Everything that is learnt about an episode is in learn()."""

from __future__ import annotations

import math
import os
import re
from collections import defaultdict

STRIDE, BLOCK = 8, 16
LATER = 0.7  # share of the memory that running requests may still need, kept free
PRICE = float(os.environ.get("PRICE", "0.5"))  # what a EUR is worth when all goes by plan


# ---------------------------------------------------------------- learn


def learn(profile: dict) -> dict:
    part = profile.get("for")
    if part == "step":
        return learn_step(profile)
    if part == "route":
        return learn_route(profile)
    if part == "look":
        return learn_look(profile)
    return {}


def solve(rows, ys):
    """Least squares by normal equations."""
    n = len(rows[0])
    a = [[sum(r[i] * r[j] for r in rows) + (1e-6 if i == j else 0) for j in range(n)] for i in range(n)]
    b = [sum(r[i] * y for r, y in zip(rows, ys)) for i in range(n)]
    for i in range(n):
        p = max(range(i, n), key=lambda k: abs(a[k][i]))
        a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
        for k in range(i + 1, n):
            f = a[k][i] / a[i][i]
            for j in range(i, n):
                a[k][j] -= f * a[i][j]
            b[k] -= f * b[i]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (b[i] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return x


def learn_step(profile):
    build = profile.get("server", {}).get("build")
    rounds = [r for r in profile["rounds"] if r["build"] == build] or profile["rounds"]
    base, request, token = solve([[1, r["running"], r["read"] - r["reused"]] for r in rounds], [r["ms"] for r in rounds])
    # slowness by load: the rounds without reading, by number of running requests
    by = defaultdict(list)
    for r in rounds:
        if r["read"] == 0:
            by[r["running"]].append(r["ms"])
    curve = {str(k): sum(v) / len(v) for k, v in by.items()}
    # the best number of requests at once: most tokens per ms
    best = max(curve, key=lambda k: int(k) / curve[k]) if curve else "12"
    made = defaultdict(list)
    for r in profile["requests"]:
        if r["end"] == "done":
            made[r["kind"]].append(r["made"] / r["most"])
    return {
        "base": base, "request": request, "token": token, "best": max(2, int(best)),
        "made": {k: sum(v) / len(v) for k, v in made.items()},
    }  # fmt: skip


def learn_route(profile):
    models = {}
    price = {m["id"]: m["price"] for m in profile["models"]}
    for name in price:
        calls = [c for c in profile["calls"] if c["model"] == name]
        answers = [c for c in calls if c["how"] == "answer"]
        if not answers:
            continue
        # right against hint: straight line
        a, b = solve([[1, c["hint"]] for c in answers], [1.0 if c["right"] else 0.0 for c in answers])
        base, token = solve([[1, c["tokens"]] for c in answers], [c["ms"] for c in answers])
        residual = sorted(c["ms"] / max(50, base + token * c["tokens"]) for c in answers)
        least = min(c["eur"] for c in answers)
        floor = least if sum(abs(c["eur"] - least) < 1e-9 for c in answers) > 5 else 0
        kinds = defaultdict(list)
        for c in answers:
            kinds[c["kind"]].append((1.0 if c["right"] else 0.0) - (a + b * c["hint"]))
        models[name] = {
            "a": a, "b": b, "base": base, "token": token, "p97": residual[int(len(residual) * 0.97)], "floor": floor,
            "ok": len(answers) / len(calls),
            "kinds": {k: sum(v) / (len(v) + 5) for k, v in kinds.items()},
        }  # fmt: skip
    mean = sum(c["tokens"] for c in profile["calls"]) / max(1, len(profile["calls"]))
    return {"models": models, "tokens": mean}


SLOTS = re.compile(
    r"(?P<neg>do not )?(?P<verb>\w+(?: back)?) (?P<n>\d+) units of the (?P<color>\w+) (?P<thing>\w+) in (?P<city>\w+) on (?P<day>\w+)"
    r" for (?P<name>\w+) \(ticket (?P<ticket>\d+)\)"
)
FIELDS = ("neg", "verb", "n", "color", "thing", "city", "day", "name", "ticket")


def parse(text):
    found = SLOTS.search(text)
    return {k: found.group(k) or "" for k in FIELDS} if found else None


def learn_look(profile):
    audits = [a for a in profile["audits"] if a["by"] == "people"] or profile["audits"]
    single = defaultdict(list)
    ages_good, ages_bad = [], []
    verbs = defaultdict(list)
    for a in audits:
        one, other = parse(a["prompt"]), parse(a["entry"])
        if not one or not other:
            continue
        for k in FIELDS:
            if one[k] != other[k]:
                single[k].append(a["serves"])
        if one["verb"] != other["verb"]:
            verbs[" ".join(sorted((one["verb"], other["verb"])))].append(a["serves"])
    free = [k for k in FIELDS if k not in ("neg", "verb") and len(single[k]) >= 3 and sum(single[k]) / len(single[k]) > 0.15]
    pairs = [k for k, v in verbs.items() if sum(v) / len(v) > 0.3]
    for a in audits:
        one, other = parse(a["prompt"]), parse(a["entry"])
        if one and other and same(one, other, free, pairs):
            (ages_good if a["serves"] else ages_bad).append(a["age_ms"])
    # the age that separates best
    limit, best = 1e12, None
    for t in sorted(ages_good + ages_bad) + [1e12]:
        score = sum(x <= t for x in ages_good) - 3 * sum(x <= t for x in ages_bad)
        if best is None or score > best:
            limit, best = t, score
    return {"free": free, "pairs": pairs, "age": limit}


def same(one, other, free, pairs):
    for k in FIELDS:
        if one[k] == other[k] or k in free:
            continue
        if k == "verb" and " ".join(sorted((one["verb"], other["verb"]))) in pairs:
            continue
        return False
    return True


# ---------------------------------------------------------------- decisions


def step(state: dict) -> dict:
    notes, now, server = state["notes"], state["now"], state["server"]
    running = state["running"]
    ratio = notes.get("made", {})
    base, request, token = notes.get("base", 20), max(0.5, notes.get("request", 2)), max(0.01, notes.get("token", 0.1))
    limit = min(server["slots"], notes.get("best", server["slots"]))
    promise = state.get("policy", {}).get("promise", {})

    def length(r):
        return max(8, r["most"] * ratio.get(r["kind"], 0.7))

    def needs(r):
        return math.ceil((r["prompt"] + length(r)) / BLOCK)

    free = server["free"]
    # what the running ones will still need
    later = sum(max(0, needs(r) - r["blocks"]) for r in running)
    round_ms = max(10.0, base + request * max(1, len(running)))

    def value(r):
        worth = r["worth"] + (promise["worth"] if promise and r["tenant"] == promise["tenant"] else 0)
        return worth / (needs(r) * (length(r) / STRIDE + 3))

    if state["aim"] == "worth":
        waiting = [r for r in state["waiting"] if now + round_ms * length(r) / STRIDE + token * r["prompt"] <= r["by"]]
        waiting.sort(key=value, reverse=True)
    else:
        waiting = sorted(state["waiting"], key=lambda r: r["arrived"])
        limit = server["slots"]
    admit = []
    for r in waiting:
        if len(running) + len(admit) >= limit:
            break
        first = math.ceil((r["prompt"] + STRIDE) / BLOCK)
        if first <= free and needs(r) <= free - later * LATER:
            admit.append(r["id"])
            free -= first
            later += max(0, needs(r) - first)
    if not admit and not running and state["waiting"]:
        for r in waiting or state["waiting"]:
            if math.ceil((r["prompt"] + STRIDE) / BLOCK) <= server["free"]:
                return {"admit": [r["id"]]}
    return {"admit": admit}


def troubled(model, now):
    recent = [r for r in model["recent"] if now - r["at"] < 6000]
    bad = sum(r["how"] != "answer" for r in recent[-4:])
    return bad >= 2


def route(state: dict) -> dict:
    request, now = state["request"], state["now"]
    known = state["notes"].get("models", {})
    policy = state.get("policy", {})
    tried = [t["to"] for t in request["tries"]]
    keep, answer = policy.get("keep"), policy.get("answer")
    left = state["cap"] - state["spent"]
    flying = sum(m["in_flight"] * m["price"] * state["notes"].get("tokens", 600) / 1000 for m in state["models"])
    ahead = max(1, state["expected"] - state["arrived"] + 1)
    allowance = max(0.0, (left - flying)) / ahead
    best, top = None, 0.0
    for m in state["models"]:
        k = known.get(m["id"])
        if not k or tried.count(m["id"]) >= 1:
            continue
        took = max(50.0, k["base"] + k["token"] * request["tokens"])
        queue = max(0, m["in_flight"] - m["slots"] + 1) / m["slots"]
        if now + took * (1 + queue) > request["by"]:
            continue
        p = min(1.0, max(0.0, k["a"] + k["b"] * request["hint"] + k["kinds"].get(request["kind"], 0)))
        p *= 0.15 if troubled(m, now) else k["ok"]
        cost = max(k["floor"], m["price"] * request["tokens"] / 1000)
        gain = request["worth"] * p
        if answer and request["tenant"] in answer["tenants"]:
            gain += answer["worth"] * (0.15 if troubled(m, now) else 0.95)
        if keep and request["private"] and m["region"] not in keep["regions"]:
            gain -= keep["worth"]
        # a EUR costs more, the less there is left
        price = PRICE * min(3.0, (state["cap"] / max(1, state["expected"])) / max(0.02, allowance))
        if cost > left - flying:
            price = max(price, state["over"])
        gain -= price * cost
        if gain > top:
            best, top = (m, k, took, queue), gain
    if best is None:
        return {"to": None, "give_up": 1000}
    m, k, took, queue = best
    wait = took * min(4.0, max(1.6, k["p97"] * 1.2)) + queue * took
    return {"to": m["id"], "give_up": max(100.0, min(wait, request["by"] - now + 1))}


def look(state: dict) -> dict:
    notes, prompt = state["notes"], state["prompt"]
    apart = state.get("policy", {}).get("apart")
    one = parse(prompt["text"])
    for e in sorted(state["entries"], key=lambda e: -e["at"]):
        if apart and e["tenant"] != prompt["tenant"]:
            continue
        if prompt["at"] - e["at"] > notes.get("age", 1e12):
            continue
        other = parse(e["text"])
        if one and other and same(one, other, notes.get("free", []), notes.get("pairs", [])):
            return {"use": e["id"]}
    return {"use": None}


def verdict(case: dict) -> str:
    def by_route(rows):
        last = {}
        for r in rows:
            if r["minute"] >= 10:
                old = last.get(r["id"])
                if old is None or r["try"] > old["try"]:
                    last[r["id"]] = r
        out = defaultdict(list)
        for r in last.values():
            if r["missing"] == "lost":
                continue
            hurt = (not r["ok"]) or r["ms"] is None or r["ms"] > case["limit_ms"]
            out[r["route"]].append(hurt)
        return out

    old, new = by_route(case["baseline"]), by_route(case["canary"])
    total = sum(len(v) for v in old.values()) or 1
    diff = var = 0.0
    for name, v in old.items():
        w = new.get(name)
        if not w:
            continue
        share = len(v) / total
        p, q = (sum(v) + 0.5) / (len(v) + 1), (sum(w) + 0.5) / (len(w) + 1)
        diff += share * (q - p)
        var += share**2 * (p * (1 - p) / len(v) + q * (1 - q) / len(w))
    sd = math.sqrt(var) or 1e-6
    bad = 0.5 * (1 + math.erf((diff - case["tolerated"]) / sd / math.sqrt(2)))
    costs = case["costs"]
    choices = {
        "promote": bad * costs["bad_promoted"],
        "roll_back": (1 - bad) * costs["good_rolled_back"],
        "wait": costs["wait"],
    }
    return min(choices, key=choices.get)


def differs(case: dict) -> list[str]:
    rows = case["rows"]
    # how much a field moves in the old build, by kind
    spread, unstable = defaultdict(float), defaultdict(int)
    for row in rows:
        for key in row["old"][0]:
            vals = [o.get(key) for o in row["old"]]
            if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in vals):
                mid = sorted(vals)[1]
                spread[key] = max(spread[key], (max(vals) - min(vals)) / max(1e-9, abs(mid)))
            elif any(v != vals[0] for v in vals):
                unstable[key] += 1
    out = []
    for row in rows:
        for key in row["old"][0]:
            olds, news = [o.get(key) for o in row["old"]], [n.get(key) for n in row["new"]]
            if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in olds + news):
                mid = sorted(olds)[1]
                tolerance = spread[key] * abs(mid) * 1.1 + 1e-9
                if all(abs(n - mid) > tolerance for n in news):
                    out.append(row["id"])
                    break
            elif unstable[key] > 0.6 * len(rows):
                continue
            elif all(n not in olds for n in news):
                out.append(row["id"])
                break
    return out
