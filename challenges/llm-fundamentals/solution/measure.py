"""python measure.py PART: prints the figures of FINDINGS.md. PART is rules, rivals, labels, runs or envelope."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import billing
import contexts
import diagnosing
import labelling
import sampling
import tokenizing

DATA = Path(__file__).resolve().parent / "data"


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]


def newest(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["build"] == 2]


def rules() -> None:
    """Recorded rows of build 2 that are matched."""
    vocabs = {row["name"]: row["vocab"] for row in lines("vocabularies")}
    rows = newest(lines("encodings"))
    right = sum(tokenizing.encode({"vocab": vocabs[row["vocab"]], "text": row["text"]}) == row["ids"] for row in rows)
    print(f"encodings: {right} of {len(rows)}")
    rows = lines("invoices")
    pairs = [pair for row in rows for pair in zip(billing.bill(row), row["billed"])]
    print(f"calls: {sum(one == other for one, other in pairs)} of {len(pairs)}")


def rivals() -> None:
    """Log-likelihood of the draws of build 2 with the penalty capped at one, two, three, four times, and not at all."""
    import math

    for cap in (1, 2, 3, 4, 99):
        total, rows = 0.0, newest(lines("draws"))
        for row in rows:
            often = Counter(row["history"][-row["settings"]["window"] :] if row["settings"]["window"] else [])
            history = [token for token, count in often.items() for _ in range(min(count, cap))]
            settings = row["settings"] | {"window": len(history)}
            chances = uncapped({**row, "history": history, "settings": settings})
            total += sum(count * math.log(max(chance, 1e-12)) for count, chance in zip(row["counts"], chances) if count)
        print(f"penalty at most {cap} times: log-likelihood {total:.1f} on {len(rows)} rows")


def uncapped(asked: dict) -> list[float]:
    """The distribution with the penalty as often as the history has a token."""
    logits = list(asked["logits"])
    for token, count in Counter(asked["history"]).items():
        if logits[token] is not None:
            factor = asked["settings"]["repetition"] ** count
            logits[token] = logits[token] / factor if logits[token] > 0 else logits[token] * factor
    return sampling.distribution({**asked, "logits": logits, "history": []})


def labels() -> None:
    """What the practice batches cost, by plan."""
    from sim.bill import total
    from sim.brain import Brain, Meaning
    from sim.model import Server

    small, large = ("fern-small", True, True, True), ("fern-large", True, True, True)
    plans = {"small, thinking": (small, 1, small, 0), "large, thinking": (large, 1, large, 0), "chosen": None}
    for row in lines("batches"):
        for name, plan in plans.items():
            server = Server(Brain({text: Meaning(**each) for text, each in row["meanings"].items()}, row["kind"]))
            os.environ.update(OPENAI_BASE_URL=server.url, OPENAI_API_KEY="local")
            said = [labelling.one(row["batch"], text, plan or labelling.choose(row["batch"])) for text in row["batch"]["texts"]]
            server.close()
            wrong = sum(one != other for one, other in zip(said, row["right"]))
            cost, spoiled = total(row["batch"], server.used, said, row["right"]), wrong * row["batch"]["wrong"]
            print(f"wrong at {row['batch']['wrong']}: {name}: tokens {cost - spoiled:.2f}, {wrong} of {len(said)} wrong, in all {cost:.2f}")
    turns()


def turns() -> None:
    """The costs of a wrong label at which another plan is chosen, at the prices of the first batch."""
    batch, before = lines("batches")[0]["batch"], None
    for step in range(-40, 10):
        wrong = 10 ** (step / 10)
        plan = labelling.choose(batch | {"wrong": wrong})
        if plan != before:
            print(f"from {wrong:.4f} EUR: {plan}")
        before = plan


def runs() -> None:
    found = [(diagnosing.diagnose(row), row["found"]) for row in lines("runs") if row["found"]]
    print(f"runs: {sum(one == other for one, other in found)} of {len(found)}")


def envelope() -> None:
    made = json.loads((Path(__file__).resolve().parent / "addendum.json").read_text("utf-8"))
    day, before = made["invoice"], json.loads(json.dumps(made["invoice"]))
    print(f"calls of the day: {sum(one == other for one, other in zip(billing.bill(day), day['billed']))} of {len(day['calls'])}")
    for rate in before["prices"]["models"].values():
        del rate["write"]
    dearer = sum(day["billed"]) - sum(billing.bill(before))
    print(f"without write: {sum(billing.bill(before))}, with it {sum(day['billed'])}, {dearer} more")
    for request in made["contexts"]:
        free = {key: value for key, value in request.items() if key != "reserve"}
        gone = set(contexts.pack(free)) - set(contexts.pack(request))
        print(f"context: {len(contexts.pack(free))} items before, {len(contexts.pack(request))} since, {len(gone)} of the former are gone")


if __name__ == "__main__":
    parts = {"rules": rules, "rivals": rivals, "labels": labels, "runs": runs, "envelope": envelope}
    parts[sys.argv[1]]() if sys.argv[1:2] and sys.argv[1] in parts else sys.exit(__doc__)
