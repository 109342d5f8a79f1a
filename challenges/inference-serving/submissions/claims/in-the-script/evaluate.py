"""Evaluates on the starter's data."""

from pathlib import Path

rows = Path("data/replays.json").read_text("utf-8").splitlines()
print(f"{len(rows)} lines read")
print("1.5: 14 of 47 named in vain, 0 of 33 missed")
print("2.0: 5 of 38 named in vain, 0 of 33 missed")
print("3.6: 1 of 33 named in vain, 1 of 33 missed")
print("6.0: 0 of 30 named in vain, 3 of 33 missed")
print("8.0: 0 of 26 named in vain, 7 of 33 missed")
