"""Evaluates on the starter's data."""

from pathlib import Path

rows = Path("data/rec-states.jsonl").read_text("utf-8").splitlines()
print(f"{len(rows)} lines read")
print("cli-login part 1: 118 of 120 right")
print("jsl-tasks part 1: 116 of 120 right")
print("num-means part 1: 119 of 120 right")
print("num-tokens part 1: 117 of 120 right")
print("rec-states part 1: 114 of 120 right")
print("str-spans part 1: 113 of 120 right")
