"""The figures of FINDINGS.md: python figures.py differ|ways|rivals|need|prices|texts|claims|vague|scores|cuts|change"""

import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import calls
import claims
import cuts
import texts
import words
from practice.__main__ import cost

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


HOUSES = json.loads((DATA / "houses.json").read_text("utf-8"))


def cases(reviewed=True):
    return [({**r["asked"], "house": HOUSES[r["house"]]}, r["found"]) for r in lines("calls.jsonl") if r["found"] or not reviewed]


def differ():
    for name, house in HOUSES.items():
        for tool in house["tools"]:
            rows = [r for r in house["log"] if r.get("call") == tool["name"]]
            bad = [r["row"] for r in rows if r["changed"] > r["undone"] or any(not words.inside(a, house["domain"]) for a in r["sent"])]
            if (tool["effect"] == "reads") != (not bad):
                print(f"{name} {tool['name']}: catalogue {tool['effect']}, log {'harmless' if not bad else 'acts'} ({len(bad)} of {len(rows)} rows act: {bad[:3]})")
        for field, about in house["fields"].items():
            rows = [r for r in house["log"] if r.get("written") == field]
            out = [(r["row"], r["by"].split("@")[1], r["via"]) for r in rows if calls.open_row(house, r)]
            if (about["writers"] == "outsiders") != bool(out):
                print(f"{name} {field}: catalogue {about['writers']}, log open in {len(out)} of {len(rows)} rows: {out[:3]}")


BASE = [(a, calls.authorize(a)) for a, f in cases(False) if f is None]


def tally(name, decide, rows=None):
    met, eur = Counter(), 0.0
    for asked, found in rows or cases():
        way = decide(asked)
        met[found, way] += 1
        c = asked["costs"]
        eur += c["ask"] if way == "ask" else c["undone"] if (found, way) == ("needed", "deny") else c["harm"] if (found, way) == ("attack", "allow") else 0
    n, a = sum(v for (f, _), v in met.items() if f == "needed"), sum(v for (f, _), v in met.items() if f == "attack")
    print(f"{name}: needed stopped {met['needed', 'deny']}/{n}, needed asked {met['needed', 'ask']}/{n}, attacks through {met['attack', 'allow']}/{a}, EUR {eur:.0f}"
          + ("" if rows else f", not reviewed and decided otherwise {sum(decide(x) != y for x, y in BASE)}/{len(BASE)}"))


def swapped(module, name, new):
    class Swap:
        def __enter__(self):
            self.old = getattr(module, name)
            setattr(module, name, new)

        def __exit__(self, *_):
            setattr(module, name, self.old)
    return Swap()


def by_catalogue(house, field):
    return house["fields"].get(field, {}).get("writers") in ("staff", "system")


def ways():
    tally("log, as handed in", calls.authorize)
    with swapped(calls, "closed", by_catalogue), swapped(calls, "harmless", lambda h, n: calls.entry(h, n)["effect"] == "reads"):
        tally("catalogue", calls.authorize)
    tally("log, asks instead of stopping", lambda a: "ask" if calls.authorize(a) == "deny" else calls.authorize(a))
    tally("asks about all that acts", lambda a: "allow" if calls.harmless(a["house"], a["call"]["tool"]) else "ask")
    tally("stops all that acts", lambda a: "allow" if calls.harmless(a["house"], a["call"]["tool"]) else "deny")
    tally("lets all through", lambda a: "allow")


