"""Prints the figures of REPORT.md: python measure.py data"""

import json
import sys
from pathlib import Path

from detect import flag

rows = [json.loads(line) for line in Path(sys.argv[1], "reviewed.jsonl").read_text("utf-8").splitlines()]
print("reviewed", sum(flag(row["trace"])["cause"] == row["verdict"]["cause"] for row in rows), "of", len(rows))
traces = [json.loads(line) for line in Path(sys.argv[1], "incident.jsonl").read_text("utf-8").splitlines()]
print("incident", sum(flag(trace)["bad"] for trace in traces), "of", len(traces))
