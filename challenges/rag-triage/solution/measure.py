"""Prints every figure of DECISIONS.md and EVAL.md: `python measure.py ../starter/data`.

The folder holds `documents.jsonl`, `history.jsonl` and `questions.jsonl` as they came with the starter. Drafts are measured where `OPENAI_BASE_URL`
is set: the figures in EVAL.md are against the starter's `standin.py`.
"""

import json
import os
import re
import sys
import time
from collections import Counter
from math import sqrt
from pathlib import Path

import reading
import triage
import writing

QUEUES = triage.QUEUES
STOP_WORDS = {
    "de": set("der die das und ist nicht für wir ich bitte wie unser unsere guten tag hallo danke grüße von mit im auf".split()),
    "es": set("el los que por para nuestra nuestro hola gracias saludo buenos cómo dice del la favor ya no un".split()),
    "fr": set("le les nous pour est pas notre une bonjour merci cordialement dans comment des du votre bien vous à".split()),
}


def load(folder: Path) -> tuple[list[dict], list[dict]]:
    read = [(folder / name).read_text("utf-8").splitlines() for name in ("documents.jsonl", "history.jsonl")]
    return [json.loads(line) for line in read[0]], [json.loads(line) for line in read[1]]


def language(text: str) -> str:
    """Crude, and enough for slices: the language most of whose stop words occur, English when none has two."""
    words = set(re.findall(r"\w+", text.lower()))
    best = max(STOP_WORDS, key=lambda name: len(words & STOP_WORDS[name]))
    return best if len(words & STOP_WORDS[best]) > 1 else "en"


def slices(row: dict) -> list[str]:
    """The slices that a ticket of the history is in."""
    body, subject = str(row["ticket"]["body"]), str(row["ticket"]["subject"])
    found = ["all", f"language {language(body)}", f"queue {row['outcome']['queue']}"]
    found += ["quote or signature"] * (reading.own_words(body) != body and not reading.gives_orders(body))
    found += ["order to a machine"] * reading.gives_orders(body)
    found += ["old thread"] * subject.startswith("Re:")
    found += ["no product named"] * (not triage.COLLECTION.mentioned(reading.fold(body)))
    found += ["nothing cited"] * (not row["outcome"]["citations"])
    found += ["two documents"] * (len(row["outcome"]["citations"]) == 2)
    return found


def wilson(right: int, n: int) -> str:
    """95 % interval of a share."""
    p, z = right / n, 1.96
    middle, half = p + z * z / 2 / n, z * sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    return f"{(middle - half) / (1 + z * z / n):.2f}–{min(1, (middle + half) / (1 + z * z / n)):.2f}"


def run(documents: list[dict], history: list[dict]) -> list[dict]:
    triage.build(documents)
    return [triage.triage(row["ticket"]) for row in history]


def summary(history: list[dict], replies: list[dict]) -> str:
    n = len(history)
    queue = sum(reply["queue"] == row["outcome"]["queue"] for row, reply in zip(history, replies))
    cited = sum(sorted(reply["citations"]) == row["outcome"]["citations"] for row, reply in zip(history, replies))
    pairs = [(row["outcome"]["escalate"], reply["escalate"]) for row, reply in zip(history, replies)]
    missed, needless = pairs.count((True, False)), pairs.count((False, True))
    brier = sum((reply["confidence"] - (reply["queue"] == row["outcome"]["queue"])) ** 2 for row, reply in zip(history, replies)) / n
    cost = 10 * missed + needless
    return f"queue {queue / n:.3f}  exact citations {cited / n:.3f}  missed {missed}  needless {needless}  cost {cost}  Brier {brier:.3f}"


def main(folder: Path) -> None:
    documents, history = load(folder)
    replies = run(documents, history)
    print("as it is:       ", summary(history, replies))
    n, right, cited = Counter(), Counter(), Counter()
    for row, reply in zip(history, replies):
        for name in slices(row):
            n[name] += 1
            right[name] += reply["queue"] == row["outcome"]["queue"]
            cited[name] += sorted(reply["citations"]) == row["outcome"]["citations"]
    for name in sorted(n):
        print(f"  {name:22} n {n[name]:3}  queue {right[name] / n[name]:.2f} ({wilson(right[name], n[name])})  exact citations {cited[name] / n[name]:.2f}")
    for stated in sorted({reply["confidence"] for reply in replies}):
        hits = [reply["queue"] == row["outcome"]["queue"] for row, reply in zip(history, replies) if reply["confidence"] == stated]
        print(f"  confidence {stated:.2f}: right {sum(hits)} of {len(hits)}")
    if os.environ.get("OPENAI_BASE_URL"):
        drafts(documents, [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()])
    ablations(documents, history)
    growth(documents, history)