def rivals():
    tally("as handed in", calls.authorize)
    with swapped(calls, "open_ways", lambda h: set()):
        tally("forms and mail by an inside address are trusted", calls.authorize)
    with swapped(calls, "closed", lambda h, f: by_catalogue(h, f) and sum(calls.open_row(h, r) for r in h["log"] if r.get("written") == f) < 2):
        tally("one outside row is taken for a slip", calls.authorize)
    with swapped(calls, "inside", lambda a, d: words.low(a).endswith(d)):
        tally("an address is inside where it ends in the domain", calls.authorize)
    with swapped(calls, "inside", lambda a, d: d in words.low(a)):
        tally("an address is inside where it holds the domain", calls.authorize)
    with swapped(calls, "harmless", lambda h, n: calls.entry(h, n)["effect"] == "reads"):
        tally("effect by the catalogue", calls.authorize)
    with swapped(words, "unpasted", lambda t: t):
        tally("what the user pastes is their word", calls.authorize)
    with swapped(words, "DENIED", re.compile(r"(?!)")):
        tally("what the user denies is their word", calls.authorize, cases())
    with swapped(calls, "leaks", lambda a: False):
        tally("contents are not looked at", calls.authorize)
    with swapped(calls, "last_kept", lambda h, k, before=None: {"at": 0, "seen": [{"source": "user", "text": p["text"]} for h2 in [h] for p in [r for r in h["log"] if r.get("kept") == k]]}):
        tally("what is kept is the user's word", calls.authorize)
    tally("repeats are not counted", lambda a: calls.authorize({**a, "done": []}))


def need():
    for name, house in HOUSES.items():
        for field in house["fields"]:
            if any(r.get("relied") == field for r in house["log"]):
                raw = [r for r in house["log"] if r.get("relied") == field and r["led"] == "outside" and r["came"]]
                print(f"{name} {field}: harm outside {calls.rate(house, field, False):.2f}, inside {calls.rate(house, field, True):.2f}; "
                      f"outside with repeats and drills {sum(r['came'] == 'harm' for r in raw) / len(raw):.2f}")


def prices():
    rows = [a for a, f in cases(False) if any(calls.rate and s.get("from") in a["house"]["fields"] and not calls.closed(a["house"], s["from"])
                                              for p in a["plan"]["steps"] if p["tool"] == a["call"]["tool"] for s in p["args"].values())]
    for key in ("harm", "undone", "ask"):
        for factor in (0.1, 0.25, 0.5, 1, 2, 4, 10):
            met = Counter(calls.authorize({**a, "costs": {**a["costs"], key: a["costs"][key] * factor}}) for a in rows)
            print(f"{key} x {factor}: " + ", ".join(f"{w} {met[w]}" for w in ("allow", "ask", "deny")))


def text_figures():
    rows = lines("outgoing.jsonl")
    print("as reviewers cut:", sum(texts.egress(r["asked"]) == r["cut"] for r in rows), "of", len(rows))
    plain = sum([s for s in r["asked"]["secrets"] if s["value"] in r["asked"]["text"]] != [] for r in rows if r["cut"])
    print("of texts with a cut, those with the code in clear:", plain, "of", sum(bool(r["cut"]) for r in rows))
    strict = sum(bool(r["cut"]) is False and any(texts.find_code(r["asked"]["text"], s["value"]) for s in r["asked"]["secrets"]) for r in rows)
    print("texts with a code that may leave all the same (void, owner, inside):", strict)


def claim_figures():
    rows, kinds = lines("claims.jsonl"), defaultdict(list)
    for r in rows:
        made = claims.score_claim(r["asked"])
        vague = next((w for w, _ in claims.VAGUE if w in r["asked"]["claim"]), "settled")
        kinds[vague].append(((made["p"] - (not r["borne_out"])) ** 2, made["spans"] == r["spans"], r["borne_out"]))
    for kind, met in kinds.items():
        rate = sum(b for *_, b in met) / len(met)
        print(f"{kind}: {len(met)} claims, borne out {rate:.2f} (+- {2 * math.sqrt(rate * (1 - rate) / len(met)):.2f}), squared error {sum(e for e, *_ in met) / len(met):.3f}, spans {sum(s for _, s, _ in met)}")


def vague():
    """Does the length of the run decide a vague claim? Rank of the machine in its report against what was found."""
    for phrase, _ in claims.VAGUE:
        met = Counter()
        for r in lines("claims.jsonl"):
            if phrase in r["asked"]["claim"]:
                facts, heard, what, _ = claims.read(r["asked"]["context"])
                kind = "cool" if "cool" in r["asked"]["claim"] else "run"
                known = {n: v for (n, k), v in facts.items() if k == kind and v is not None}
                name = claims.names_in(r["asked"]["claim"], facts, heard, what)[0]
                if name in known:
                    met["longest" if known[name] == max(known.values()) else "other", r["borne_out"]] += 1
        print(phrase, {k: f"{met[k, True]} of {met[k, True] + met[k, False]} borne out" for k in ("longest", "other")})


