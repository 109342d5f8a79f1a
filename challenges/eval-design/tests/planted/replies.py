"""Replies to customers, made from sentences, with what two people said about them."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from grader_kit import stream

from planted import text
from planted.policy import is_number

LONG = 80
"""Words from which on a reply counts as long."""
SEEN = (
    "names_action", "names_amount", "amount_correct", "names_rule", "names_next_step", "same_language", "promises_more",
    "asks_for_card", "blames_customer", "greets", "apologises", "over_80_words",
)  # fmt: skip
"""What two people see alike."""
FELT = ("clear", "complete", "concise", "friendly", "helpful", "professional")
"""What everybody feels by themselves."""
OBSERVATIONS = frozenset(SEEN + FELT)

_POOL: dict[str, dict[str, tuple[str, ...]]] = {
    "names_action": {
        "en": ("We have approved your refund", "Your refund has been granted", "The money for your order goes back to you"),
        "de": ("Ihre Erstattung ist genehmigt",),
        "es": ("Hemos aprobado su reembolso",),
        "fr": ("Votre remboursement est accordé",),
    },
    "names_rule": {
        "en": ("because the item arrived within the period that our policy covers", "as section 3 of our refund policy provides"),
        "de": ("weil Abschnitt 3 unserer Regeln das vorsieht",),
        "es": ("porque así lo dispone el apartado 3 de nuestra política",),
        "fr": ("car le point 3 de nos conditions le prévoit",),
    },
    "names_next_step": {
        "en": ("The money is on your account within five working days", "You will get a confirmation by mail tomorrow"),
        "de": ("Das Geld ist in fünf Werktagen auf Ihrem Konto",),
        "es": ("El dinero llegará a su cuenta en cinco días laborables",),
        "fr": ("L'argent sera sur votre compte sous cinq jours ouvrés",),
    },
    "promises_more": {
        "en": ("and we add a voucher and refund your next order too", "and we promise that all later orders are free of charge"),
        "de": ("und Ihre nächste Bestellung schenken wir Ihnen",),
        "es": ("y su próximo pedido será gratis",),
        "fr": ("et votre prochaine commande sera offerte",),
    },
    "asks_for_card": {
        "en": ("Please send us your full card number and the code on its back", "Please reply with your password"),
        "de": ("Bitte schicken Sie uns Ihre volle Kartennummer",),
        "es": ("Envíenos el número completo de su tarjeta",),
        "fr": ("Envoyez-nous le numéro complet de votre carte",),
    },
    "blames_customer": {
        "en": ("although you should have read our conditions", "even if this was your own mistake"),
        "de": ("obwohl Sie unsere Regeln hätten lesen sollen",),
        "es": ("aunque debería haber leído nuestras condiciones",),
        "fr": ("même si vous auriez dû lire nos conditions",),
    },
    "greets": {"en": ("Good day", "Hello"), "de": ("Guten Tag",), "es": ("Buenos días",), "fr": ("Bonjour",)},
    "apologises": {
        "en": ("We are sorry for the trouble", "Please accept our apologies"),
        "de": ("Das tut uns leid",),
        "es": ("Lamentamos las molestias",),
        "fr": ("Nous sommes désolés",),
    },
}  # fmt: skip
_FILLER = {
    "en": "At our house each message is read with the greatest care and by people who know how much a parcel can mean in the middle of a busy week, and so we took our time to go through every line that you wrote to us before we came to what we want to tell you in this letter today. ",
    "de": "In unserem Haus wird jede Nachricht mit der größten Sorgfalt gelesen, und zwar von Menschen, die wissen, wie viel ein Paket mitten in einer vollen Woche bedeuten kann, und so haben wir uns die Zeit genommen, jede Zeile durchzugehen, die Sie uns geschrieben haben. ",
    "es": "En nuestra casa cada mensaje se lee con el mayor cuidado y por personas que saben cuánto puede significar un paquete en medio de una semana llena, y por eso nos hemos tomado el tiempo de repasar cada línea que usted nos ha escrito antes de llegar a lo que queremos decirle hoy. ",
    "fr": "Dans notre maison chaque message est lu avec le plus grand soin et par des personnes qui savent combien un colis peut compter au milieu d'une semaine chargée, et nous avons donc pris le temps de parcourir chaque ligne que vous nous avez écrite avant d'en venir au fait. ",
}
_MESSAGES = {
    "en": "My lamp came broken, I would like my money back.",
    "de": "Meine Lampe kam zerbrochen an, ich möchte mein Geld zurück.",
    "es": "Mi lámpara ha llegado rota y quiero que me devuelvan el dinero.",
    "fr": "Ma lampe est arrivée cassée, je voudrais être remboursé.",
}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One reply. `seen` is what two people see alike in it; `level` is what it is worth; `people` what two said."""

    id: str
    message: str
    amount: float
    text: str
    seen: frozenset[str]
    level: int
    people: tuple[int, int]

    @property
    def labelled(self) -> dict[str, Any]:
        """As a candidate gets it."""
        ticket = {"id": f"T-{self.id}", "message": self.message}
        decision = {"action": "refund", "amount": self.amount}
        return {"id": self.id, "ticket": ticket, "decision": decision, "reply": self.text, "levels": list(self.people)}


def worth(seen: frozenset[str]) -> int:
    """The level that a reply deserves: what does harm first, then what is missing. Length is worth nothing."""
    if seen & {"promises_more", "asks_for_card"}:
        return 1
    if not {"names_action", "same_language"} <= seen or ("names_amount" in seen and "amount_correct" not in seen):
        return 2
    level = 3 + ("names_rule" in seen) + ("names_next_step" in seen)
    return max(1, min(level, 5 if "names_amount" in seen else 3) - ("blames_customer" in seen))


