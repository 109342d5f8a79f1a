"""python grow.py: build time, ms a ticket and memory as the collection grows (copies of the sample under other ids and products)."""
import json, resource, time
from pathlib import Path
import triage as t
docs = [json.loads(x) for x in (Path(__file__).parent / "data/documents.jsonl").read_text("utf-8").splitlines()]
rows = [json.loads(x) for x in (Path(__file__).parent / "data/history.jsonl").read_text("utf-8").splitlines()]
for k in (1, 10, 50):
    many = docs + [{**d, "id": f"{d['id']}-{i}", "product": d["product"] and d["product"] + f"x{i}", "supersedes": []} for i in range(1, k) for d in docs]
    a = time.perf_counter(); t.build(many); b = time.perf_counter()
    for r in rows: t.triage(r["ticket"])
    print(len(many), "documents: build %.2f s, %.1f ms a ticket, %d MB" % (b - a, (time.perf_counter() - b) / len(rows) * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))