def scores():
    for r in lines("cuts.jsonl"):
        seen = {s["case"]: s for s in r["asked"]["scored"]}
        for scorer in sorted({s["scorer"] for s in seen.values()}):
            for bad in (True, False):
                xs = [(cuts.logit(s["score"]), 1 / s["looked_at"]) for s in seen.values() if s["scorer"] == scorer and s["bad"] is bad]
                mean, sd = cuts.moments(xs)
                skew = sum(w * ((x - mean) / sd) ** 3 for x, w in xs) / sum(w for _, w in xs)
                print(f"scorer {scorer} {'bad' if bad else 'good'}: logit mean {mean:.2f}, deviation {sd:.2f}, skew {skew:.2f}; rows {sum(s['scorer'] == scorer and s['bad'] is bad for s in r['asked']['scored'])}, cases {len(xs)}")


def cut_figures(rows=None):
    def variant(name, change):
        shares = []
        for row in rows or lines("cuts.jsonl"):
            made = cuts.threshold(change(row["asked"]))
            floor = min(cost(row, {"pass_below": a, "block_from": b}) for a in range(0, 101, 2) for b in range(a, 101, 2))
            base = min(cost(row, w) for w in ({"pass_below": 100, "block_from": 100}, {"pass_below": 0, "block_from": 0}, {"pass_below": 0, "block_from": 100}))
            shares.append((base - cost(row, made)) / (base - floor))
        print(f"{name}: " + ", ".join(f"{s:.2f}" for s in shares) + f"; mean {sum(shares) / len(shares):.2f}")

    def edit(test=lambda s: True, **new):
        return lambda a: {**a, "scored": [{**s, **{k: v(s) for k, v in new.items()}} for s in a["scored"] if test(s)]}

    variant("as handed in", lambda a: a)
    variant("repeats counted", edit(case=lambda s, n=iter(range(10 ** 9)): next(n)))
    variant("both scorers as one", edit(scorer=lambda s: 1))
    variant("the older scorer only", edit(lambda s: s["scorer"] == min(x["scorer"] for x in lines("cuts.jsonl")[0]["asked"]["scored"])))
    variant("only what was looked at, unweighted", edit(lambda s: s["bad"] is not None, looked_at=lambda s: 1.0))
    variant("share of bad cases of the other place", lambda a: {**a, "prevalence": sum(s["bad"] is True for s in a["scored"]) / sum(s["bad"] is not None for s in a["scored"])})


def change():
    made = json.loads((HERE / "addendum.json").read_text("utf-8"))
    rows = [({**r["asked"], "house": made["houses"][r["house"]]}, r["found"]) for r in made["calls"]]
    tally("delegates, as handed in", calls.authorize, rows)
    tally("without delegates", lambda a: calls.authorize({**a, "delegates": []}), rows)
    tally("signature is enough", lambda a: calls.authorize({**a, "delegates": [{"address": p["by"], "tools": [a["call"]["tool"]], "until": "9999-12-31"} for p in a["provenance"] if p.get("signed")]}), rows)
    for row in made["cuts"]:
        for name, asked in (("with capacity", row["asked"]), ("as if everything were read", {k: v for k, v in row["asked"].items() if k != "capacity"})):
            cut = cuts.threshold(asked)
            print(f"{name}: {cut}, per case {cost(row, cut):.3f}, between the cuts {sum(cut['pass_below'] <= s < cut['block_from'] for s, _ in row['after']) / len(row['after']):.2f}")


if __name__ == "__main__":
    random.seed(1)
    {"differ": differ, "ways": ways, "rivals": rivals, "need": need, "prices": prices, "texts": text_figures, "claims": claim_figures, "vague": vague,
     "scores": scores, "cuts": cut_figures, "change": change}[sys.argv[1]]()
