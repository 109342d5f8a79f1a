"""Prints the figures of REPORT.md: python measure.py ../starter/data"""

import json
import sys
from collections import Counter
from pathlib import Path

from detect import flag


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main(data):
    reviewed = rows(data / "reviewed.jsonl")
    right = sum(flag(row["trace"])["cause"] == row["verdict"]["cause"] for row in reviewed)
    print(f"reviewed: {right} of {len(reviewed)} causes right")
    traces = rows(data / "incident.jsonl")
    causes = {trace["id"]: flag(trace)["cause"] for trace in traces}
    named = (data / "named.txt").read_text("utf-8").split()
    print("incident:", len(traces), "traces,", sum(c != "none" for c in causes.values()), "bad", Counter(causes.values()))
    print("named:", len(named), "traces,", sum(causes[name] != "none" for name in named), "bad")
    print("cache hits:", sum(trace["steps"][0]["hit"] for trace in traces))
    foreign, uncited = [], Counter()
    for trace in traces:
        steps = {step["step"]: step for step in trace["steps"]}
        if any(p["shop"] != trace["shop"] for p in steps.get("search", {}).get("passages", [])):
            foreign.append((trace["id"], trace["at"][:10], steps["search"]["query"]["shop"], causes[trace["id"]]))
        if "search" in steps and "don't have" not in trace["answer"]:
            uncited[steps["prompt"]["version"], "[D-" in trace["answer"]] += 1
    print("another shop's passage found:", foreign)
    print("document answers by version and citation:", dict(uncited))
    print("repaired:", [t["id"] for t in traces if sum(s["step"] == "model" for s in t["steps"]) > 1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
