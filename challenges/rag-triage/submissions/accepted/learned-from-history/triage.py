"""Triage with a classifier learned from the sample's tickets; documents and tickets meet in the class.

`examples.tsv` holds a class and a text a line: titles of the sample's documents with my translations, and its tickets,
labelled by the document that was cited. Names of products are replaced by X.
"""

import re
from collections import Counter, defaultdict
from difflib import get_close_matches
from functools import lru_cache
from math import exp, log
from pathlib import Path

import answering
from reading import NEW_MATTER, amounts, clean, fold, gives_orders, is_grave, own_words, sentences

KINDS = ["policy", "runbook", "faq", "release_note"]
WORD = re.compile(r"[a-z0-9]+")
STOP = frozenset("the a an of to for in is are we our my it and on with from that this de la le les el los der die das und wir ich est nous por para en que x".split())


@lru_cache(maxsize=20_000)
def features(folded):
    """Beginnings of words and pairs of them."""
    words = [word[:7] for word in WORD.findall(folded) if word not in STOP]
    return tuple(dict.fromkeys(words + [f"{a} {b}" for a, b in zip(words, words[1:])]))


class NaiveBayes:
    def __init__(self, rows):
        self.queue, self.seen, self.n = {}, defaultdict(Counter), Counter()
        documents = Counter()
        for label, queue, text in rows:
            self.queue[label] = queue
            self.n[label] += 1
            self.seen[label].update(features(text))
            documents.update(features(text))
        self.known = {f: log((1 + len(rows)) / n) for f, n in documents.items()}

    @lru_cache(maxsize=20_000)
    def weigh(self, feature):
        """Label → log of how much likelier the feature is under it than under the others; what a label lacks counts little."""
        total, overall = sum(self.n.values()), sum(seen[feature] for seen in self.seen.values())
        base = (overall + 0.1) / (total + 1)
        return {
            label: max(-0.3, log((seen[feature] + 0.3 * base) / (self.n[label] + 0.3) / base)) for label, seen in self.seen.items()
        }

    def evidence(self, folded):
        """Label → sum of what the features of the text say."""
        scores = Counter()
        for feature in features(folded):
            if feature in self.known:
                for label, weight in self.weigh(feature).items():
                    scores[label] += weight
        return scores


def load():
    lines = (Path(__file__).parent / "examples.tsv").read_text("utf-8").splitlines()
    return NaiveBayes([line.split("\t") for line in lines])


MODEL = load()
NAMES, DOCUMENTS, FILED, REPLACED, RULES = {}, {}, defaultdict(list), defaultdict(list), {}


def build(documents):
    for table in (NAMES, DOCUMENTS, FILED, REPLACED, RULES):
        table.clear()
    RULES.update(order=KINDS, policies=[])
    for document in sorted(documents, key=lambda d: d["id"]):
        if gives_orders(document["body"]):
            continue
        DOCUMENTS[document["id"]] = document
        for old in document["supersedes"] + re.findall(r"^Replaces: *(\S+)", document["body"], re.M):
            REPLACED[old].append(document["id"])
        if document["product"]:
            NAMES[fold(document["product"])] = document["product"]
        elif document["title"] == "Escalation policy":
            RULES["policies"].append(document["id"])
        elif order := re.search(r"Order of precedence: *(.+)", document["body"]):
            RULES["order"] = [kind.strip() for kind in order[1].split(",")]
    for document in DOCUMENTS.values():
        if document["product"]:
            learn(document)


def learn(document):
    """Files an article under its product and class, and picks up old names of products."""
    product = document["product"]
    words = re.findall(r"\b[A-Z][a-z]+\b", document["body"])
    if document["title"].startswith("A new name"):
        body = document["body"]
        old = re.search(r"(\w+) is now called|^(\w+) has a new name|what was (\w+) before", body)
        if old:
            NAMES[fold(next(filter(None, old.groups())))] = product
        return
    if re.fullmatch(rf"{product} [\d.]+", document["title"]) or not words:
        return
    scores = MODEL.evidence(fold(document["title"].replace(product, "X")))
    if scores and max(scores.values()) > 2:
        FILED[product, max(scores, key=scores.get)].append(document["id"])


