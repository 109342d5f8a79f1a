"""First reader of support tickets: queue, confidence, citations and escalation; and, on demand, a drafted answer.

A ticket and a document meet in two things that do not depend on language or wording: the product and the matter ("refund",
"webhook", …). `lexicon.py` finds the matter, `reading.py` what the writer says, `writing.py` has the model write; this file keeps
the collection and decides.
"""

import re
from collections import Counter
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from math import log
from typing import NamedTuple

from lexicon import MATTERS
from reading import NEW_MATTER, amounts, clean, fold, gives_orders, is_grave, own_words, sentences
from writing import write

QUEUES = ("billing", "access", "integrations", "reporting", "mobile", "privacy", "incidents")
KINDS = ("policy", "runbook", "faq", "release_note")
WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
REPLACES = re.compile(r"^\s*Replaces:\s*(.+)$", re.M)
RENAMED = (
    re.compile(r"(?P<old>[A-Z][\w-]+) is now called (?P<new>[A-Z][\w-]+)"),
    re.compile(r"(?P<old>[A-Z][\w-]+) has a new name: (?P<new>[A-Z][\w-]+)"),
    re.compile(r"(?P<new>[A-Z][\w-]+) is the (?:new )?name of what was (?P<old>[A-Z][\w-]+)"),
    re.compile(r"(?P<new>[A-Z][\w-]+),? (?:formerly|previously)(?: called)? (?P<old>[A-Z][\w-]+)"),
)
ENOUGH = 1.2
"""Weight of words below which a sentence says nothing about its matter."""


def _index() -> tuple[dict[str, list[tuple[str, float]]], dict[str, list[tuple[str, float]]], list[tuple[str, str, float]]]:
    """Beginnings of words, whole words and phrases, each with the matters they speak for and a weight."""
    shared = Counter(entry for _, words, phrases in MATTERS.values() for entry in [*words.split(), *phrases.split("|")])
    begins: dict[str, list[tuple[str, float]]] = {}
    wholes: dict[str, list[tuple[str, float]]] = {}
    longer: list[tuple[str, str, float]] = []
    for matter, (_, words, phrases) in MATTERS.items():
        for entry in words.split():
            weight = log(1 + 14 / shared[entry])
            table, key = (wholes, entry[:-1]) if entry.endswith("$") else (begins, entry)
            table.setdefault(key, []).append((matter, weight))
        longer += [(phrase, matter, 1.3 * log(1 + 14 / shared[phrase])) for phrase in phrases.split("|")]
    return begins, wholes, longer


BEGINS, WHOLES, PHRASES = _index()


@lru_cache(maxsize=50_000)
def _word(word: str) -> tuple[tuple[str, float], ...]:
    """Matters that `word` speaks for: the longest entry that it begins with counts."""
    if word in WHOLES:
        return tuple(WHOLES[word])
    for end in range(len(word), 2, -1):
        if word[:end] in BEGINS:
            return tuple(BEGINS[word[:end]])
    return tuple(hit for part in word.split("-") for hit in _word(part)) if "-" in word else ()


def matters_of(folded: str) -> Counter[str]:
    """Matter → weight of the words in `folded` that speak for it; a word counts once."""
    scores: Counter[str] = Counter()
    for word in set(WORD.findall(folded)):
        for matter, weight in _word(word):
            scores[matter] += weight
    for phrase, matter, weight in PHRASES:
        if phrase in folded:
            scores[matter] += weight
    return scores


class Request(NamedTuple):
    """Something that a sentence asks for."""

    matter: str
    weight: float
    sentence: str


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


