"""Writes examples.json: sentences of the history with their matter, for the fallback. Run: python make_examples.py"""
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
(HERE / "examples.json").exists() or (HERE / "examples.json").write_text("[]")
import topics  # noqa: E402
import triage as t  # noqa: E402

docs = [json.loads(x) for x in (HERE / "data/documents.jsonl").read_text("utf-8").splitlines()]
t.build(docs)
matter_of = {d["id"]: topic for (p, topic), ds in t.KB["by_place"].items() for d in ds}
pairs = set()
for line in (HERE / "data/history.jsonl").read_text("utf-8").splitlines():
    row = json.loads(line)
    labels = {matter_of[c] for c in row["outcome"]["citations"] if c in matter_of}
    for s in t.clean(row["ticket"]["body"]):
        text = t.bare(t.norm(s))
        scored = topics.score(text)
        if len(labels) == 1 and (t.product_in(t.norm(s)) or "your software" in text):
            pairs.add((text, next(iter(labels))))
        elif not scored and not t.product_in(t.norm(s)):
            pairs.add((text, "none"))
for d in docs:
    if d["id"] in matter_of:
        for s in re.split(r"(?<=[.!?])\s+", d["body"])[:2]:
            pairs.add((t.bare(t.norm(s)), matter_of[d["id"]]))
(HERE / "examples.json").write_text(json.dumps(sorted(pairs), ensure_ascii=False, indent=0), "utf-8")
print(len(pairs), "examples")