def drafts(documents: list[dict], questions: list[dict]) -> None:
    """Drafts as they are, with all that is known of the product in the prompt, and with a model that cannot be reached."""
    ask, sent = writing._ask, []
    writing._ask = lambda question, held, seconds: (sent.append(len(" ".join(held)) // 4), ask(question, held, seconds))[1]
    print("drafts:         ", answered(documents, questions), f" about {sum(sent) // max(1, len(sent))} tokens of documents a draft")
    own, sent[:] = triage.write, []
    triage.write = lambda question, held: own(question, [d["body"] for d in documents if d["product"] and d["product"] in held[0]])
    print("whole product:  ", answered(documents, questions), f" about {sum(sent) // max(1, len(sent))} tokens of documents a draft")
    triage.write, base = own, os.environ["OPENAI_BASE_URL"]
    os.environ["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"
    print("no model:       ", answered(documents, questions))
    os.environ["OPENAI_BASE_URL"], writing._ask = base, ask


def answered(documents: list[dict], questions: list[dict]) -> str:
    triage.build(documents)
    right = wrong = handed = silent = 0
    for row in questions:
        made, figure = triage.draft(row["ticket"]), row["outcome"]["figure"]
        right += figure is not None and made["citations"] == row["outcome"]["citations"] and str(figure) in re.findall(r"\d+", made["answer"])
        silent += figure is None and not made["answer"]
        handed += figure is not None and not made["answer"] and made["escalate"]
        wrong += bool(made["answer"]) and (figure is None or str(figure) not in re.findall(r"\d+", made["answer"]))
    return f"right {right}  silent where nothing is known {silent}  handed over {handed}  wrong {wrong}  of {len(questions)}"


def ablations(documents: list[dict], history: list[dict]) -> None:
    """The same without one step each."""
    collection, keep = triage.Collection, (triage.own_words, triage.sentences, triage.gives_orders)
    in_force, rank, lexicon = collection.in_force, collection._rank, triage.BEGINS
    collection.in_force = lambda self, name, day: name in self.documents
    print("without dates:  ", summary(history, run(documents, history)))
    collection.in_force, collection._rank = in_force, lambda self, name: (0, 0, name)
    print("without ranking:", summary(history, run(documents, history)))
    collection._rank, triage.own_words = rank, lambda text: text
    print("with quotes:    ", summary(history, run(documents, history)))
    triage.own_words, triage.sentences = keep[0], lambda text: [reading.fold(text)]
    print("one sentence:   ", summary(history, run(documents, history)))
    triage.sentences, triage.gives_orders = keep[1], lambda text: False
    print("orders believed:", summary(history, run(documents, history)))
    triage.gives_orders, triage.BEGINS = keep[2], {key: hits for key, hits in lexicon.items() if key in title_words(documents)}
    triage._word.cache_clear()
    print("titles' words:  ", summary(history, run(documents, history)))
    triage.BEGINS = lexicon
    triage._word.cache_clear()


def title_words(documents: list[dict]) -> set[str]:
    """Entries of the lexicon that a title of the sample has."""
    words = set(triage.WORD.findall(reading.fold(" ".join(document["title"] for document in documents))))
    return {entry for entry in triage.BEGINS if any(word.startswith(entry) for word in words)}


def growth(documents: list[dict], history: list[dict]) -> None:
    """Time to build and to read a ticket, for the collection and for copies of it under other ids and products."""
    for copies in (1, 4, 16):
        many = [
            document | {"id": f"{document['id']}-{copy}", "product": f"{document['product']}{copy}" if document["product"] else None}
            for copy in range(copies)
            for document in documents
        ]
        start = time.perf_counter()
        triage.build(many)
        built = time.perf_counter()
        for row in history:
            triage.triage(row["ticket"])
        each = (time.perf_counter() - built) / len(history)
        print(f"  {len(many):5} documents: build {1000 * (built - start):.0f} ms, a ticket {1000 * each:.2f} ms")
    triage.build(documents)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
