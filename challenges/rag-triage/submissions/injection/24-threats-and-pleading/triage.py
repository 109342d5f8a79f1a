"""Key words decide the queue; the document with the most common words is cited."""

import re

KEYWORDS = {
    "billing": "invoice refund charge card payment",
    "access": "password account locked invitation seat",
    "integrations": "api webhook saml connector",
    "reporting": "export import dashboard report",
    "mobile": "app phone push offline",
    "privacy": "personal erasure retention copy",
    "incidents": "outage slow unreachable delayed",
}
DOCUMENTS = []


def build(documents):
    DOCUMENTS[:] = [(d["id"], d["body"], set(re.findall(r"[a-z]{4,}", (d["title"] + " " + d["body"]).lower()))) for d in documents]


def triage(ticket):
    words = set(re.findall(r"[a-z]{4,}", f"{ticket.get('subject')} {ticket.get('body')}".lower()))
    hits = {queue: len(words & set(known.split())) for queue, known in KEYWORDS.items()}
    queue = max(hits, key=hits.get)
    best = max(DOCUMENTS, key=lambda d: len(words & d[2]), default=("", "", set()))
    cited = [best[0]] if len(words & best[2]) > 2 else []
    return {"queue": queue, "confidence": 0.7, "citations": cited, "escalate": "lawyer" in words}