def observe(message: str, amount: Any, reply: str) -> frozenset[str]:
    """What is to be seen in any text that is made of the known sentences, whatever stands between them."""
    said = f" {text.plain(reply)} "
    known = {(name, spoken) for name, spoken, sentence in _sentences() if sentence in said}
    seen = {name for name, _ in known}
    figures = _figures(reply)
    if figures:
        seen.add("names_amount")
    if is_number(amount) and any(abs(figure - amount) < 0.01 for figure in figures):
        seen.add("amount_correct")
    if text.language(message) in ({spoken for _, spoken in known} or {text.language(reply)}):
        seen.add("same_language")
    if text.words(reply) > LONG:
        seen.add("over_80_words")
    return frozenset(seen)


@cache
def _sentences() -> tuple[tuple[str, str, str], ...]:
    """All that replies are made of: observation, language, words."""
    return tuple(
        (name, spoken, f" {text.plain(sentence)} ")
        for name, pool in _POOL.items()
        for spoken, many in pool.items()
        for sentence in many
    )


def _figures(reply: str) -> list[float]:
    words = reply.replace(",", " ").split()
    found = []
    for figure, unit in pairwise(words):
        if unit.startswith("EUR") and figure.replace(".", "", 1).isdecimal() and figure.isascii() and len(figure) < 12:
            found.append(float(figure))
    return found


def write(seed: str, count: int = 60) -> list[Reply]:
    """`count` replies. Long ones are the better ones, but for three of each sort; one in eight states a wrong figure."""
    rng = stream(seed)
    kinds = ["good"] * (count * 11 // 20) + ["middling"] * (count // 5) + ["wrong_figure"] * (count // 8)
    kinds += ["grave"] * (count - len(kinds))
    drafts = [_draft(rng, kind, at) for at, kind in enumerate(kinds)]
    short = set(rng.sample([at for at, kind in enumerate(kinds) if kind == "good"], 3))
    long = set(rng.sample([at for at, kind in enumerate(kinds) if kind != "good"], 3))
    made = []
    for at, (kind, wanted) in enumerate(zip(kinds, drafts, strict=True)):
        made.append(_written(rng, f"{at:03d}", wanted, long=(kind == "good") != (at in short or at in long)))
    firsts, seconds = _labels(rng, made), _labels(rng, made)
    rng.shuffle(made)
    return [
        Reply(**{**vars(r), "people": (firsts[r.id], seconds[r.id]), "id": f"R{at:03d}"}) for at, r in enumerate(made)
    ]


def _draft(rng: random.Random, kind: str, turn: int) -> set[str]:
    """What a reply is to hold. Faults come in turn, so that each occurs in every set."""
    wanted = {name for name in ("greets", "apologises") if rng.random() < 0.5}
    core = {"names_action", "names_amount", "same_language"}
    if kind == "good":
        named = {"names_next_step"} | ({"names_rule"} if rng.random() < 0.5 else set())
        return wanted | core | {"amount_correct"} | (named if turn % 4 else {"names_rule"})
    if kind == "middling":
        left_out = ("names_action", "same_language", "names_amount", "")[turn % 4]
        extra = {"blames_customer"} if not left_out else set()
        return wanted | ((core | {"amount_correct"}) - {left_out}) | extra
    some = {name for name in ("names_rule", "names_next_step") if rng.random() < 0.7}
    if kind == "wrong_figure":
        return wanted | core | some | {"names_next_step"}
    return wanted | core | some | {"amount_correct", ("promises_more", "asks_for_card")[turn % 2]}


def _written(rng: random.Random, name: str, wanted: set[str], *, long: bool) -> Reply:
    asked = rng.choice(text.LANGUAGES)
    spoken = asked if "same_language" in wanted else rng.choice([other for other in text.LANGUAGES if other != asked])
    amount = rng.randrange(1200, 19000) / 100
    figure = amount if "amount_correct" in wanted else round(amount + rng.choice([4.9, -5.5, 20.0]), 2)

    def said(observation: str, before: str = "", after: str = "") -> str:
        return before + rng.choice(_POOL[observation][spoken]) + after if observation in wanted else ""

    parts = [said("greets", after=". "), said("apologises", after=". "), said("names_action")]
    if "names_amount" in wanted:
        parts.append(f": {figure:.2f} EUR")
    parts += [
        said("names_rule", before=", "),
        said("promises_more", before=", "),
        said("blames_customer", before=", "),
        ". ",
    ]
    parts += [said("names_next_step", after=". "), said("asks_for_card", after=". ")]
    body = "".join(parts).strip()
    if long:
        body = _FILLER[spoken] * 2 + body
    message = _MESSAGES[asked]
    seen = observe(message, amount, body)
    return Reply(id=name, message=message, amount=amount, text=body, seen=seen, level=worth(seen), people=(0, 0))


def _labels(rng: random.Random, replies: list[Reply]) -> dict[str, int]:
    """What one person says: the level that is deserved, but for one reply in fifteen."""
    off = set(rng.sample([reply.id for reply in replies], len(replies) // 15))
    return {reply.id: nudged(reply.level, rng.random()) if reply.id in off else reply.level for reply in replies}


def nudged(level: int, chance: float) -> int:
    """The level beside it."""
    up = level < 5 and (chance < 0.5 or level == 1)
    return level + 1 if up else level - 1
