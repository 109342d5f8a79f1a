"""The wording of documents and tickets: pools of sentences per matter and language, read from the JSON files beside this.

The last sentence of each pool never appears in the public sample, so that no one can learn all of the wording from it; nor
does what stands in held.json, which the `unseen` slices draw from, and no others.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from grader_kit import kept_back, open_to

QUEUES = ("billing", "access", "integrations", "reporting", "mobile", "privacy", "incidents")
LANGUAGES = ("en", "de", "es", "fr")
FOREIGN = LANGUAGES[1:]
HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Matter:
    """Something that customers write about: `refund`, `webhook`, … `wording[language]` holds its sentences."""

    key: str
    queue: str
    low: int
    high: int
    wording: dict[str, dict[str, Any]]

    def name(self, language: str = "en") -> str:
        return str(self.wording[language]["name"])


@cache
def matters() -> tuple[Matter, ...]:
    """All 28 matters, four to a queue, in a fixed order."""
    found = []
    for queue in QUEUES:
        data = json.loads((HERE / "phrases" / f"{queue}.json").read_text("utf-8"))
        for key, wording in data.items():
            low, high = wording.pop("range")
            found.append(Matter(key=key, queue=queue, low=low, high=high, wording=wording))
    return tuple(found)


@cache
def texts() -> dict[str, Any]:
    """Everything that is not about one matter: greetings, signatures, threats, orders to the machine, …"""
    return dict(json.loads((HERE / "texts.json").read_text("utf-8")))


@cache
def held() -> dict[str, Any]:
    """Sentences that no sample shows: by key and language, under `para` by matter."""
    return dict(json.loads((HERE / "held.json").read_text("utf-8")))


@dataclass(frozen=True, kw_only=True)
class Phrasebook:
    """Draws sentences. With `public`, the last of each pool of three or more is held back."""

    public: bool

    def pool(self, sentences: Sequence[str]) -> Sequence[str]:
        return open_to(sentences, public=self.public, least=3)

    def pick(self, rng: random.Random, key: str, language: str | None = None, *, unseen: bool = False) -> str:
        """One sentence of the pool `key` of `texts()`, in `language` where the pool has languages; with `unseen`, one that no
        sample shows."""
        if unseen:
            return str(rng.choice(held()[key][language]))
        pool = texts()[key]
        return rng.choice(self.pool(pool if language is None else pool[language]))

    def request(self, rng: random.Random, matter: Matter, language: str, style: str) -> str:
        """A sentence that asks about `matter`; `style` is `plain`, `para` or `ask` (the question that the matter's figure
        answers), all English only, or `unseen` (what no sample shows), with `{p}` for the product."""
        wording = matter.wording[language]
        if style == "unseen":
            more = held()["para"][matter.key] if language == "en" else []
            return str(rng.choice([*kept_back(wording["para" if language == "en" else "ticket"], least=3), *more]))
        return rng.choice(self.pool(wording[style] if language == "en" else wording["ticket"]))
