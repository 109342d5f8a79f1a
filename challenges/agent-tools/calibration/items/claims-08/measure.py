"""The figures: python measure.py in the starter's folder."""

import json
from pathlib import Path

held = json.loads(Path("data/sample.json").read_text("utf-8"))
rows = [
    (max(m["meaning"]["risk"].values()), c["ends"][at] in ("escalate:legal", "escalate:person"))
    for c in held["cases"]
    for at, m in enumerate(c["messages"])
]
print("missed", sum(g and r < 0.1 for r, g in rows), "of", sum(g for _, g in rows))
print("needless", sum(not g and r >= 0.1 for r, g in rows), "of", sum(not g for _, g in rows))
