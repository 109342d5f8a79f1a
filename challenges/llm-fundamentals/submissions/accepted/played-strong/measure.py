"""python measure.py envelope | labels"""
import json, os, sys, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
import fundamentals as work
from desk.__main__ import lines

if sys.argv[1] == "envelope":
    inside = json.loads((HERE / "addendum.json").read_text())
    day = inside["invoice"]
    made = work.bill(day)
    print("billed right:", sum(a == b for a, b in zip(made, day["billed"])), "of", len(made), "sum", sum(made))
    old = {**day, "prices": {**day["prices"], "models": {n: {k: v for k, v in p.items() if k != "write"} for n, p in day["prices"]["models"].items()}}, "calls": [{k: v for k, v in c.items() if k != "hold"} for c in day["calls"]]}
    nohold = {**day, "calls": old["calls"]}
    print("sum by the old rules:", sum(work.bill(old)), "with write, without hold:", sum(work.bill(nohold)), "calls changed:", sum(a != b for a, b in zip(made, work.bill(old))))
    for asked in inside["contexts"]:
        plain = {k: v for k, v in asked.items() if k != "reserve"}
        from desk.__main__ import worth
        new, before = work.pack(asked), work.pack(plain)
        print("reserve", asked["reserve"], "worth with", worth(plain, new), "without", worth(plain, before), "items", len(new), "was", len(before), "same", len(set(new) & set(before)))
else:
    from sim.bill import total
    from sim.brain import Brain, Meaning
    from sim.model import Server
    import lab

    def full(model, guide, shown, think):
        def go(batch):
            out = []
            for text in batch["texts"]:
                head = ["Labels: " + ", ".join(batch["labels"])] + [f"{n}: {w}" for n, w in batch["guide"].items() if guide]
                count = {}
                for e in batch["examples"]:
                    count[e["label"]] = count.get(e["label"], 0) + 1
                    if count[e["label"]] <= shown:
                        head.append(f"Example: {e['text']} => {e['label']}")
                out.append(lab.ask(model, "\n".join(head + ["step by step"] * think + ["Text: " + text])).rsplit("Answer:", 1)[-1].strip())
            return out
        return go

    ways = {"small, labels alone": full("fern-small", 0, 0, 0), "large, labels alone": full("fern-large", 0, 0, 0), "small, guide": full("fern-small", 1, 0, 0), "small, guide, 1 example": full("fern-small", 1, 1, 0),
            "small, guide, thinks": full("fern-small", 1, 0, 1), "large, guide, thinks": full("fern-large", 1, 0, 1), "no model": lambda b: [b["labels"][0]] * len(b["texts"]), "ours": work.label}
    for row in lines("batches.jsonl"):
        for name, way in ways.items():
            for wrong in ([row["batch"]["wrong"]] if name != "ours" else [row["batch"]["wrong"], 0.005, 0.05, 0.5, 5.0]):
                batch = {**row["batch"], "wrong": wrong}
                server = Server(Brain({t: Meaning(**m) for t, m in row["meanings"].items()}, row["kind"]))
                os.environ.update(OPENAI_BASE_URL=server.url, OPENAI_API_KEY="local")
                begun = time.monotonic()
                said = way(batch)
                server.close()
                bad = sum(a != b for a, b in zip(said, row["right"]))
                spent = total(batch, server.used, said, row["right"]) - bad * wrong
                print(f"{row['kind']:8} wrong {wrong:<7} {name:24} cost {spent + bad * wrong:8.3f} = tokens {spent:6.3f} + {bad:2} wrong; {len(server.used)} calls, {sum(m == 'fern-large' for m, *_ in server.used)} large, {time.monotonic() - begun:.1f} s")
