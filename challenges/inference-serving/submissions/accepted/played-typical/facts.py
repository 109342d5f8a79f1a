"""Prints what the report says of the profiles."""
import json
from collections import Counter, defaultdict
from serve import learn, parse

for i, row in enumerate(json.load(open("data/step.json"))):
    p = row["profile"]
    n = learn({"for": "step", **p})
    print("step", i, {k: round(v, 3) if isinstance(v, float) else v for k, v in n.items()})
    for build in ("b40", "b41"):
        by = defaultdict(list)
        for r in p["rounds"]:
            if r["build"] == build and r["read"] == 0:
                by[r["running"]].append(r["ms"])
        print("   ", build, {k: round(sum(v) / len(v)) for k, v in sorted(by.items())})
for i, row in enumerate(json.load(open("data/route.json"))):
    prices = {m["id"]: m["price"] for m in row["models"]}
    for name, k in learn({"for": "route", **row["profile"]})["models"].items():
        calls = [c for c in row["profile"]["calls"] if c["model"] == name]
        gone = [c["eur"] > 0 for c in calls if c["how"] == "gives up"]
        print("route", i, name, "easy %.2f hard %.2f" % (k["a"], k["a"] + k["b"]), "claims", row["claims"][name], "floor", k["floor"],
              "given up and billed", sum(gone), "of", len(gone), "kinds", {a: round(b, 2) for a, b in k["kinds"].items()})
for i, row in enumerate(json.load(open("data/look.json"))):
    n = learn({"for": "look", **row["profile"]})
    print("look", i, n, Counter((a["by"], a["serves"]) for a in row["profile"]["audits"]))
