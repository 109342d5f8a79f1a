"""What is learnt from a profile. No import but the standard library."""

from __future__ import annotations

import math
import re
from collections import defaultdict

# ------------------------------------------------------------------ servers


def solve(rows, ys, ridge=None):
    """Least squares with a penalty for each coefficient."""
    n = len(rows[0])
    ridge = ridge or [1e-9] * n
    a = [[sum(r[i] * r[j] for r in rows) + (ridge[i] if i == j else 0.0) for j in range(n)] for i in range(n)]
    b = [sum(r[i] * y for r, y in zip(rows, ys)) for i in range(n)]
    for i in range(n):
        p = max(range(i, n), key=lambda k: abs(a[k][i]))
        a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
        if abs(a[i][i]) < 1e-12:
            a[i][i] = 1e-12
        for k in range(i + 1, n):
            f = a[k][i] / a[i][i]
            for j in range(i, n):
                a[k][j] -= f * a[i][j]
            b[k] -= f * b[i]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (b[i] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return x


def server(profile):
    """ms = (base + request * running + token * (read - reused)) * (factor, if used > share * blocks). The limit is found by trying each."""
    blocks, build = profile["server"]["blocks"], profile["server"]["build"]
    rounds = [r for r in profile["rounds"] if r["build"] == build]
    if len(rounds) < 8:
        rounds = profile["rounds"]
    rounds = sorted(rounds, key=lambda r: r["used"])
    best = None
    for cut in range(4, len(rounds) + 1):
        if cut < len(rounds) and rounds[cut]["used"] == rounds[cut - 1]["used"]:
            continue

        def attempt(f):
            # in parts of the round, so that long rounds do not decide alone
            div = [r["ms"] / (f if i >= cut else 1.0) for i, r in enumerate(rounds)]
            x = [(1 / d, r["running"] / d, (r["read"] - r["reused"]) / d) for r, d in zip(rounds, div)]
            w = solve(x, [1.0] * len(rounds), [1e-9, 1e-6, 1e-6])
            return sum(min(0.25, abs(1 - sum(p * q for p, q in zip(w, c)))) for c in x), w

        tries = [(attempt(1 + k / 8), 1 + k / 8) for k in range(0, 33)] if cut < len(rounds) else [(attempt(1.0), 1.0)]
        (miss, w), f = min(tries, key=lambda one: one[0][0])
        if cut < len(rounds):
            (miss, w), f = min(((attempt(f + k / 50), f + k / 50) for k in range(-6, 7)), key=lambda one: one[0][0])
        if best is None or miss < best[0] - 1e-6:
            high = rounds[cut]["used"] / blocks if cut < len(rounds) else 1.0
            best = (miss, *w, f, rounds[cut - 1]["used"] / blocks, high)
    miss, b, q, t, f, low, high = best
    made = defaultdict(list)
    for r in profile["requests"]:
        if r["end"] == "done":
            made[r["kind"]].append(round(r["made"] / r["most"], 4))
    return {
        "base": max(1.0, b), "request": max(0.1, q), "token": max(0.005, t), "factor": f, "low": low, "high": high,
        "miss": miss / len(rounds), "made": {k: sorted(v) for k, v in made.items()},
    }  # fmt: skip


# ------------------------------------------------------------------ models


def gateway(profile):
    calls = profile["calls"]
    answers = [c for c in calls if c["how"] == "answer" and c["right"] is not None]
    kinds = sorted({c["kind"] for c in calls})
    names = [m["id"] for m in profile["models"]]
    price = {m["id"]: m["price"] for m in profile["models"]}

    # for which kinds the classifier's guess is the wrong way round: more right where it says hard
    level = {m: _mean([c["right"] for c in answers if c["model"] == m]) for m in names}
    flip, slopes = {}, {}
    for k in kinds:
        rows = [c for c in answers if c["kind"] == k]
        xs = [c["hint"] - 0.5 for c in rows]
        ys = [c["right"] - level[c["model"]] for c in rows]
        m = sum(ys) / max(1, len(ys))
        s = sum(x * (y - m) for x, y in zip(xs, ys)) / (sum(x * x for x in xs) + 1e-9)
        slopes[k], flip[k] = round(s, 3), s > 0.05

    models = {}
    for name in names:
        mine = [c for c in answers if c["model"] == name]
        every = [c for c in calls if c["model"] == name]
        if not mine:
            continue
        columns = []
        for c in mine:
            h = 1 - c["hint"] if flip[c["kind"]] else c["hint"]
            columns.append([1.0, h - 0.5] + [1.0 if c["kind"] == k else 0.0 for k in kinds])
        # slope drawn to -0.3, kinds to nothing
        y = [float(c["right"]) + 0.3 * col[1] for c, col in zip(mine, columns)]
        w = solve(columns, y, [1e-6, 4.0] + [5.0] * len(kinds))
        bills = [c for c in every if c["how"] == "answer"]
        least = min(c["eur"] for c in bills)
        at_least = sum(abs(c["eur"] - least) < 1e-9 for c in bills)
        floor = least if at_least >= 4 else 0.0
        rest = [c["eur"] / (price[name] * c["tokens"] / 1000) for c in bills if c["eur"] > floor + 1e-9]
        rate = sorted(rest)[len(rest) // 2] if rest else 1.0
        given = [c for c in every if c["how"] == "gives up"]
        lines = [(1.0, c["tokens"]) for c in mine]
        weight = [1 / (300 + 0.7 * c["tokens"]) for c in mine]
        b, t = solve([(v, x * v) for (_, x), v in zip(lines, weight)], [c["ms"] * v for c, v in zip(mine, weight)], [1e-9, 1e-9])
        ratio = sorted(c["ms"] / max(50.0, b + t * c["tokens"]) for c in mine)
        models[name] = {
            "level": w[0], "slope": w[1] - 0.3, "kinds": {k: w[2 + i] for i, k in enumerate(kinds)},
            "floor": floor, "rate": rate, "billed": (sum(c["eur"] > 0 for c in given) + 0.5) / (len(given) + 1),
            "base": b, "token": t, "q": [ratio[min(len(ratio) - 1, int(len(ratio) * p))] for p in (0.5, 0.8, 0.9, 0.95, 0.98)],
        }  # fmt: skip
    tokens = [c["tokens"] for c in calls]
    sample = [(c["kind"], c["hint"], c["tokens"]) for c in calls][:: max(1, len(calls) // 140)]
    return {"models": models, "flip": flip, "slopes": slopes, "tokens": _mean(tokens), "sample": sample}


def right(notes, name, kind, hint):
    k = notes["models"][name]
    h = 1 - hint if notes["flip"].get(kind) else hint
    return min(0.99, max(0.02, k["level"] + k["slope"] * (h - 0.5) + k["kinds"].get(kind, 0.0)))


def bill(notes, name, price, tokens):
    k = notes["models"][name]
    return max(k["floor"], k["rate"] * price * tokens / 1000)


def _mean(values):
    values = list(values)
    return sum(values) / max(1, len(values))


# ------------------------------------------------------------------ desks

SHAPE = re.compile(
    r"(?P<neg>do not |don't |never )?(?P<verb>[a-z]+(?: back)?) (?P<n>\d+) units of the (?P<color>\w+) (?P<thing>\w+) in (?P<city>\w+)"
    r" on (?P<day>\w+) for (?P<name>\w+) \(ticket (?P<ticket>\d+)\)"
)
FIELDS = ("neg", "verb", "n", "color", "thing", "city", "day", "name", "ticket")
KNOWN = ("price|quote", "move|shift", "progress|status", "return|send back", "cancel|revoke")
POLITE = {"hi", "hello", "there", "please", "kindly", "could", "you", "thanks", "many", "cheers", "asap", "if", "possible", "hey", "dear"}


def parse(text):
    """Fields of a prompt; one that has another shape is taken as its words without the polite ones."""
    m = SHAPE.search(text.lower())
    if m:
        return {k: m.group(k) or "" for k in FIELDS}
    return {"words": " ".join(w for w in re.findall(r"[\w']+", text.lower()) if w not in POLITE)}


def verbs(one, other):
    return "|".join(sorted((one, other)))


def fits(one, other, notes):
    """Whether the texts ask for the same by what was learnt of the desk."""
    if set(one) != set(other):
        return False
    for k in one:
        if one[k] == other[k] or k in notes["free"]:
            continue
        if k == "verb" and verbs(one[k], other[k]) in notes["pairs"]:
            continue
        return False
    return True


def desk(profile):
    people = [a for a in profile["audits"] if a["by"] == "people"]
    if len(people) < 30:
        people = profile["audits"]
    rows = [(parse(a["prompt"]), parse(a["entry"]), a) for a in people]
    rows = [r for r in rows if "verb" in r[0] and "verb" in r[1]]
    count = defaultdict(lambda: [0, 0])
    for one, other, a in rows:
        for k in FIELDS:
            if one[k] != other[k]:
                count[k][a["serves"]] += 1
    served = sum(a["serves"] for _, _, a in rows)
    # a field that did not hinder a fair share of those that served is free
    free = [k for k in FIELDS if k not in ("neg", "verb") and count[k][1] >= max(2, 0.08 * served)]
    # two verbs mean the same where all else fits and, mostly, the answer served; pairs that all desks of the practice know start with credit
    every = {"free": free + ["verb"], "pairs": []}
    odds = {k: 2.0 for k in KNOWN}
    for one, other, a in rows:
        if one["verb"] != other["verb"] and fits(one, other, every):
            k = verbs(one["verb"], other["verb"])
            odds[k] = odds.get(k, -1.0) + (1.0 if a["serves"] else -0.3)
    alike = [k for k, v in odds.items() if v > 0]
    notes = {"free": free, "pairs": alike}
    # how long an answer is good differs by what is asked: one cut for each pair of verbs, the one with the fewest mistakes
    group = {v: k for k in alike for v in k.split("|")}
    by = defaultdict(list)
    for one, other, a in rows:
        if fits(one, other, notes):
            by[group.get(one["verb"], one["verb"])].append((a["age_ms"], a["serves"]))
    limits = {}
    for k, ages in by.items():
        ages.sort()
        best = None
        for i in range(len(ages) + 1):
            wrong = sum(s for _, s in ages[i:]) + 1.5 * sum(not s for _, s in ages[:i])
            if best is None or wrong <= best:
                if best is None or wrong < best or i == len(ages):
                    best, limits[k] = wrong, 1e12 if i == len(ages) else 0.5 * (ages[i - 1][0] if i else 0.0) + 0.5 * ages[i][0]
    return {**notes, "group": group, "limits": limits, "rows": sum(map(len, by.values()))}
