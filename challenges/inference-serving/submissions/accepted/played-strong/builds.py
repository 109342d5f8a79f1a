"""Whether a new build is bad, and which replays really came out otherwise."""

from __future__ import annotations

import math
from collections import defaultdict

WARM = 10


def parts(rows, warm):
    """Per route: requests, failures, those not back within the window, logarithms of the times of the others."""
    last, out = {}, {}
    for r in rows:
        if r["id"] not in last or r["try"] > last[r["id"]]["try"]:
            last[r["id"]] = r
    for r in last.values():
        if r["minute"] < warm or (r["ms"] is None and r["missing"] == "lost"):
            continue
        d = out.setdefault(r["route"], {"n": 0, "fail": 0, "late": 0, "log": []})
        d["n"] += 1
        if not r["ok"]:
            d["fail"] += 1
        elif r["ms"] is None:
            d["late"] += 1
        else:
            d["log"].append(math.log(max(1.0, r["ms"])))
    return out


def mean_sd(values):
    m = sum(values) / len(values)
    return m, math.sqrt(sum((v - m) ** 2 for v in values) / max(1, len(values) - 1)) or 1e-3


def beyond(z):
    return 0.5 * math.erfc(z / math.sqrt(2))


def difference(case):
    """Difference of the shares hurt in the mix of the old build, and its standard error: failures, rows not back, and slow ones. The slow ones
    come from the distribution of times (all routes moved and spread alike), which says more than a count of those above the limit. The old
    build is warm all the time, so all its rows count."""
    old, new = parts(case["baseline"], 0), parts(case["canary"], WARM)
    limit = math.log(case["limit_ms"])
    total = sum(d["n"] for d in old.values()) or 1
    fresh = sum(d["n"] for d in new.values()) or 1
    gap = var = 0.0
    for what in ("fail", "late"):
        x, y = sum(d[what] for d in old.values()), sum(d[what] for d in new.values())
        gap += y / fresh - x / total
        var += (x + y + 0.5) / (total + fresh) * (1 / total + 1 / fresh)
    move = weight = ratio = count = 0.0
    for k, a in old.items():
        b = new.get(k)
        if not b or len(a["log"]) < 6 or len(b["log"]) < 6:
            continue
        (m, s), (m2, s2) = mean_sd(a["log"]), mean_sd(b["log"])
        w = 1 / (s * s / len(a["log"]) + s2 * s2 / len(b["log"]))
        move, weight = move + w * (m2 - m), weight + w
        v = 1 / (1 / (2 * len(a["log"])) + 1 / (2 * len(b["log"])))
        ratio, count = ratio + v * math.log(s2 / s), count + v
    if not weight:
        return gap, math.sqrt(var + 0.01)
    move, ratio = move / weight, ratio / count

    def slow(by, spread):
        sum_ = 0.0
        for a in old.values():
            if len(a["log"]) < 3:
                continue
            m, s = mean_sd(a["log"])
            sum_ += len(a["log"]) / total * (beyond((limit - m - by) / (s * math.exp(spread))) - beyond((limit - m) / s))
        return sum_

    e, f = 1 / math.sqrt(weight), 1 / math.sqrt(count)
    gap += slow(move, ratio)
    var += ((slow(move + e, ratio) - slow(move - e, ratio)) / 2) ** 2 + ((slow(move, ratio + f) - slow(move, ratio - f)) / 2) ** 2
    return gap, math.sqrt(var)


def bad_odds(case):
    """Probability that the build is bad. Before anything is seen: half are fine (about nothing changes), half are bad (some points more)."""
    mean, se = difference(case)

    def density(at, spread):
        s = math.hypot(se, spread)
        return math.exp(-0.5 * ((mean - at) / s) ** 2) / s

    bad = density(case["tolerated"] + 0.04, 0.025)
    fine = density(-0.005, 0.015)
    return bad / (bad + fine)


def verdict(case):
    p, costs = bad_odds(case), case["costs"]
    pay = {"promote": p * costs["bad_promoted"], "roll_back": (1 - p) * costs["good_rolled_back"], "wait": costs["wait"]}
    return min(pay, key=pay.get)


# ------------------------------------------------------------------ replays


def number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def differs(case):
    rows = case["rows"]
    fields = sorted({k for r in rows for o in r["old"] for k in o})
    habits = {}
    for kind in {r["kind"] for r in rows}:
        mine = [r for r in rows if r["kind"] == kind]
        for k in fields:
            habits[kind, k] = habit([[o.get(k) for o in r["old"]] for r in mine])
    out = []
    for r in rows:
        for k in sorted({k for o in r["old"] + r["new"] for k in o}):
            if moved(habits.get((r["kind"], k)), [o.get(k) for o in r["old"]], [n.get(k) for n in r["new"]]):
                out.append(r["id"])
                break
    return out


def habit(groups):
    """How a field of a kind moves in the old build: never, as a number by some part, in its order, to another value now and then, or always."""
    flat = [v for g in groups for v in g]
    if all(number(v) for v in flat):
        squares = [((v - sum(g) / len(g)) / (abs(sum(g) / len(g)) or 1)) ** 2 for g in groups for v in g]
        sd = math.sqrt(sum(squares) / max(1, len(groups) * 2))
        return ("number", sd)
    if all(isinstance(v, list) for v in flat):
        loose = any(g[0] != v and sorted(map(str, g[0])) == sorted(map(str, v)) for g in groups for v in g)
        return ("bag" if loose else "list", None)
    apart = sum(len({str(v) for v in g}) == len(g) for g in groups)
    if apart > 0.8 * len(groups):
        return ("always", None)
    # the values to which it goes now and then: those that stand beside others in the same group
    mixed = [g for g in groups if len({str(v) for v in g}) > 1]
    count = defaultdict(int)
    for g in mixed:
        for v in {str(v) for v in g}:
            count[v] += 1
    usual = [v for v, c in count.items() if c >= max(2, 0.6 * len(mixed))] or ([] if not mixed else [max(count, key=count.get)])
    return ("word", usual)


def moved(how, old, new):
    if how is None:
        return any(v is not None for v in new)
    what, more = how
    if what == "always":
        return any(v is None for v in new) and all(v is not None for v in old)
    if what == "number":
        if not all(number(v) for v in new):
            return True
        a, b = sum(old) / len(old), sum(new) / len(new)
        if more < 1e-9:
            return any(abs(v - a) > 1e-9 for v in new)
        z = abs(b - a) / (abs(a) or 1) / (more * math.sqrt(1 / len(old) + 1 / len(new)))
        return z > 4.2
    if what == "bag":
        key = lambda v: sorted(map(str, v)) if isinstance(v, list) else v
        known = [key(v) for v in old]
        return any(key(v) not in known for v in new)
    if what == "list":
        return any(v not in old for v in new)
    return any(v not in old and str(v) not in more for v in new)
