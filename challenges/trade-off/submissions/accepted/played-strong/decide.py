"""decide(dossier): cleans a dossier, prices every option, says how sure it is. Standard library only.

Order: clean -> counts -> cost "as counted" (break-even, drivers, experiment) and cost "as expected" (choice, forecasts).
"""
from __future__ import annotations

import math
import random
from collections import defaultdict
from statistics import fmean, median, pstdev, stdev

DAYS = 30
DRAWS = 1500
PRIOR = 4.0        # rows that the pooled share of a segment is worth beside an option's own rows


# ---------------------------------------------------------------- cleaning
def clean(d):
    """Everything the month's cost needs, with the oddities taken out and the addendum put in."""
    add = d.get("addendum") or {}
    segs = [s["id"] for s in d["segments"]]
    opts = [o["id"] for o in d["options"]]
    wrong = {s["id"]: float(s["wrong_eur"]) for s in d["segments"]}
    private = {s["id"]: bool(s["private"]) for s in d["segments"]}
    keeps = {o["id"]: bool(o["keeps_data"]) for o in d["options"]}
    region = {o["id"]: o["region"] for o in d["options"]}
    for row in add.get("wrong") or []:
        wrong[row["segment"]] = float(row["eur"])

    # traffic: tenants only ("live"), every day once
    daily = {s: {} for s in segs}
    for r in d["traffic"]:
        if r.get("source", "live") == "live" and r["segment"] in daily:
            daily[r["segment"]][r["day"]] = r["requests"]
    requests = {s: DAYS * (fmean(v.values()) if v else 0.0) for s, v in daily.items()}
    days = sorted({day for v in daily.values() for day in v})
    totals = [sum(v.get(day, 0) for v in daily.values()) for day in days]
    weeks = [sum(totals[i:i + 7]) for i in range(0, len(totals) - 6, 7)]
    spread = stdev(weeks) / fmean(weeks) if len(weeks) > 2 and fmean(weeks) else 0.08
    for row in add.get("traffic") or []:
        if row["segment"] in requests:
            requests[row["segment"]] *= float(row["factor"])

    # prices: the one that holds in the month; per token
    price, fixed = {}, {}
    for p in sorted(d["prices"], key=lambda p: p["from"] or ""):
        if (p["from"] or "")[:7] <= d["month"] and (p["until"] is None or p["until"][:7] >= d["month"]):
            price[p["option"]] = p["tokens_eur"] / p["per"]
            fixed[p["option"]] = p["fixed_eur"]
    for row in add.get("price") or []:
        if row["option"] in price:
            price[row["option"]] *= float(row["factor"])

    # evaluation: last run of each item, nothing from an option's own prompt
    own = {o["id"]: set(o.get("examples") or []) for o in d["options"]}
    last = {}
    for r in d["evaluation"]:
        if r["option"] not in own or r["item"] in own[r["option"]]:
            continue
        key = r["option"], r["item"]
        if key not in last or r["run"] >= last[key]["run"]:
            last[key] = r
    right, judged, tokens = defaultdict(int), defaultdict(int), defaultdict(list)
    for (o, _), r in last.items():
        tokens[o, r["segment"]].append(r["tokens"])
        if r["verdict"] in ("right", "wrong", "timeout"):
            judged[o, r["segment"]] += 1
            right[o, r["segment"]] += r["verdict"] == "right"

    # latency: a collector that writes seconds is one whose middle value cannot be milliseconds
    by = defaultdict(list)
    for r in d["latency"]:
        by[r.get("collector")].append(float(r["ms"]))
    unit = {c: 1000.0 if median(v) < 20 else 1.0 for c, v in by.items()}
    ms = {o: [] for o in opts}
    for r in d["latency"]:
        if r["option"] in ms:
            ms[r["option"]].append(float(r["ms"]) * unit[r.get("collector")])

    # ledger: neither what was taken back nor the taking back
    gone = {r["reverses"] for r in d["ledger"] if r.get("reverses")}
    paid = defaultdict(list)
    for r in d["ledger"]:
        if not r.get("reverses") and r["id"] not in gone:
            paid[r["rule"]].append((r["requests"], r["eur"]))
    breach, breach_sd = {}, {}
    for rule in ("speed", "keep", "forget"):
        rows = paid.get(rule, [])
        n = sum(a for a, _ in rows)
        breach[rule] = sum(e for _, e in rows) / n if n else 0.0
        breach_sd[rule] = (math.sqrt(sum((e - breach[rule] * a) ** 2 for a, e in rows) * len(rows) / (len(rows) - 1)) / n
                           if len(rows) > 1 and n else 0.0)

    limit, regions = math.inf, None
    for rule in d["rules"]:
        if rule["id"] == "speed":
            limit = rule["limit_ms"]
        if rule["id"] == "region":
            regions = set(rule["regions"])
    if add.get("regions") is not None:
        regions = set(add["regions"])
    free = regions is None or not any(private.values())
    allowed = [o for o in opts if free or region[o] in regions] or list(opts)
    return dict(segs=segs, opts=opts, wrong=wrong, private=private, keeps=keeps, requests=requests, spread=spread,
                weeks=max(len(weeks), 1), price=price, fixed=fixed, right=right, judged=judged, tokens=tokens, ms=ms,
                breach=breach, breach_sd=breach_sd, limit=limit, allowed=allowed)


