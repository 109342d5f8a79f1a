"""python measure.py [folder with documents.jsonl, history.jsonl, questions.jsonl]: the figures of EVAL.md."""
import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "tests")]
import triage as t  # noqa: E402

verbose = "-v" in sys.argv
if "--no-examples" in sys.argv:  # how the word lists do alone, without sentences of the history
    t.NEAREST = t.Nearest([])
sys.argv = [a for a in sys.argv if not a.startswith("-")]
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "data"
load = lambda n: [json.loads(x) for x in (folder / n).read_text("utf-8").splitlines()]  # noqa: E731
t.build(load("documents.jsonl"))
rows = load("history.jsonl")
slices = defaultdict(Counter)
brier, start = 0.0, time.perf_counter()
for row in rows:
    got, want = t.triage(row["ticket"]), row["outcome"]
    q, c, e = got["queue"] == want["queue"], sorted(got["citations"]) == sorted(want["citations"]), got["escalate"] == want["escalate"]
    brier += (got["confidence"] - q) ** 2
    body = row["ticket"]["body"]
    hello = t.norm(body[:400])
    language = "de" if re.search(r"hallo|guten tag|sehr geehrte", hello) else "es" if re.search(r"hola|buenos|estimad", hello) else "fr" if re.search(r"bonjour|madame", hello) else "en"
    names = ["all", "lang " + language, "citations %d" % len(want["citations"]), "queue " + want["queue"]]
    if "your software" in body:
        names.append("no product named")
    if re.match("re:", row["ticket"]["subject"], re.I) or "\n>" in body or "\n-- \n" in body:
        names.append("thread or signature")
    if t.INJECTION.search(t.norm(body)):
        names.append("order in ticket")
    for n in names:
        slices[n].update(n=1, queue=q, citations=c, escalate=e)
    if e is False:
        slices["escalation"]["missed" if want["escalate"] else "needless"] += 1
    if verbose and not (c and e and (q or len(want["citations"]) > 1)):
        print(row["ticket"]["id"], got, want, body)
print(f"{'slice':22} {'n':>4} queue  cites  escal")
for n, s in sorted(slices.items()):
    if n != "escalation":
        print(f"{n:22} {s['n']:4} {s['queue'] / s['n']:.3f}  {s['citations'] / s['n']:.3f}  {s['escalate'] / s['n']:.3f}")
print("escalations missed", slices["escalation"]["missed"], "needless", slices["escalation"]["needless"])
print(f"Brier {brier / len(rows):.3f}; {1000 * (time.perf_counter() - start) / len(rows):.1f} ms a ticket")

from standin import StandIn  # noqa: E402

questions = load("questions.jsonl")


def drafts():
    good = wrong = empty = 0
    for row in questions:
        got, want = t.draft(row["ticket"]), row["outcome"]
        fits = got["citations"] == want["citations"] and (want["figure"] is None or str(want["figure"]) in re.findall(r"\d+", got["answer"]))
        good += fits
        empty += not got["answer"] and bool(want["citations"])
        wrong += bool(got["answer"]) and not fits
        if verbose and not fits:
            print(row["ticket"]["body"], got, want)
    print(f"drafts {len(questions)}: right {good}, empty where an answer exists {empty}, wrong {wrong}")


if os.environ.get("OPENAI_BASE_URL"):
    drafts()
else:
    with StandIn() as running:
        os.environ.update(running.environment)
        drafts()
