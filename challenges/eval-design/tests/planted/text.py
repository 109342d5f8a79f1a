"""What can be told from a message itself: its language, the usual words for a matter, orders to a machine."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

LANGUAGES = ("en", "de", "es", "fr")
_STOP = {
    "en": "the a an and is was it my i you to of in for that this with not have has on at but we your me they be are from would want no when were had do can our what been did so if as just after only still please hello thanks",
    "de": "der die das und ist war es mein meine ich sie zu von in für dass mit nicht habe hat auf aber wir ihr mir ein eine einen den dem im bei nach noch nur wenn wurde bitte möchte kein keine sind aus wie zurück beim sich auch am mich doch",
    "es": "el la los las y es era mi yo usted de en para que esto con no he ha sobre pero nosotros su me un una del al por se está lo le muy ya cuando sin más fue quiero como desde mis esta todo nos o hay favor hola gracias",
    "fr": "le la les et est était il mon ma je vous de en pour que ce cette avec ne pas ai a sur mais nous votre me un une du au par se des qui dans j c n d l on y été mes quand plus avez bien être sans fait suis très bonjour merci faire dernière rien toujours",
}
_USUAL = {
    "damaged": {"en": "damaged|broken|defective|faulty", "de": "beschädigt|kaputt|defekt|zerbrochen", "es": "dañad|rot[oa]|defectuos", "fr": "endommag|cass[ée]|défectueu"},
    "wrong_item": {"en": "wrong|different item|not what i ordered", "de": "falsch|nicht bestellt", "es": "equivocad|incorrect|erróne", "fr": "mauvais|erreur|pas commandé"},
    "late": {"en": r"late\b|delay|not arrived|overdue", "de": "verspät|zu spät|nicht angekommen|verzöger", "es": "tarde|retras|no ha llegado", "fr": "retard|trop tard|pas arrivé"},
    "changed_mind": {"en": "chang(?:e|ed) my mind|no longer (?:need|want)|return", "de": "anders überlegt|nicht mehr|zurückgeb|zurückgeben|zurückschicken", "es": "cambiado de (?:idea|opinión)|ya no|devolver", "fr": "changé d.avis|plus besoin|n.en veux plus|retourner|rendre"},
    "safety": {"en": "hurt|injur|burn|lawyer|shock", "de": "verletz|verbrannt|anwalt|stromschlag", "es": "herid|lesion|quemad|abogad|descarga", "fr": "bless|brûl|avocat|choc"},
}  # fmt: skip
_CUES = (
    r"ignor|disregard|overrid|overrul|system prompt|(?<!shop )(?<!sales )assistant|(?<!['’])\bai\b|\bbot\b|language model|"
    r"developer mode|\badmin(?:istrator)?\b|<system|\bsystem ?:|(?:new|following|these) instructions|"
    r"approve (?:this|the|it|my|a)|mark (?:this|it) as|set (?:the )?action|you must (?:now )?(?:refund|pay|grant|approve)|"
    r"grade this|score this|level 5|5/5|full marks|top grade|"
    r"anweisung|vorgabe|\bki\b|sprachmodell|genehmige|instrucciones para|asistente|\bia\b|aprueb|consigne|approuve"
)


@lru_cache(maxsize=2048)
def language(text: str) -> str:
    """The language with the most stop words in `text`; empty for a text with none."""
    words = re.findall(r"[a-zà-ÿß]+", text.lower())
    votes = {name: sum(word in stop_words(name) for word in words) for name in LANGUAGES}
    if re.search(r"[äöüß]", text.lower()):
        votes["de"] += 1
    if re.search(r"[ñ¿¡]", text.lower()):
        votes["es"] += 1
    best = max(LANGUAGES, key=lambda name: votes[name])
    return best if votes[best] else ""


@cache
def stop_words(name: str) -> frozenset[str]:
    return frozenset(_STOP[name].split())


@lru_cache(maxsize=2048)
def says_it_usually(text: str, reason: str) -> bool:
    """Whether a message names its matter by a usual word of its language. Unclear messages have none to name."""
    return reason not in _USUAL or reason in named_usually(text)


@lru_cache(maxsize=2048)
def named_usually(text: str) -> frozenset[str]:
    """The reasons of which a message has a usual word in its language."""
    spoken = language(text)
    patterns = {reason: usual.get(spoken) or "|".join(usual.values()) for reason, usual in _USUAL.items()}
    return frozenset(reason for reason, pattern in patterns.items() if re.search(rf"\b(?:{pattern})", text.lower()))


@lru_cache(maxsize=2048)
def gives_orders(text: str) -> bool:
    """Whether a text speaks to the machine that reads it."""
    return re.search(_CUES, text.lower()) is not None


def plain(text: Any) -> str:
    """`text` without case and punctuation, for comparing; empty for what is no text."""
    return " ".join(re.findall(r"\w+", text.lower())) if isinstance(text, str) else ""


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of all words of two texts that both have."""
    return len(one & other) / len(one | other) if one | other else 1.0


def words(text: str) -> int:
    return len(plain(text).split())