# ---------------------------------------------------------------- the cost of a month
def counted(m):
    """Shares, tokens and late replies as they were counted."""
    share, toks, late = {}, {}, {}
    for o in m["opts"]:
        pool = [t for s in m["segs"] for t in m["tokens"][o, s]]
        for s in m["segs"]:
            n = m["judged"][o, s]
            share[o, s] = m["right"][o, s] / n if n else 0.5
            toks[o, s] = fmean(m["tokens"][o, s] or pool or [0])
        late[o] = sum(x > m["limit"] for x in m["ms"][o]) / len(m["ms"][o]) if m["ms"][o] else 0.0
    return dict(share=share, toks=toks, late=late)


def parts(m, e, o):
    """The month of an option by axis, EUR: fixed, tokens, wrong, late, rules."""
    r, segs = m["requests"], m["segs"]
    rule = "forget" if m["keeps"][o] else "keep"
    return {
        "fixed": m["fixed"].get(o, 0.0),
        "tokens": sum(r[s] * e["toks"][o, s] for s in segs) * m["price"].get(o, 0.0),
        "wrong": sum(r[s] * (1 - e["share"][o, s]) * m["wrong"][s] for s in segs),
        "late": sum(r.values()) * e["late"][o] * m["breach"]["speed"],
        "rules": sum(r[s] for s in segs if m["private"][s]) * m["breach"][rule],
    }


def cost(m, e, o):
    return sum(parts(m, e, o).values())


def best(m, e):
    return min(m["allowed"], key=lambda o: cost(m, e, o))


# ---------------------------------------------------------------- what is expected, and how sure that is
def expected(m):
    """Shares drawn a little towards the segment's pool; late share half from a log-normal fit, half as counted."""
    e = counted(m)
    beta, logs, share, late = {}, {}, {}, {}
    for s in m["segs"]:
        n = sum(m["judged"][o, s] for o in m["opts"])
        pool = (sum(m["right"][o, s] for o in m["opts"]) + 4) / (n + 5)
        for o in m["opts"]:
            a = m["right"][o, s] + PRIOR * pool
            b = m["judged"][o, s] - m["right"][o, s] + PRIOR * (1 - pool)
            beta[o, s] = a, b
            share[o, s] = a / (a + b)
    for o in m["opts"]:
        x = [math.log(v) for v in m["ms"][o] if v > 0]
        mu, sd, n = (fmean(x), max(stdev(x), 0.02), len(x)) if len(x) > 2 else (7.2, 0.5, 5)
        logs[o] = mu, sd, n
        late[o] = tail(mu, sd, m["limit"])
    return dict(share=share, toks=e["toks"], late=late, beta=beta, logs=logs)


def tail(mu, sd, limit):
    return 0.5 * math.erfc((math.log(limit) - mu) / sd / math.sqrt(2)) if limit < math.inf else 0.0


def quantile(v, q):
    v = sorted(v)
    k = q * (len(v) - 1)
    i = int(k)
    return v[i] + (k - i) * (v[min(i + 1, len(v) - 1)] - v[i])


def simulate(m, e, draws=DRAWS, seed=7):
    """Draws of months: {option: {"cost": [...], "p95": [...], "right": [...]}}; weeks and ledger are shared by the options."""
    rng = random.Random(seed)
    out = {o: {"cost": [], "p95": [], "right": []} for o in m["opts"]}
    tok_se = {k: (pstdev(v) / math.sqrt(len(v)) if len(v) > 1 else 0.1 * (v[0] if v else 0)) for k, v in m["tokens"].items()}
    wk = m["spread"] * math.sqrt(1 / 4 + 1 / m["weeks"])
    for _ in range(draws):
        f = max(0.2, rng.gauss(1, wk))
        br = {k: m["breach"][k] + rng.gauss(0, 1) * m["breach_sd"][k] for k in m["breach"]}
        for o in m["opts"]:
            sh = {s: rng.betavariate(*e["beta"][o, s]) for s in m["segs"]}
            mu, sd, n = e["logs"][o]
            sd2 = sd * math.sqrt((n - 1) / (2 * rng.gammavariate((n - 1) / 2, 1)))
            mu2 = mu + sd2 / math.sqrt(n) * rng.gauss(0, 1)
            tk = {s: e["toks"][o, s] + tok_se.get((o, s), 0.0) * rng.gauss(0, 1) for s in m["segs"]}
            one = dict(share={(o, s): sh[s] for s in sh}, toks={(o, s): tk[s] for s in tk}, late={o: tail(mu2, sd2, m["limit"])})
            p = parts({**m, "breach": br}, one, o)
            out[o]["cost"].append(p["fixed"] + f * (sum(p.values()) - p["fixed"]))
            out[o]["p95"].append(math.exp(mu2 + 1.6449 * sd2))
            n_all = sum(m["requests"].values()) or 1
            out[o]["right"].append(sum(m["requests"][s] * sh[s] for s in sh) / n_all)
    return out


