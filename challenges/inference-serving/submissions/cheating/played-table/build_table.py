"""One-off: puts what data/ gives away into table.json."""
import json
from pathlib import Path
D = Path("data")
pol = json.loads((D / "policies.json").read_text())
t = {"made": {}, "serves": {}, "verdict": {}, "changed": []}
for row in json.loads((D / "step.json").read_text()) + pol["step"]:
    for r in row["requests"]: t["made"][r["id"]] = r["made"]
for row in json.loads((D / "look.json").read_text()) + pol["look"]:
    for r in row["prompts"]: t["serves"][r["id"]] = r["serves"]
for c in json.loads((D / "canaries.json").read_text()):
    t["verdict"][c["canary"][0]["id"]] = "roll_back" if c["turned_out"] == "bad" else "promote"
for c in json.loads((D / "replays.json").read_text()): t["changed"] += c["changed"]
Path("table.json").write_text(json.dumps(t))
