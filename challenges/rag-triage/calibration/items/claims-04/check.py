"""Prints the share of right queues and of exactly right citations on the sample."""

import json
import sys
from pathlib import Path

import triage

folder = Path(sys.argv[1])
triage.build([json.loads(line) for line in (folder / "documents.jsonl").open(encoding="utf-8")])
rows = [json.loads(line) for line in (folder / "history.jsonl").open(encoding="utf-8")]
replies = [triage.triage(row["ticket"]) for row in rows]
pairs = [(row["outcome"], reply) for row, reply in zip(rows, replies)]
print("queue", sum(gold["queue"] == reply["queue"] for gold, reply in pairs) / len(pairs))
print("citations", sum(gold["citations"] == sorted(reply["citations"]) for gold, reply in pairs) / len(pairs))