def forecasts(m, e):
    out = {}
    for o, drawn in simulate(m, e).items():
        out[o] = {k: [round(quantile(v, q), 4 if k == "right" else 1) for q in (0.1, 0.9)] for k, v in drawn.items()}
    return out


# ---------------------------------------------------------------- break-even, drivers
def break_even(m, e, a, b):
    n = sum(m["requests"].values())
    fa, fb = m["fixed"].get(a, 0.0), m["fixed"].get(b, 0.0)
    if not n:
        return None
    va, vb = (cost(m, e, a) - fa) / n, (cost(m, e, b) - fb) / n
    if abs(va - vb) < 1e-12:
        return None
    x = (fb - fa) / (va - vb)
    return round(x, 1) if x > 0.05 else None


def changed(m, driver):
    what, of, f = driver["what"], driver.get("of"), driver["factor"]
    key = {"wrong": "wrong", "price": "price", "breach": "breach", "traffic": "requests"}.get(what)
    if key is None:
        return m
    return {**m, key: {k: v * (f if what == "traffic" or k == of else 1) for k, v in m[key].items()}}


# ---------------------------------------------------------------- the experiment
def beta_binomial(a, b, n):
    """P(k right of n) under Beta(a, b)."""
    g = math.lgamma
    base = g(n + 1) + g(a + b) - g(a) - g(b) - g(a + b + n)
    return [math.exp(base - g(k + 1) - g(n - k + 1) + g(a + k) + g(b + n - k)) for k in range(n + 1)]


def worth(m, e, seg, n):
    """EUR a month that n more rows in seg let one expect to save (exact, options independent)."""
    post = {(o, s): (1 + m["right"][o, s], 1 + m["judged"][o, s] - m["right"][o, s]) for o in m["allowed"] for s in m["segs"]}
    mean = {**e, "share": {k: a / (a + b) for k, (a, b) in post.items()}}
    rate = m["requests"][seg] * m["wrong"][seg]
    now, points = math.inf, []
    for i, o in enumerate(m["allowed"]):
        c, (a, b) = cost(m, mean, o), post[o, seg]
        now = min(now, c)
        rest = c - rate * b / (a + b)
        for k, p in enumerate(beta_binomial(a, b, n)):
            points.append((rest + rate * (b + n - k) / (a + b + n), i, p))
    points.sort()
    above = [1.0] * len(m["allowed"])      # P(option i costs more than the current point)
    total, alive = 0.0, 1.0                # E[min] by the product of what is still above
    for c, i, p in points:
        above[i] = max(0.0, above[i] - p)
        left = math.prod(above)
        total += c * (alive - left)
        alive = left
        if alive < 1e-13:
            break
    return now - total - alive * 0 if alive < 1e-6 else now - total - alive * points[-1][0]


def experiment(m, e, x):
    most, label, months = int(x["most"]), x["label_eur"], x["months"]
    top = (0.0, m["segs"][0], 0)
    if len(m["allowed"]) < 2 or most < 1:
        return {"segment": top[1], "rows": 0}
    seen = {}

    def gain(s, n):
        if (s, n) not in seen:
            seen[s, n] = months * worth(m, e, s, n) - label * n
        return seen[s, n]

    grid = sorted({min(most, n) for n in (1, 2, 4, 7, 11, 16, 23, 32, 43, 57, 75, 97, 125, 160, 205, 260, 325, 400, most)})
    for s in m["segs"]:
        n = max(grid, key=lambda n: gain(s, n))
        step = max(1, n // 5)
        while True:
            better = max((k for k in (n - step, n, n + step) if 1 <= k <= most), key=lambda k: gain(s, k))
            if better == n:
                if step == 1:
                    break
                step = max(1, step // 2)
            n = better
        if gain(s, n) > top[0] + 1e-9:
            top = (gain(s, n), s, n)
    return {"segment": top[1], "rows": top[2]}


def decide(dossier: dict) -> dict:
    m = clean(dossier)
    e, x = counted(m), expected(m)
    ask = dossier["ask"]
    return {
        "choice": best(m, x),
        "forecasts": forecasts(m, x),
        "break_even": break_even(m, e, *ask["between"]),
        "drivers": {q["id"]: best(changed(m, q), e) for q in ask["drivers"]},
        "experiment": experiment(m, e, dossier["experiment"]),
    }