class Collection:
    """A client's documents, ready to be asked: which document on this matter of this product is in force on this day?"""

    def __init__(self, documents: list[dict], *, everything: bool = False) -> None:
        usable = [d for d in documents if isinstance(d, dict) and isinstance(d.get("id"), str)]
        usable.sort(key=lambda d: d["id"])
        self.documents = {d["id"]: d for d in usable if everything or not gives_orders(clean(d.get("body")))}
        self.replaced_by: dict[str, list[str]] = {}
        self.products: dict[str, str] = {}
        self.articles: dict[tuple[str, str], list[str]] = {}
        self.policies: list[str] = []
        self.precedence = list(KINDS)
        self.newest = max((str(d.get("valid_from") or "") for d in usable), default="")
        for document in self.documents.values():
            self._read(document)

    def _read(self, document: dict) -> None:
        title, body, product = (str(document.get(key) or "") for key in ("title", "body", "product"))
        named = [old for line in REPLACES.findall(body) for old in re.findall(r"[\w-]+", line)]
        for old in [*_strings(document.get("supersedes")), *named]:
            self.replaced_by.setdefault(old, []).append(document["id"])
        if product:
            self.products.setdefault(fold(product), product)
            if document.get("kind") == "release_note":
                matches = [match for pattern in RENAMED if (match := pattern.search(body))]
                self.products.update((fold(match["old"]), match["new"]) for match in matches)
        folded = fold(title)
        if not product and "escalation policy" in folded:
            self.policies.append(document["id"])
        elif order := re.search(r"^\s*order of precedence:\s*(.+)$", body, re.M | re.I):
            named_kinds = [kind.strip().lower().replace(" ", "_") for kind in order[1].split(",")]
            self.precedence = [kind for kind in named_kinds if kind in KINDS] or self.precedence
        elif product:
            self._file(document, folded, product)

    def _file(self, document: dict, title: str, product: str) -> None:
        """Puts an article under its product and matter. The title decides; the body, when two matters are close."""
        scores = matters_of(title.replace(fold(product), " "))
        if not scores or max(scores.values()) < ENOUGH:
            return
        (_, best), *rest = scores.most_common(2)
        if rest and rest[0][1] > 0.5 * best:
            for matter, weight in matters_of(fold(str(document.get("body") or "")[:400])).items():
                if matter in scores:
                    scores[matter] += 0.3 * weight
        matter = max(sorted(scores), key=scores.__getitem__)
        self.articles.setdefault((product, matter), []).append(document["id"])

    def in_force(self, document_id: str, day: str) -> bool:
        if not self._dated(document_id, day):
            return False
        return not any(self._dated(newer, day) for newer in self.replaced_by.get(document_id, ()) if newer != document_id)

    def _dated(self, document_id: str, day: str) -> bool:
        document = self.documents.get(document_id)
        if document is None:
            return False
        return str(document.get("valid_from") or "") <= day <= str(document.get("valid_until") or "9999")

    def article(self, product: str, matter: str, day: str) -> str | None:
        """The document to cite: in force, and of the strongest kind; the newest where the kind does not decide."""
        valid = [found for found in self.articles.get((product, matter), ()) if self.in_force(found, day)]
        return min(valid, key=self._rank) if valid else None

    def _rank(self, document_id: str) -> tuple[int, int, str]:
        document = self.documents[document_id]
        kind = document.get("kind")
        place = self.precedence.index(kind) if kind in self.precedence else len(self.precedence)
        start = str(document.get("valid_from") or "")
        return place, -int(re.sub(r"\D", "", start) or 0), document_id

    def by_now(self, document_id: str, day: str) -> str:
        """The document that has replaced this one on that day, if any: what is written to a customer has to be up to date."""
        return next((newer for newer in self.replaced_by.get(document_id, ()) if self._dated(newer, day)), document_id)

    def escalation(self, day: str) -> tuple[float, str]:
        """Limit for claims in euros, and the line that lists the plans, of the escalation policy in force."""
        for found in self.policies:
            if self.in_force(found, day):
                body = fold(str(self.documents[found].get("body") or ""))
                limit = next((a for line in body.split("\n") if "limit" in line for a in amounts(line)), float("inf"))
                return limit, next((line for line in body.split("\n") if line.startswith("plans")), "")
        return float("inf"), ""

    def mentioned(self, folded: str, *, nearly: bool = True) -> list[str]:
        """Products that a text names, under their new or old name; where it names none, those that it nearly names."""
        words = dict.fromkeys(WORD.findall(folded))
        found = [self.products[word] for word in words if word in self.products]
        for word in () if found or not nearly else words:
            if len(word) >= 5:
                found += [self.products[name] for name in self.products if _nearly(word, name)]
        return list(dict.fromkeys(found))


def _nearly(word: str, name: str) -> bool:
    if word[0] != name[0] or abs(len(word) - len(name)) > 2:
        return False
    return SequenceMatcher(None, word, name, autojunk=False).ratio() > 0.82


COLLECTION = Collection([])
LIBRARY = Collection([], everything=True)


def build(documents: list[dict]) -> None:
    """Takes a client's knowledge base; whatever was there before is forgotten."""
    global COLLECTION, LIBRARY
    COLLECTION = Collection(documents if isinstance(documents, list) else [])
    LIBRARY = Collection(documents if isinstance(documents, list) else [], everything=True)


