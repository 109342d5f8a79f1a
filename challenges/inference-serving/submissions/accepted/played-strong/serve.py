"""What stands in front of the models. What is learnt from profiles is in fit.py, the judging of builds in builds.py."""

from __future__ import annotations

import math
import os
from bisect import bisect_right

import builds
import fit

STRIDE, BLOCK = 8, 16
SHARE = float(os.environ.get("SHARE", "0.0"))
"""Where between the highest use that was still quick and the lowest that was slow the server is filled."""
KNOB = float(os.environ.get("BUDGET", "0.97"))
"""Share of what is left of the budget that the router plans to spend."""
WORTHS = ((1, 0.5), (2, 0.25), (4, 0.25))
"""Worths of the requests of the practice episodes, about."""


def learn(profile: dict) -> dict:
    kind = profile.get("for")
    if kind == "step":
        return fit.server(profile)
    if kind == "look":
        return fit.desk(profile)
    if kind == "route":
        notes = fit.gateway(profile)
        notes["plan"] = plan(notes, profile["models"])
        del notes["sample"]
        return notes
    return {}


# ------------------------------------------------------------------ step


def blocks_of(tokens):
    return -(-int(tokens) // BLOCK)


def samples(notes, r, got=0):
    """Tokens that a request may come to, given that it has made `got`."""
    ratios = notes["made"].get(r["kind"]) or [0.1, 0.5, 1.0]
    left = [q * r["most"] for q in ratios if q * r["most"] > got]
    left = left or [r["most"]]
    step = max(1, len(left) // 12)
    return left[::step]


def step(state: dict) -> dict:
    notes, server, now, running = state["notes"], state["server"], state["now"], state["running"]
    base, request, token = notes["base"], notes["request"], notes["token"]
    blocks, used = server["blocks"], server["blocks"] - server["free"]
    share = notes["low"] + SHARE * (notes["high"] - notes["low"])
    last = state["last"]
    if last and last["used"] > share * blocks:
        plain = base + request * last["running"] + token * (last["read"] - last["reused"])
        if last["ms"] < plain * (1 + notes["factor"]) / 2:
            share = max(share, last["used"] / blocks)
    if notes["factor"] < 1.15:
        share = 0.97
    limit = share * blocks

    live = {r["prefix"] for r in running}
    n = max(4, len(running))
    pace = (base + request * n) * 1.25
    """A round, with what is read in between."""

    def reads(r, known):
        return token * (r["prompt"] - (r["prefix_tokens"] if known else 0))

    def weigh(r, got=0, known=False):
        """Worth that is to be expected, what it takes of the server in ms, and the probability that it is done in time."""
        need = reads(r, known) if not got else 0.0
        some = samples(notes, r, got)
        room = r["by"] - now - need
        rounds = [math.ceil((m - got) / STRIDE) for m in some]
        p = sum(k * pace <= room for k in rounds) / len(rounds)
        fits = max(0.0, room / pace)
        cost = 0.0
        for k in rounds:
            k = min(k, fits)
            mean = r["prompt"] + got + STRIDE * k / 2 + STRIDE
            cost += k * pace * max(mean / BLOCK / limit, request / pace)
        return worth(state, r) * p, cost / len(rounds) + need, p

    evict = []
    if state["aim"] == "worth":
        ranked = []
        for r in state["waiting"]:
            value, cost, p = weigh(r, 0, r["prefix"] in live)
            if p > 0.05:
                ranked.append((value / max(1.0, cost), r))
        ranked.sort(key=lambda one: -one[0])
        # who will hardly be done in time gives its room back
        if ranked:
            for r in running:
                value, cost, p = weigh(r, r["got"])
                if p < 0.08 or (value / max(1.0, cost) < EVICT * ranked[0][0]):
                    evict.append(r["id"])
        order = [r for _, r in ranked]
    else:
        order = fresh_first(state)
        evict = []

    stay = [r for r in running if r["id"] not in evict]
    # beyond the limit all are slow: the one whose loss costs least leaves, if little is lost with it
    if TRIM and notes["factor"] > 1.3:
        def loss(r):
            if state["aim"] == "wait":
                return r["got"] / max(1, r["blocks"])
            value, cost, p = weigh(r, r["got"])
            return value / max(1.0, cost)

        over = sum(r["blocks"] for r in stay) - limit
        for r in sorted(stay, key=loss):
            if over <= 0 or len(stay) <= 1 or r["got"] > TRIM * r["most"]:
                break
            if state["aim"] == "wait" and r["got"] == 0:
                continue
            evict.append(r["id"])
            stay = [x for x in stay if x["id"] != r["id"]]
            over -= r["blocks"]
    ahead = [growth(notes, r, r["got"]) for r in stay]
    load = [sum(a[i] for a in ahead) for i in range(len(AT))]
    free = server["free"] + sum(r["blocks"] for r in running if r["id"] in evict)
    slots = server["slots"] - len(stay)
    admit, spent = [], 0.0
    rest = list(order)
    while rest and slots > 0:
        picked = None
        for r in rest:
            first = blocks_of(r["prompt"] + STRIDE)
            if first > free:
                continue
            mine = growth(notes, r, 0)
            if any(load[i] + mine[i] > limit * (1.0 if i == 0 else ROOM) for i in range(len(AT))):
                continue
            picked = r
            break
        if picked is None:
            break
        rest.remove(picked)
        admit.append(picked["id"])
        load = [a + b for a, b in zip(load, growth(notes, picked, 0))]
        free -= blocks_of(picked["prompt"] + STRIDE)
        slots -= 1
        live.add(picked["prefix"])
    if not stay and not admit:
        # nothing may run idle beside work that fits
        for r in sorted(state["waiting"], key=lambda r: (r not in order, r["by"] < now + 200)):
            if blocks_of(r["prompt"] + STRIDE) <= free:
                return {"admit": [r["id"]], "evict": evict}
    return {"admit": admit, "evict": evict}


# parts of `most` up to which a request may be thrown out beyond the limit; of the limit that growth may fill; density below which one is thrown out
TRIM = float(os.environ.get("TRIM", "0.3"))
ROOM = float(os.environ.get("ROOM", "1.0"))
EVICT = float(os.environ.get("EVICT", "0"))
AT = (0, 4, 10, 20, 40)
SHORT = float(os.environ.get("SHORT", "0"))
SHORTP = float(os.environ.get("SHORTP", "0"))


def growth(notes, r, got):
    """Blocks that are to be expected after so many more rounds."""
    some = samples(notes, r, got)
    out = []
    for k in AT:
        alive = sum(m > got + STRIDE * k for m in some) / len(some)
        out.append(alive * blocks_of(r["prompt"] + got + STRIDE * (k + 1)))
    return out


def worth(state, r):
    promise = state.get("policy", {}).get("promise")
    return r["worth"] + (promise["worth"] if promise and r["tenant"] == promise["tenant"] else 0.0)


def fresh_first(state):
    """Those that wait for their first token, the least work first; then those that were thrown out. Who was thrown out stands behind later ones."""
    notes, fresh, again, latest = state["notes"], [], [], -1.0
    for r in state["waiting"]:
        (again if r["arrived"] < latest else fresh).append(r)
        latest = max(latest, r["arrived"])
    def key(r):
        known = r["prefix"] in {x["prefix"] for x in state["running"]}
        some = samples(notes, r)
        hold = (r["prompt"] / BLOCK + sum(some) / len(some) / BLOCK / 2) * (sum(some) / len(some) / STRIDE)
        return r["arrived"] + SHORT * hold + SHORTP * (r["prompt"] - (r["prefix_tokens"] if known else 0))

    return sorted(fresh, key=key) + sorted(again, key=lambda r: r["arrived"])


# ------------------------------------------------------------------ route


def plan(notes, models):
    """For prices of a EUR, what a request costs on average if the best model is taken at that price."""
    table = []
    for lam in (0.0, 0.05, 0.1, 0.15, 0.2, 0.27, 0.35, 0.45, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0, 4.5, 7.0, 12.0):
        total = 0.0
        for kind, hint, tokens in notes["sample"]:
            options = [(fit.right(notes, m["id"], kind, hint), fit.bill(notes, m["id"], m["price"], tokens)) for m in models if m["id"] in notes["models"]]
            for w, part in WORTHS:
                gain, cost = max([(w * p - lam * c, c) for p, c in options] + [(0.0, 0.0)])
                total += part * cost
        table.append([lam, total / max(1, len(notes["sample"]))])
    return table


def price_of_eur(notes, per_request):
    table = notes["plan"]
    for (lam, cost), (lam2, cost2) in zip(table, table[1:]):
        if cost2 <= per_request <= cost:
            return lam + (lam2 - lam) * (cost - per_request) / max(1e-9, cost - cost2)
    return 0.0 if per_request > table[0][1] else table[-1][0]


def sick(model, now):
    """Probability that a model is in trouble, from how its last calls went."""
    recent, bad = model["recent"], 0
    for each in reversed(recent):
        if each["how"] == "answer":
            break
        bad += 1
    if not bad:
        return 0.03
    odds = 0.06 * (20.0 ** bad)
    p = odds / (1 + odds)
    return p * math.exp(-max(0.0, now - recent[-1]["at"]) / HEAL)


HEAL = float(os.environ.get("HEAL", "7000"))


def route(state: dict) -> dict:
    notes, request, now = state["notes"], state["request"], state["now"]
    policy = state.get("policy", {})
    keep, answer = policy.get("keep"), policy.get("answer")
    owed = 0.0
    for m in state["models"]:
        k = notes["models"].get(m["id"])
        if not k:
            continue
        mean = 0.9 * max(k["floor"], k["rate"] * m["price"] * notes["tokens"] / 1000)
        owed += m["in_flight"] * mean
        for each in m["recent"]:
            if each["at"] > now - 4000:
                owed += mean * {"answer": 1.0, "error": 0.0}.get(each["how"], k["billed"])
    left = state["cap"] - state["spent"] - owed
    ahead = max(1, state["expected"] - state["arrived"] + 1)
    lam = min(state["over"], price_of_eur(notes, max(0.0, KNOB * left) / ahead))
    promised = answer["worth"] if answer and request["tenant"] in answer["tenants"] else 0.0
    tried = {t["to"] for t in request["tries"]}

    best, top = None, 0.0
    for m in state["models"]:
        name, k = m["id"], notes["models"].get(m["id"])
        if not k:
            continue
        took = max(60.0, k["base"] + k["token"] * request["tokens"])
        wait = max(0, m["in_flight"] - m["slots"] + 1) / m["slots"] * max(took, k["base"] + k["token"] * notes["tokens"])
        time = request["by"] - now - wait
        if time <= 20:
            continue
        intime = 0.5 * (1 + math.erf(math.log(time / took) / 0.3 / math.sqrt(2)))
        ill = sick(m, now)
        if name in tried:
            ill = max(ill, 0.6)
        ok = (1 - ill) * intime
        cost = fit.bill(notes, name, m["price"], request["tokens"])
        dear = lam if cost <= left else max(lam, state["over"] * (1 - max(0.0, left) / cost))
        paid = cost * ((1 - ill) + ill * 0.5 * k["billed"])
        gain = ok * (request["worth"] * fit.right(notes, name, request["kind"], request["hint"]) + promised) - dear * paid
        if keep and request["private"] and m["region"] not in keep["regions"]:
            gain -= keep["worth"]
        if gain > top:
            best, top = (name, took, wait, k), gain
    if best is None:
        return {"to": None, "give_up": 1000}
    name, took, wait, k = best
    give_up = took * GIVE + wait
    return {"to": name, "give_up": max(50.0, min(give_up, request["by"] - now + 1.0, 600_000.0))}


GIVE = float(os.environ.get("GIVE", "2.6"))

# ------------------------------------------------------------------ look


AGE = float(os.environ.get("AGE", "1"))
"""Answers are used up to so many times the age up to which people found them good."""


def look(state: dict) -> dict:
    notes, prompt = state["notes"], state["prompt"]
    apart = (state.get("policy") or {}).get("apart")
    one = fit.parse(prompt["text"])
    good = []
    for e in state["entries"]:
        if apart and e["tenant"] != prompt["tenant"]:
            continue
        other = fit.parse(e["text"])
        if not fit.fits(one, other, notes):
            continue
        verb = one.get("verb", "")
        age = prompt["at"] - e["at"]
        limit = notes["limits"].get(notes["group"].get(verb, verb), 60_000.0)
        if age <= AGE * limit:
            good.append((age, e["id"]))
    return {"use": min(good)[1] if good else None}


# ------------------------------------------------------------------ builds


def verdict(case: dict) -> str:
    return builds.verdict(case)


def differs(case: dict) -> list[str]:
    return builds.differs(case)
