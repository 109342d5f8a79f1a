"""How systems word their replies. The wording says nothing about whether they are good."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

from planted.policy import Decision

STYLES = ("curt", "warm", "long")
_OPEN = {
    "curt": {"en": "", "de": "", "es": "", "fr": ""},
    "warm": {"en": "Thank you for writing. ", "de": "Danke für Ihre Nachricht. ", "es": "Gracias por escribirnos. ", "fr": "Merci pour votre message. "},
    "long": {"en": "Thank you for your patience while we looked into this for you. ", "de": "Vielen Dank für Ihre Geduld, wir haben uns das genau angesehen. ", "es": "Gracias por su paciencia mientras revisábamos su caso. ", "fr": "Merci de votre patience pendant notre examen. "},
}  # fmt: skip
_SAID = {
    "refund": {"en": "We refund {amount:.2f} EUR.", "de": "Wir erstatten {amount:.2f} EUR.", "es": "Le devolvemos {amount:.2f} EUR.", "fr": "Nous remboursons {amount:.2f} EUR."},
    "refuse": {"en": "We cannot refund this.", "de": "Das können wir nicht erstatten.", "es": "No podemos devolver este importe.", "fr": "Nous ne pouvons pas rembourser cela."},
    "person": {"en": "A colleague will look at this.", "de": "Jemand aus dem Team sieht es sich an.", "es": "Lo revisará una persona.", "fr": "Une personne va examiner votre demande."},
}  # fmt: skip


def sentence(style: str, decision: Decision, language: str) -> str:
    """The text to the customer."""
    return _OPEN[style][language] + _SAID[decision.action][language].format(amount=decision.amount)
