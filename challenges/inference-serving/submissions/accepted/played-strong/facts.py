"""Prints what the report says of the profiles: `python3 facts.py step|route|look|canary|replay`."""
import json
import sys
from collections import Counter

import builds
import fit
from sim.practice import DATA, rows


def step():
    for i, row in enumerate(rows("step")):
        p = row["profile"]
        for build in ("b40", "b41"):
            n = fit.server({**p, "server": {**p["server"], "build": build}})
            print(f"server {i} {build}: {n['base']:.1f} + {n['request']:.2f} a request + {n['token']:.4f} a token not reused; x{n['factor']:.2f} above {n['low']:.0%} to {n['high']:.0%} of the blocks; misses {n['miss']:.2%}")
        for kind, made in n["made"].items():
            gone = sum(r["kind"] == kind and r["end"] != "done" for r in p["requests"])
            print(f"    {kind}: made/most of {len(made)} done: {made[0]:.2f} to {made[-1]:.2f}, {sum(v == 1 for v in made)} came to all of it; {gone} clients gone")


def route():
    for i, row in enumerate(rows("route")):
        n = fit.gateway(row["profile"])
        print(f"gateway {i}: slope of right by hint, by kind {n['slopes']}")
        for m, k in n["models"].items():
            mine = [c for c in row["profile"]["calls"] if c["model"] == m]
            given = [c["eur"] > 0 for c in mine if c["how"] == "gives up"]
            right = [c["right"] for c in mine if c["how"] == "answer"]
            worst = min(k["kinds"], key=k["kinds"].get)
            print(f"    {m}: right {sum(right) / len(right):.2f}, claim {row['claims'][m]['easy']} to {row['claims'][m]['hard']}; least bill {k['floor']}; given up {sum(given)} of {len(given)} billed; worst {worst} {k['kinds'][worst]:+.2f}; {Counter(c['how'] for c in mine)}")


def look():
    for i, row in enumerate(rows("look")):
        n, audits = fit.desk(row["profile"]), row["profile"]["audits"]
        print(f"desk {i}: free {n['free']}, good for ms {n['limits']}")
        for by in ("people", "auto"):
            mine = [a for a in audits if a["by"] == by]
            hit = [a for a in mine if fit.fits(fit.parse(a["prompt"]), fit.parse(a["entry"]), n)
                   and a["age_ms"] <= n["limits"].get(n["group"].get(fit.parse(a["prompt"])["verb"]), 0)]
            print(f"    {by}: {sum(a['serves'] for a in mine)} of {len(mine)} serve; of those that fit, {sum(a['serves'] for a in hit)} of {len(hit)}")


def canary():
    for c in json.loads((DATA / "canaries.json").read_text()):
        gap, se = builds.difference(c)
        print(f"{c['turned_out']:5} difference {gap:+.3f} +- {se:.3f}, bad with {builds.bad_odds(c):.2f}: {builds.verdict(c)} {c['costs']}")


def replay():
    for c in json.loads((DATA / "replays.json").read_text()):
        named, real = set(builds.differs(c)), set(c["changed"])
        print(f"{len(named)} named, {len(named & real)} of {len(real)}")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        {"step": step, "route": route, "look": look, "canary": canary, "replay": replay}[name]()