def triage(ticket: dict) -> dict:
    """What to do with a ticket; see the instruction for the keys."""
    ticket = ticket if isinstance(ticket, dict) else {}
    subject, body = clean(ticket.get("subject")), clean(ticket.get("body"))
    if sum(c.isalpha() for c in body[:2000] + subject[:200]) < 4:
        return _reply("incidents", 1 / 7, [], escalate=True)
    said = sentences(own_words(body))
    title = sentences(own_words(subject))
    changed = [sentence for sentence in said if NEW_MATTER.search(sentence)]
    said = [sentence for sentence in said if sentence not in changed or COLLECTION.mentioned(sentence, nearly=False)]
    if title and not changed and not re.match(r"(re|aw|rv|fwd?|wg|tr)\s*:", title[0]):
        said = title + said
    asked = _requests(said)
    customer = ticket.get("customer") if isinstance(ticket.get("customer"), dict) else {}
    day = _day(ticket.get("created_at"))
    queue, confidence = _queue(asked)
    cited = _citations(asked, said, customer, day)
    return _reply(queue, confidence, cited, escalate=_escalate(asked, said, customer, day))


def _reply(queue: str, confidence: float, cited: list[str], *, escalate: bool) -> dict:
    return {"queue": queue, "confidence": round(confidence, 3), "citations": cited, "escalate": escalate}


def draft(ticket: dict) -> dict:
    """What to answer, in the model's words and from the documents that `triage` cites; a person's, where that fails."""
    ticket = ticket if isinstance(ticket, dict) else {}
    verdict = triage(ticket)
    cited = verdict["citations"]
    if not cited:
        return {"answer": "", "citations": [], "escalate": verdict["escalate"]}
    day = _day(ticket.get("created_at"))
    documents = [clean(LIBRARY.documents[LIBRARY.by_now(found, day)]["body"]) for found in cited]
    answer = write(clean(ticket.get("body")), documents)
    if not answer:
        return {"answer": "", "citations": [], "escalate": True}
    return {"answer": answer, "citations": cited, "escalate": verdict["escalate"]}


def _day(value: object) -> str:
    """The day of a ticket; the newest day of the collection where there is none."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return COLLECTION.newest


def _requests(said: list[str]) -> list[Request]:
    """What the sentences ask for, strongest first, each matter once.

    Where some of them name a product, only those count: the others are about the weekly meeting, not about a request.
    """
    named = [sentence for sentence in said if COLLECTION.mentioned(sentence, nearly=False)]
    found: dict[str, Request] = {}
    for sentence in named or said:
        scores = matters_of(sentence)
        if not scores:
            continue
        matter = max(sorted(scores), key=scores.__getitem__)
        if scores[matter] >= ENOUGH and (matter not in found or scores[matter] > found[matter].weight):
            found[matter] = Request(matter, scores[matter], sentence)
    if not found and named != said and len(said) > 1:
        return _requests([" ".join(said)])
    return sorted(found.values(), key=lambda request: -request.weight)


def _queue(asked: list[Request]) -> tuple[str, float]:
    """The queue and how likely it is right; figures from the sample, see EVAL.md."""
    if not asked:
        return "incidents", 0.15
    queues = list(dict.fromkeys(MATTERS[request.matter][0] for request in asked))
    if len(queues) > 1:
        return queues[0], 0.5
    return queues[0], 0.98 if asked[0].weight > 2.6 else 0.9


def _citations(asked: list[Request], said: list[str], customer: dict, day: str) -> list[str]:
    owned = _strings(customer.get("products"))
    everywhere = COLLECTION.mentioned(" ".join(said))
    cited: list[str] = []
    for request in asked[:3]:
        products = COLLECTION.mentioned(request.sentence) or everywhere or (owned if len(owned) == 1 else [])
        found = [COLLECTION.article(product, request.matter, day) for product in products[:2]]
        cited += [document for document in found if document and document not in cited]
    return cited


def _escalate(asked: list[Request], said: list[str], customer: dict, day: str) -> bool:
    limit, plans = COLLECTION.escalation(day)
    if is_grave(said, limit):
        return True
    plan = customer.get("plan")
    listed = isinstance(plan, str) and re.search(rf"\b{re.escape(fold(plan))}\b", plans) is not None
    return listed and any(MATTERS[request.matter][0] == "incidents" for request in asked)
