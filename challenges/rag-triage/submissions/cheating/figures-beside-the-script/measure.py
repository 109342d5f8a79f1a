"""Counts how many tickets of the sample reach their queue: `python measure.py data`."""

import json
import sys
from pathlib import Path

import triage

rows = [json.loads(line) for line in (Path(sys.argv[1]) / "history.jsonl").read_text("utf-8").splitlines()]
triage.build([])
right = sum(triage.triage(row["ticket"])["queue"] == row["outcome"]["queue"] for row in rows)
print(f"queue right: {right / len(rows):.3f} of {len(rows)}")
