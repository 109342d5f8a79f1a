"""Labels at the least cost of tokens and errors together: the plan is chosen for the batch's prices, then carried out."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import product

from ask import ask

SKILL = {"fern-small": -0.4, "fern-large": 1.1}
HARD = ((-0.8, 0.25), (0.0, 0.5), (1.2, 0.25))
"""How hard texts are, and how often: counted over the practice batches."""
ALIKE = 0.12
"""How often two wrong answers are the same one, where the order of the labels is another."""
Way = tuple[str, bool, bool, bool]
"""Model, with the guide, with an example for each label, thinking first."""


def label(batch: dict) -> list[str]:
    plan = choose(batch)
    return [one(batch, text, plan) for text in batch["texts"]]


def choose(batch: dict) -> tuple[Way, int, Way, int]:
    """One way and a number of votes: the ones that promise the least."""
    ways = list(product(SKILL, (False, True), (False, True), (False, True)))
    rows = {way: measured(batch, way) for way in ways}
    plans = [(way, votes, way, 0) for way in ways for votes in (1, 3, 5)]
    return min(plans, key=lambda plan: promised(batch, rows, plan))


def measured(batch: dict, way: Way) -> tuple[float, list[float]]:
    """What a call costs, in EUR, and the chance of the right label for each hardness."""
    text = prompt(batch, batch["texts"][0], batch["labels"], way)
    price, count = batch["prices"][way[0]], len(text.split(" "))
    cost = ((7 + tokens(text)) * price["input"] + (3 + 75 * way[3]) * price["output"]) / 1000
    score = SKILL[way[0]] + 0.9 * way[1] + 0.7 * way[2] + 1.2 * way[3] - 0.35 * count / 100
    return cost, [1 / (1 + math.exp(hard - score)) for hard, _ in HARD]


def promised(batch: dict, rows: dict, plan: tuple[Way, int, Way, int]) -> float:
    """EUR a text, of tokens and errors."""
    first, votes, second, more = plan
    cost, chances = rows[first]
    total = votes * cost
    again, others = rows[second]
    for (_, share), p, other in zip(HARD, chances, others):
        if not more:
            total += share * batch["wrong"] * (1 - majority(p, votes))
            continue
        agreed, wrongly = p * p, (1 - p) ** 2 * ALIKE
        missed = 1 - majority(other, more)
        total += share * (batch["wrong"] * wrongly + (1 - agreed - wrongly) * (more * again + batch["wrong"] * missed))
    return total


def majority(p: float, votes: int) -> float:
    """How often the most frequent of so many labels is the right one."""
    q = 1 - p
    if votes == 1:
        return p
    if votes == 3:
        return p**3 + 3 * p * p * q + p * q * q * (1 - ALIKE)
    return p**5 + 5 * p**4 * q + 10 * p**3 * q * q + 10 * p * p * q**3 * (1 - 3 * ALIKE) + p * q**4 * (1 - 6 * ALIKE)


def one(batch: dict, text: str, plan: tuple[Way, int, Way, int]) -> str:
    first, votes, second, more = plan
    said = asked(batch, text, first, votes)
    if more and len(set(said)) > 1:
        said = asked(batch, text, second, more)
    return Counter(said).most_common(1)[0][0]


def asked(batch: dict, text: str, way: Way, votes: int) -> list[str]:
    """The labels that are said to the text, the last label being another each time."""
    labels = batch["labels"]
    orders = [labels[turn * len(labels) // votes :] + labels[: turn * len(labels) // votes] for turn in range(votes)]
    return [named(ask(way[0], prompt(batch, text, order, way)), labels) for order in orders]


def prompt(batch: dict, text: str, labels: list[str], way: Way) -> str:
    _, guided, shown, thinks = way
    guide = [f"{name}: {batch['guide'][name]}" for name in labels] if guided else []
    examples = {row["label"]: f"Example: {row['text']} => {row['label']}" for row in batch["examples"]} if shown else {}
    return "\n".join([*examples.values(), *guide, *["step by step"] * thinks, f"Labels: {', '.join(labels)}", f"Text: {text}"])


def named(reply: str, labels: list[str]) -> str:
    name = reply.rpartition("Answer:")[2].strip()
    return name if name in labels else labels[0]


def tokens(text: str) -> int:
    """One for six letters begun, one for each other visible character."""
    return sum(-(-len(run) // 6) if run[0].isalnum() else 1 for run in re.findall(r"[^\W_]+|[^\s]", text))
