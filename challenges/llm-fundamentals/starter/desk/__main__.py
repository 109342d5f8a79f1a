"""python -m desk open: opens the second envelope. python -m desk try: holds fundamentals.py to the recordings in data/ of the latest build."""

import base64
import json
import os
import sys
import zlib
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
DATA = HERE / "data"
sys.path.insert(0, str(HERE))


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def latest(name):
    """Rows of the build that runs; those of build 1 follow the documents, and are not to be met."""
    return [row for row in lines(name) if row["build"] == 2]


def open_envelope():
    """Prints the letter, and writes the examples of the change beside it."""
    packed = "".join((DATA / "envelope.sealed").read_text("utf-8").split())
    inside = json.loads(zlib.decompress(base64.b85decode(packed)))
    print(inside["letter"])
    (HERE / "addendum.json").write_text(json.dumps(inside["examples"], indent=1) + "\n", "utf-8")
    print("addendum.json holds a day with its invoice and two requests since the change.")


def try_all():
    import fundamentals as work

    hit = defaultdict(list)
    vocabs = {row["name"]: row["vocab"] for row in lines("vocabularies.jsonl")}
    for row in latest("encodings.jsonl"):
        hit["encode, build 2"].append(work.encode({"vocab": vocabs[row["vocab"]], "text": row["text"]}) == row["ids"])
    for row in latest("draws.jsonl"):
        hit["draws that may come of the distribution, build 2"].append(likely(work.distribution(row), row["counts"]))
    for row in lines("invoices.jsonl"):
        made = work.bill(row)
        hit["calls billed as invoiced"] += [abs(one - other) < 0.51 for one, other in zip(made, row["billed"])]
    for row in lines("losses.jsonl"):
        hit[f"losses: {row['kind']}"].append(abs(work.loss(row)["loss"] - row["logged"]) < 1e-4)
    for row in lines("runs.jsonl"):
        if row["found"]:
            hit["runs"].append(work.diagnose({key: value for key, value in row.items() if key != "found"}) == row["found"])
    for name, each in hit.items():
        print(f"{name}: {sum(each)} of {len(each)}")
    for row in lines("contexts.jsonl"):
        print(f"context: worth {worth(row, work.pack(row))}")
    label_all(work)


def likely(probabilities, counts):
    """Whether these counts may come of it: nothing drawn that has no chance, and no chi-square far out."""
    number = sum(counts)
    if any(count and not p for p, count in zip(probabilities, counts)):
        return False
    chi = sum((count - number * p) ** 2 / (number * p) for p, count in zip(probabilities, counts) if p)
    free = sum(p > 0 for p in probabilities) - 1
    return chi < free + 4 * (2 * free) ** 0.5 + 4


def worth(asked, chosen):
    """What a choice is worth; None where it does not fit. Rules as in the README, before the change."""
    sent = [item for item in asked["items"] if item["id"] in set(chosen)]
    tokens, total, same = sum(item["tokens"] for item in sent), 0.0, 0
    if tokens > asked["budget"]:
        return None
    total += sum(item["worth"] for item in sent if item["needs"] in {None, *chosen})
    for item, before in zip(sent, asked["cached"]):
        if item["id"] != before:
            break
        same += item["tokens"]
    total -= same * asked["cached_price"] + (tokens - same) * asked["price"]
    total -= asked["breach"]["keep"] * sum(item["keep"] for item in asked["items"] if item not in sent)
    return round(total - asked["breach"]["forget"] * sum(item["forget"] for item in sent), 2)


def label_all(work):
    """What labelling the practice batches costs, tokens and wrong labels together."""
    from sim.bill import total
    from sim.brain import Brain, Meaning
    from sim.model import Server

    for row in lines("batches.jsonl"):
        server = Server(Brain({text: Meaning(**meaning) for text, meaning in row["meanings"].items()}, row["kind"]))
        os.environ.update(OPENAI_BASE_URL=server.url, OPENAI_API_KEY="local", OPENAI_MODEL="fern-small")
        try:
            said = work.label(row["batch"])
        finally:
            server.close()
        cost = total(row["batch"], server.used, said, row["right"])
        wrong = sum(one != other for one, other in zip(said, row["right"]))
        print(f"batch, a wrong label at {row['batch']['wrong']}: cost {cost:.3f}, {wrong} of {len(said)} wrong, {len(server.used)} calls")


if __name__ == "__main__":
    what = {"open": open_envelope, "try": try_all}.get("".join(sys.argv[1:]))
    what() if what else sys.exit(__doc__)
