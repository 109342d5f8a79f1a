"""Sort a support ticket into a queue and answer it from the handbook."""

from __future__ import annotations

import json
import re
from datetime import date

from index import BM25, Embeddings, load_documents
from model import ModelError, complete
from prompts import ANSWER, ROUTE

QUEUES = ("billing", "access", "outage", "how_to", "other")
TOP_K = 5


def current(documents, today: date):
    """Keep the newest version of each document that is already in force."""
    newest = {}
    for doc in documents:
        if doc.valid_from > today or (doc.valid_to and doc.valid_to < today):
            continue
        held = newest.get(doc.key)
        if held is None or doc.valid_from > held.valid_from:
            newest[doc.key] = doc
    return list(newest.values())


def search(query: str, documents, k: int = TOP_K):
    """Merge keyword and embedding ranks (reciprocal rank fusion, c = 60)."""
    ranks = {}
    for engine in (BM25(documents), Embeddings(documents)):
        for place, doc in enumerate(engine.top(query, k * 4)):
            ranks[doc.id] = ranks.get(doc.id, 0) + 1 / (60 + place)
    best = sorted(ranks, key=ranks.get, reverse=True)[:k]
    return [doc for doc in documents if doc.id in best]


def ask(prompt: str, tries: int = 2) -> dict:
    for attempt in range(tries):
        try:
            return json.loads(complete(prompt, temperature=0))
        except (ModelError, json.JSONDecodeError):
            if attempt == tries - 1:
                raise


def triage(ticket: dict) -> dict:
    text = re.sub(r"\s+", " ", ticket["text"])
    found = search(text, current(load_documents(), date.today()))
    route = ask(ROUTE.format(queues=QUEUES, ticket=text))
    if not found:
        return {"queue": route["queue"], "answer": None, "citations": []}
    answer = ask(ANSWER.format(ticket=text, documents=found))
    known = {doc.id for doc in found}
    cited = [c for c in answer["citations"] if c["document"] in known]
    return {"queue": route["queue"], "answer": answer["text"], "citations": cited}
