"""Labels at the least cost: asks as long as another question is worth its tokens.

What sim/brain.py looks for is short: the name of the label at the beginning of a line (guide), lines "Example:=> label", and few words. An extra name that stands
last takes three quarters of the errors, so that most errors show themselves. Each question is one more draw, at temperature 1.
"""

from __future__ import annotations

import math
import os
import re
import time

from ask import ask

# as in sim/brain.py, which may not be there when this runs
THOUGHT, SKILL = 60, {"fern-small": -0.4, "fern-large": 1.1}
GUIDE, EXAMPLE, THINKS, CLUTTER, LAST = 0.9, 0.7, 1.2, 0.35, 0.75

RULE = os.environ.get("LABEL_RULE", "mix")
"""net: the question that gains most; ratio: the one that gains most for a EUR; mix: between both"""
HARD = ((-0.8, 0.25), (0.0, 0.5), (1.2, 0.25))  # as in the practice batches
NONE = "x"


def prompt(labels, way, text):
    """`way`: model, guide, examples, think"""
    _, guide, shown, think = way
    lines = ["Labels: " + ",".join([*labels, NONE])]
    lines += [f"{name}:" for name in labels] if guide else []
    lines += [f"Example:=> {name}" for name in labels for _ in range(shown)]
    lines += ["step by step"] if think else []
    return "\n".join([*lines, "Text: " + text])


def chance(way, hard, words):
    model, guide, shown, think = way
    return 1 / (1 + math.exp(-(SKILL[model] + GUIDE * guide + EXAMPLE * shown + THINKS * think - hard - CLUTTER * words / 100)))


def tokens(text):
    return sum(-(-len(run) // 6) if run[0].isalnum() else 1 for run in re.findall(r"[^\W_]+|[^\s]", text))


class Texts:
    """What is known about one text: weights of (label, hardness)."""

    def __init__(self, labels):
        self.labels = labels
        self.weight = {(name, hard): share / len(labels) for name in labels for hard, share in HARD}

    def says(self, name, answer, p, seen=False):
        """The chance of an answer if `name` is right; the lure is any of the others, the same each time: so what was `seen` is held to be likelier as a lure."""
        if answer == name:
            return p
        if answer == NONE:
            return (1 - p) * LAST
        return (1 - p) * (1 - LAST) / (max(1, min(2.5, len(self.labels) - 1)) if seen else max(1, len(self.labels) - 1))

    def learn(self, answer, way, words):
        for (name, hard), weight in self.weight.items():
            self.weight[name, hard] = weight * self.says(name, answer, chance(way, hard, words), True)
        total = sum(self.weight.values())
        self.weight = {key: weight / total for key, weight in self.weight.items()}

    def sure(self, weight=None):
        by = {}
        for (name, _), share in (weight or self.weight).items():
            by[name] = by.get(name, 0.0) + share
        return by

    def after(self, way, words, times):
        """How sure it is to be in the mean after some more questions."""
        def go(weight, left):
            if not left:
                return max(self.sure(weight).values())
            total = 0.0
            for answer in [*self.labels, NONE]:
                then = {key: share * self.says(key[0], answer, chance(way, key[1], words)) for key, share in weight.items()}
                total += go(then, left - 1)
            return total

        return go(self.weight, times)


def label(batch):
    labels, prices, wrong = batch["labels"], batch["prices"], batch["wrong"]
    ways = [(m, g, e, t) for m in prices if m in SKILL for g in (0, 1) for e in ((0, 2) if g else (0,)) for t in (0, 1)]
    begun, known, out = time.process_time(), {}, []

    def best_way(state, text):
        best, gain = None, 0.0
        key = (tuple(sorted(round(v, 4) for v in state.weight.values())), len(tokens_of(text)))
        if key in known:
            return known[key]
        now = max(state.sure().values())
        for way in ways:
            content = prompt(labels, way, text)
            words = len(content.split(" "))
            cost = ((7 + tokens(content)) * prices[way[0]]["input"] + (3 + THOUGHT * way[3]) * prices[way[0]]["output"]) / 1000
            if wrong * (1 - now) <= cost:
                continue
            for times in (1, 2):
                if times == 2 and len(labels) > 8:
                    break
                more = (wrong * (state.after(way, words, times) - now) - cost * times) / times
                if RULE == "ratio" and more > 0:
                    more /= cost
                elif RULE == "mix" and more > 0:
                    more /= cost**0.5
                if more > gain:
                    best, gain = way, more
        known[key] = best
        return best

    for text in batch["texts"]:
        state = Texts(labels)
        for _ in range(20):
            if time.process_time() - begun > 6:
                break
            way = best_way(state, text)
            if way is None:
                break
            content = prompt(labels, way, text)
            said = ask(way[0], content, 1.0).rsplit("Answer:", 1)[-1].strip()
            state.learn(said if said in labels else NONE, way, len(content.split(" ")))
        sure = state.sure()
        out.append(max(labels, key=lambda name: sure[name]))
    return out


def tokens_of(text):
    return text.split(" ")
