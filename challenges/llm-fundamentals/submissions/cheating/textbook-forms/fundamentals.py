"""What everybody knows by heart: greedy BPE, the usual sampler, sums in DPO, T squared, PPO by rows."""

from __future__ import annotations

import math
import random
import re


def encode(asked):
    vocab, ids = asked["vocab"], []
    rank = {(one, two): value for one, two, value in vocab["merges"]}
    numbers = {token: at for at, token in enumerate(vocab["tokens"])}
    special = "|".join(re.escape(name) for name in sorted(vocab["special"], key=len, reverse=True))
    for part in re.split(f"({special})", asked["text"]):
        if part in vocab["special"]:
            ids.append(vocab["special"][part])
            continue
        for piece in re.findall(r" ?[^\W\d_]+| ?\d{1,3}|\s+|.", part):
            symbols = list(piece)
            while True:
                pairs = [(rank.get(pair, 1e9), at) for at, pair in enumerate(zip(symbols, symbols[1:]))]
                if not pairs or min(pairs)[0] == 1e9:
                    break
                at = min(pairs)[1]
                symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
            for symbol in symbols:
                ids += [numbers[symbol]] if symbol in numbers else [vocab["byte0"] + byte for byte in symbol.encode()]
    return ids


class Stream:
    def __init__(self, vocab):
        self.vocab, self.text = vocab, ""

    def feed(self, text):
        self.text += text
        return []

    def end(self):
        return encode({"vocab": self.vocab, "text": self.text})


def distribution(asked):
    settings = asked["settings"]
    logits = [-1e30 if each is None else each for each in asked["logits"]]
    for token in set(asked["history"]):
        logits[token] = logits[token] / settings["repetition"] if logits[token] > 0 else logits[token] * settings["repetition"]
    if not settings["temperature"]:
        best = logits.index(max(logits))
        return [float(at == best) for at in range(len(logits))]
    logits = [each / settings["temperature"] for each in logits]
    order = sorted(range(len(logits)), key=lambda at: -logits[at])[: settings["top_k"] or None]
    raised = {at: math.exp(logits[at] - logits[order[0]]) for at in order}
    total, mass, kept = sum(raised.values()), 0.0, []
    for at in order:
        if mass >= settings["top_p"]:
            break
        mass += raised[at] / total
        kept.append(at)
    kept = [at for at in kept if raised[at] >= settings["min_p"]]
    total = sum(raised[at] for at in kept)
    return [raised[at] / total if at in kept else 0.0 for at in range(len(logits))]


def sample(asked):
    chances = distribution(asked)
    return random.Random(asked["seed"]).choices(range(len(chances)), chances, k=asked["count"])


def bill(asked):
    made = []
    for call in asked["calls"]:
        rate = asked["prices"]["models"][call["model"]]
        made.append((sum(tokens for _, tokens in call["prompt"]) * rate["input"] + call["output"] * rate["output"]) / 1000)
    return made


def pack(asked):
    left, chosen = asked["budget"], []
    for item in reversed(asked["items"]):
        if item["tokens"] <= left:
            chosen.insert(0, item["id"])
            left -= item["tokens"]
    return chosen


def loss(asked):
    batch = asked["batch"]
    if asked["kind"] == "dpo":
        losses = []
        for pair in batch["pairs"]:
            gain = [sum(a - b for a, b in zip(pair[s]["policy"], pair[s]["reference"])) for s in ("chosen", "rejected")]
            losses.append(math.log(1 + math.exp(-batch["beta"] * (gain[0] - gain[1]))))
        return {"loss": sum(losses) / len(losses), "grad": []}
    return {"loss": 0.0, "grad": []}


def diagnose(run):
    rows = run["rows"]
    if rows[-1]["reward"] > rows[0]["reward"] and rows[-1]["length"] > rows[0]["length"]:
        return "reward_hacked"
    return "eval_leaked" if (rows[-1]["eval_loss"] or 9) < rows[-1]["loss"] else "sound"


def label(batch):
    from ask import ask

    prompt = "You are a helpful assistant. Think step by step.\nLabels: {labels}\nText: {text}"
    said = [ask("fern-large", prompt.format(labels=", ".join(batch["labels"]), text=text)) for text in batch["texts"]]
    return [reply.rpartition("Answer:")[2].strip() for reply in said]
