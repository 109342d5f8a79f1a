"""Well-known algorithms: shortest job first, cascade routing with a circuit breaker, semantic cache, two-proportion z-test, golden diff."""

import math
import re


def learn(profile):
    return {}


def step(state):
    """Shortest job first with a memory reserve (as in vLLM's watermark)."""
    server = state["server"]
    free = server["free"] - int(0.1 * server["blocks"])
    slots = min(server["slots"], 8) - len(state["running"])
    promised = state.get("policy", {}).get("promise", {}).get("tenant")
    if state["aim"] == "worth":
        order = sorted(state["waiting"], key=lambda r: (r["tenant"] != promised, -r["worth"] / (r["prompt"] + r["most"])))
    else:
        order = sorted(state["waiting"], key=lambda r: r["arrived"])
    names = []
    for r in order:
        need = math.ceil((r["prompt"] + r["most"] / 2) / 16)
        if need <= free and slots > 0:
            names.append(r["id"])
            free -= need
            slots -= 1
    if not names and not state["running"]:
        fit = [r for r in order if math.ceil((r["prompt"] + 8) / 16) <= server["free"]]
        names = [r["id"] for r in fit[:1]]
    return {"admit": names}


def route(state):
    """Cascade by hint (FrugalGPT), circuit breaker on the recent calls, budget pacing."""
    request, policy = state["request"], state.get("policy", {})
    tried = {t["to"] for t in request["tries"]}
    healthy = [m for m in state["models"] if m["id"] not in tried and sum(r["how"] != "answer" for r in m["recent"][-3:]) < 2]
    models = healthy or [m for m in state["models"] if m["id"] not in tried]
    if request["private"] and "keep" in policy:
        models = [m for m in models if m["region"] in policy["keep"]["regions"]] or models
    if not models:
        return {"to": None, "give_up": 1000}
    models.sort(key=lambda m: m["price"])
    pace = state["spent"] / state["cap"] <= state["arrived"] / state["expected"]
    at = min(len(models) - 1, int(request["hint"] * len(models))) if pace else 0
    return {"to": models[at]["id"], "give_up": max(200, min(4000, (request["by"] - state["now"]) / 2))}


STOP = {"hi", "hello", "there", "please", "kindly", "could", "you", "thanks", "many", "cheers", "asap", "if", "possible"}


def key(text):
    text = re.sub(r"\(ticket \d+\)|for \w+$", "", text.lower())
    return [w for w in re.findall(r"\w+", text) if w not in STOP]


def look(state):
    """Normalised exact match with a time to live of one minute."""
    prompt = state["prompt"]
    want = [w for w in key(prompt["text"])]
    for e in state["entries"]:
        if state.get("policy", {}).get("apart") and e["tenant"] != prompt["tenant"]:
            continue
        got = key(e["text"])
        apart = len(set(want) ^ set(got))
        if prompt["at"] - e["at"] < 60000 and apart <= 2 and ("not" in want) == ("not" in got):
            return {"use": e["id"]}
    return {"use": None}


def verdict(case):
    """Two-proportion z-test, 5 % one-sided."""
    def count(rows):
        rows = [r for r in rows if r["minute"] >= 10 and r["missing"] != "lost"]
        return sum(not r["ok"] or r["ms"] is None or r["ms"] > case["limit_ms"] for r in rows), len(rows)

    a, n = count(case["baseline"])
    b, m = count(case["canary"])
    p = (a + b) / (n + m)
    z = (b / m - a / n - case["tolerated"]) / math.sqrt(max(1e-9, p * (1 - p) * (1 / n + 1 / m)))
    return "roll_back" if z > 1.64 else "promote" if z < -0.5 else "wait"


def differs(case):
    """Golden diff: fields that are stable in the old build; numbers within 3 %."""
    names = []
    for row in case["rows"]:
        for k in row["old"][0]:
            old, new = [o.get(k) for o in row["old"]], [n.get(k) for n in row["new"]]
            if isinstance(old[0], float):
                if all(isinstance(n, (int, float)) and abs(n / old[0] - 1) > 0.03 for n in new):
                    names.append(row["id"])
                    break
            elif all(o == old[0] for o in old) and all(n != old[0] for n in new):
                names.append(row["id"])
                break
    return names
