import math


def learn(profile):
    notes = {"for": profile.get("for")}
    if profile.get("for") == "route":
        # accuracy and latency per model
        stats = {}
        for c in profile.get("calls", []):
            s = stats.setdefault(c["model"], {"n": 0, "right": 0, "ms": [], "eur": 0.0})
            s["n"] += 1
            s["right"] += 1 if c["right"] else 0
            s["eur"] += c["eur"]
            if c["how"] == "answer":
                s["ms"].append(c["ms"])
        for s in stats.values():
            ms = sorted(s.pop("ms"))
            s["p95"] = ms[int(len(ms) * 0.95)] if ms else 5000
            s["right"] /= s["n"]
            s["eur"] /= s["n"]
        notes["stats"] = stats
    if profile.get("for") == "look":
        # smallest threshold with few errors
        rows = sorted(profile.get("audits", []), key=lambda a: -a["similarity"])
        good = bad = 0
        threshold = 0.99
        for a in rows:
            good += a["serves"]
            bad += not a["serves"]
            if bad <= 0.05 * (good + bad):
                threshold = a["similarity"]
        notes["threshold"] = threshold
    return notes


def step(state):
    free = state["server"]["free"]
    slots = state["server"]["slots"] - len(state["running"])
    if state["aim"] == "worth":
        order = sorted(state["waiting"], key=lambda r: -r["worth"] / (r["prompt"] + r["most"]))
    else:
        order = sorted(state["waiting"], key=lambda r: r["arrived"])
    admit = []
    for r in order:
        need = math.ceil((r["prompt"] + 8) / 16)
        if need <= free and slots > 0:
            admit.append(r["id"])
            free -= need
            slots -= 1
    return {"admit": admit}


def route(state):
    req = state["request"]
    stats = state["notes"].get("stats", {})
    tried = {t["to"] for t in req["tries"]}
    models = [m for m in state["models"] if m["id"] not in tried]
    if not models:
        return {"to": None, "give_up": 1000}
    left = (state["cap"] - state["spent"]) / max(1, state["expected"] - state["arrived"] + 1)
    best, top = None, -1
    for m in models:
        s = stats.get(m["id"], {"right": 0.5, "eur": 1, "p95": 5000})
        bad = sum(r["how"] != "answer" for r in m["recent"])
        if bad >= 3:
            continue
        if s["eur"] <= left * 1.2 and s["right"] > top:
            best, top = m, s["right"]
    if best is None:
        best = min(models, key=lambda m: m["price"])
    wait = stats.get(best["id"], {}).get("p95", 3000) * 2
    return {"to": best["id"], "give_up": max(100, min(wait, 60000))}


def look(state):
    for e in state["entries"]:
        if e["text"] == state["prompt"]["text"]:
            return {"use": e["id"]}
    if state["entries"]:
        e = max(state["entries"], key=lambda x: x["similarity"])
        if e["similarity"] >= max(0.7, state["notes"].get("threshold", 0.9)):
            return {"use": e["id"]}
    return {"use": None}


def verdict(case):
    def rate(rows):
        rows = [r for r in rows if r["minute"] >= 10 and r["ms"] is not None]
        bad = sum((not r["ok"]) or r["ms"] > case["limit_ms"] for r in rows)
        return bad / max(1, len(rows)), len(rows)

    b, n1 = rate(case["baseline"])
    c, n2 = rate(case["canary"])
    if n2 < 50:
        return "wait"
    if c - b > case["tolerated"]:
        return "roll_back"
    return "promote"


def differs(case):
    out = []
    for row in case["rows"]:
        changed = False
        for key in row["old"][0]:
            old = [o.get(key) for o in row["old"]]
            new = [n.get(key) for n in row["new"]]
            if all(o == old[0] for o in old) and any(n != old[0] for n in new):
                changed = True
        if changed:
            out.append(row["id"])
    return out
