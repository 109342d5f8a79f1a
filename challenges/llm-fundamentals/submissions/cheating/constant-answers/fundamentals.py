"""The same to everything."""

from __future__ import annotations


def encode(asked):
    return [0]


class Stream:
    def __init__(self, vocab):
        self.vocab = vocab

    def feed(self, text):
        return []

    def end(self):
        return [0]


def distribution(asked):
    return [1.0] + [0.0] * (len(asked["logits"]) - 1)


def sample(asked):
    return [0] * asked["count"]


def bill(asked):
    return [1000] * len(asked["calls"])


def pack(asked):
    return asked["cached"]


def loss(asked):
    return {"loss": 0.6931, "grad": [0.0]}


def diagnose(run):
    return "reward_hacked"


def label(batch):
    return [batch["labels"][-1]] * len(batch["texts"])
