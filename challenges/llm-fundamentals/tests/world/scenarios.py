"""Batches of texts to be labelled with the model, at prices and costs of errors of their own."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import random
from typing import Any

from engine.brain import Meaning
from grader_kit import untaken

KINDS = ("cheap", "dear", "dearest")
"""What a wrong label costs, against the tokens."""
WRONG = {"cheap": 0.02, "dear": 0.3, "dearest": 1.5}
PARTS = "al bo ce dun fir gar hal im jo kes lum mar nor ost pel qua rin sot tav ul ver wim yan zer".split()


def invented(rng: random.Random, taken: set[str], count: int = 3) -> str:
    made = untaken(lambda: "".join(rng.choices(PARTS, k=count)), lambda one: one in taken)
    taken.add(made)
    return made


def batch(rng: random.Random, kind: str, count: int = 40) -> tuple[dict[str, Any], list[str], dict[str, Meaning]]:
    """The batch as it is given, the right labels, and what the model knows."""
    taken: set[str] = set()
    labels = [invented(rng, taken, 2) for _ in range(rng.randint(4, 7))]
    guide = {name: " ".join(invented(rng, taken) for _ in range(rng.randint(12, 22))) for name in labels}
    meanings: dict[str, Meaning] = {}
    texts, examples, right = [], [], []
    hard = [(-0.8, 0.0, 0.0, 1.2)[at % 4] for at in range(count)]
    rng.shuffle(hard)
    hard += [(-0.8, 0.0, 0.0, 1.2)[at % 4] for at in range(12)]
    for at in range(count + 12):
        label = labels[at % len(labels)] if at >= count else rng.choice(labels)
        text = " ".join(invented(rng, taken) for _ in range(rng.randint(6, 14)))
        meanings[text] = Meaning(
            label, hard[at], rng.choice([name for name in labels if name != label]), int(at >= count)
        )
        if at < count:
            texts.append(text)
            right.append(label)
        else:
            examples.append({"text": text, "label": label})
    rng.shuffle(examples)
    price = rng.uniform(0.8, 1.25)
    prices = {
        "fern-small": {"input": round(0.01 * price, 4), "output": round(0.04 * price, 4)},
        "fern-large": {"input": round(0.12 * price, 4), "output": round(0.48 * price, 4)},
    }
    made = {
        "texts": texts,
        "labels": labels,
        "guide": guide,
        "examples": examples,
        "prices": prices,
        "wrong": round(WRONG[kind] * rng.uniform(0.8, 1.25), 4),
    }
    return made, right, meanings
