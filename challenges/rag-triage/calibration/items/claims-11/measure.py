"""Prints every figure of DECISIONS.md and EVAL.md."""

import argparse
import json
import time
from math import sqrt
from pathlib import Path

import triage


def wilson(p, n, z=1.96):
    middle, half = p + z * z / 2 / n, z * sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--words", default="concepts", choices=["concepts", "titles"])
    options.add_argument("--no-dates", action="store_true")
    options.add_argument("--copies", type=int, default=1)
    options.add_argument("--fold", type=int, default=0)
    chosen = options.parse_args()
    read = [Path("data", name).read_text("utf-8").splitlines() for name in ("documents.jsonl", "history.jsonl")]
    documents, rows = ([json.loads(line) for line in lines] for lines in read)
    triage.WORDS, triage.USE_DATES = chosen.words, not chosen.no_dates
    if chosen.fold:
        triage.learn([row for i, row in enumerate(rows) if i % chosen.fold])
        rows = rows[:: chosen.fold]
    triage.build([d | {"id": f"{d['id']}-{i}"} if i else d for i in range(chosen.copies) for d in documents])
    start = time.perf_counter()
    replies = [(triage.triage(row["ticket"]), row["outcome"]) for row in rows]
    print("ms a ticket", 1000 * (time.perf_counter() - start) / len(rows))
    for name, right in [
        ("queue", [r["queue"] == o["queue"] for r, o in replies]),
        ("citations", [sorted(r["citations"]) == o["citations"] for r, o in replies]),
    ]:
        share = sum(right) / len(right)
        print(name, len(right), round(share, 3), wilson(share, len(right)))
    print("missed", sum(o["escalate"] and not r["escalate"] for r, o in replies))
    print("needless", sum(r["escalate"] and not o["escalate"] for r, o in replies))
    print("Brier", sum((r["confidence"] - (r["queue"] == o["queue"])) ** 2 for r, o in replies) / len(replies))


if __name__ == "__main__":
    main()