def valid(name, day):
    def dated(one):
        d = DOCUMENTS.get(one)
        return d and d["valid_from"] <= day <= (d["valid_until"] or "9999")

    return dated(name) and not any(dated(newer) for newer in REPLACED[name])


def find(product, label, day):
    names = [name for name in FILED.get((product, label), []) if valid(name, day)]
    return min(names, key=lambda name: (RULES["order"].index(DOCUMENTS[name]["kind"]), name)) if names else None


def named(folded, guess=True):
    words = WORD.findall(folded)
    found = [NAMES[word] for word in words if word in NAMES]
    if not found and guess:
        found = [NAMES[hit] for word in words if len(word) > 4 for hit in get_close_matches(word, NAMES, 1, 0.84)]
    return list(dict.fromkeys(found))


def triage(ticket):
    ticket = ticket if isinstance(ticket, dict) else {}
    body, subject = clean(ticket.get("body")), clean(ticket.get("subject"))
    if len(re.findall(r"[^\W\d_]", body + subject)) < 4:
        return reply("billing", 0.14, [], True)
    said = [s for s in sentences(own_words(body)) if named(s, False) or not NEW_MATTER.search(s)]
    if not said:
        said = sentences(own_words(subject))
    customer = ticket.get("customer") if isinstance(ticket.get("customer"), dict) else {}
    own = customer.get("products")
    own = own if isinstance(own, list) and len(own) == 1 and isinstance(own[0], str) else []
    day = str(ticket.get("created_at"))[:10]
    asked = requests(said)
    cited = []
    for _, label, sentence in asked:
        for product in (named(sentence) or named(" ".join(said)) or own)[:1]:
            found = find(product, label, day)
            cited += [found] if found and found not in cited else []
    limit, plans = policy(day)
    queues = list(dict.fromkeys(MODEL.queue[label] for _, label, _ in asked))
    grave = is_grave(said, limit) or ("incidents" in queues and str(customer.get("plan")) in plans)
    if not asked:
        return reply("billing", 0.16, [], grave)
    sure = 0.5 if len(queues) > 1 else 0.97 if asked[0][0] > 4 else 0.8
    return reply(queues[0], sure, cited, grave)


def requests(said):
    """(evidence, label, sentence) of the sentences that ask for something: those that name a product, else the best."""
    scored = []
    for sentence in said:
        products = named(sentence, False)
        text = sentence
        for name in NAMES:
            text = text.replace(name, "x")
        scores = MODEL.evidence(text)
        if scores:
            label = max(sorted(scores), key=scores.get)
            scored.append((scores[label], label, sentence, bool(products)))
    with_product = [row for row in scored if row[3] and row[0] > 2.5]
    rows = with_product or sorted((row for row in scored if row[0] > 4.5), reverse=True)[:1]
    best = {}
    for weight, label, sentence, _ in sorted(rows, reverse=True):
        best.setdefault(sentence, (weight, label, sentence))
    return sorted(best.values(), reverse=True)[:2]


def policy(day):
    for name in RULES.get("policies", []):
        if valid(name, day):
            body = DOCUMENTS[name]["body"]
            line = next(line for line in body.split("\n") if line.startswith("Limit"))
            return amounts(fold(line))[0], body
    return float("inf"), ""


def reply(queue, confidence, cited, escalate):
    return {"queue": queue, "confidence": confidence, "citations": cited, "escalate": bool(escalate)}


def draft(ticket):
    """The model sees the sentences with figures, not whole articles, and answers in JSON; what it says is looked up again."""
    ticket = ticket if isinstance(ticket, dict) else {}
    told = triage(ticket)
    facts = [s for name in told["citations"] for s in figures(DOCUMENTS[name]["body"])]
    if not facts:
        return {"answer": "", "citations": [], "escalate": told["escalate"]}
    text = answering.ask(own_words(clean(ticket.get("body"))), facts)
    if not text:
        return {"answer": "", "citations": [], "escalate": True}
    return {"answer": text, "citations": told["citations"], "escalate": told["escalate"]}


def figures(body):
    parts = re.split(r"(?<=[.!?])\s+|\n", body)
    return [p for p in parts if re.search(r"\d", p) and "114" not in p and "“" not in p and "Replaces" not in p]
