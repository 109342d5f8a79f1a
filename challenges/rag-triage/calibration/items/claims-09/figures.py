"""Right queues on the sample, and the time for it."""

import json
import sys
import time
from pathlib import Path

import triage

folder = Path(sys.argv[1])
triage.build([json.loads(line) for line in (folder / "documents.jsonl").open(encoding="utf-8")])
rows = [json.loads(line) for line in (folder / "history.jsonl").open(encoding="utf-8")]
start = time.perf_counter()
right = sum(triage.triage(row["ticket"])["queue"] == row["outcome"]["queue"] for row in rows)
print(right, "of", len(rows), "queues;", round(time.perf_counter() - start, 2), "s")
