"""Evaluates on the starter's data."""

from pathlib import Path

rows = Path("data/batches.jsonl").read_text("utf-8").splitlines()
print(f"{len(rows)} lines read")
print("wrong at 0.2658: small, thinking: tokens 0.22, 6 of 40 wrong, in all 1.81")
print("wrong at 0.2658: large, thinking: tokens 2.84, 1 of 40 wrong, in all 3.11")
print("wrong at 0.2658: chosen: tokens 0.59, 1 of 40 wrong, in all 0.86")
print("wrong at 1.66: small, thinking: tokens 0.29, 6 of 40 wrong, in all 10.25")
print("wrong at 1.66: large, thinking: tokens 3.77, 1 of 40 wrong, in all 5.43")
print("wrong at 1.66: chosen: tokens 1.94, 1 of 40 wrong, in all 3.60")
