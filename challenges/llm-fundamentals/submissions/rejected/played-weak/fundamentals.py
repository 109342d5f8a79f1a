"""Tokenizer, sampler, bills, losses, contexts, runs, labels."""

from __future__ import annotations

import math
import random
import re

from ask import ask


def encode(asked):
    vocab, text = asked["vocab"], asked["text"]
    ids = {t: i for i, t in enumerate(vocab["tokens"])}
    ranks = {}
    for l, r, rank in vocab["merges"]:
        ranks.setdefault((l, r), rank)
    out = []
    special = vocab["special"]
    pattern = "|".join(re.escape(s) for s in sorted(special, key=len, reverse=True))
    parts = re.split(f"({pattern})", text) if pattern else [text]
    for part in parts:
        if part in special:
            out.append(special[part])
            continue
        for piece in re.findall(r" ?[^\W\d_]+| ?\d+|[\s\S]", part):
            if piece.strip().isdigit():
                space = piece[: len(piece) - len(piece.lstrip())]
                digits = piece.strip()
                pieces = [digits[i:i + 3] for i in range(0, len(digits), 3)]
                pieces[0] = space + pieces[0]
            else:
                pieces = [piece]
            for p in pieces:
                symbols = list(p)
                while len(symbols) > 1:
                    best = min(range(len(symbols) - 1), key=lambda i: ranks.get((symbols[i], symbols[i + 1]), 1e9))
                    if (symbols[best], symbols[best + 1]) not in ranks:
                        break
                    symbols[best:best + 2] = [symbols[best] + symbols[best + 1]]
                for s in symbols:
                    if s in ids:
                        out.append(ids[s])
                    else:
                        out += [vocab["byte0"] + b for b in s.encode()]
    return out


class Stream:
    def __init__(self, vocab):
        self.vocab = vocab
        self.text = ""

    def feed(self, text):
        self.text += text
        return []

    def end(self):
        return encode({"vocab": self.vocab, "text": self.text})


def distribution(asked):
    s = asked["settings"]
    logits = [-math.inf if x is None else x for x in asked["logits"]]
    window = s["window"]
    if window:
        for t in set(asked["history"][-window:]):
            logits[t] = logits[t] / s["repetition"] if logits[t] > 0 else logits[t] * s["repetition"]
    if s["temperature"] == 0:
        best = logits.index(max(logits))
        return [1.0 if i == best else 0.0 for i in range(len(logits))]
    logits = [x / s["temperature"] for x in logits]
    order = sorted(range(len(logits)), key=lambda i: -logits[i])
    if s["top_k"]:
        order = order[: s["top_k"]]
    top = max(logits)
    e = {i: math.exp(logits[i] - top) for i in order}
    total = sum(e.values())
    p = {i: v / total for i, v in e.items()}
    kept, acc = [], 0
    for i in order:
        kept.append(i)
        acc += p[i]
        if acc >= s["top_p"]:
            break
    kept = [i for i in kept if p[i] >= s["min_p"] * p[kept[0]]]
    total = sum(p[i] for i in kept)
    return [p[i] / total if i in kept else 0.0 for i in range(len(logits))]


def sample(asked):
    p = distribution(asked)
    return random.Random(asked["seed"]).choices(range(len(p)), p, k=asked["count"])


def bill(asked):
    out, seen = [], []
    for call in asked["calls"]:
        price = asked["prices"]["models"][call["model"]]
        cached = 0
        for other in seen:
            if other["model"] == call["model"] and call["at"] - other["at"] <= asked["prices"]["ttl"]:
                same = 0
                for a, b in zip(call["prompt"], other["prompt"]):
                    if a[0] != b[0]:
                        break
                    same += a[1]
                cached = max(cached, same)
        seen.append(call)
        total = sum(p[1] for p in call["prompt"])
        cost = ((total - cached) * price["input"] + cached * price["cached"] + call["output"] * price["output"]) / 1000
        if call["tier"] == "batch":
            cost /= 2
        if call["status"] != "ok":
            cost = 0.0
        out.append(cost)
    return out


def pack(asked):
    # system first, then the best worth for a token
    left = asked["budget"]
    chosen = []
    items = sorted(asked["items"], key=lambda i: (i["kind"] != "system", not i["keep"], -i["worth"] / i["tokens"]))
    for item in items:
        if item["forget"]:
            continue
        if item["tokens"] <= left and (item["needs"] is None or item["needs"] in chosen):
            chosen.append(item["id"])
            left -= item["tokens"]
    return chosen


def logsigmoid(x):
    return -math.log(1 + math.exp(-x))


def loss(asked):
    b = asked["batch"]
    if asked["kind"] == "dpo":
        total, grad, n = 0.0, [], len(b["pairs"])
        for pair in b["pairs"]:
            d = {}
            for side in ("chosen", "rejected"):
                x = pair[side]
                d[side] = sum(m * (p - r) for p, r, m in zip(x["policy"], x["reference"], x["mask"]))
            m = b["beta"] * (d["chosen"] - d["rejected"])
            e = b["smoothing"]
            total += -(1 - e) * logsigmoid(m) - e * logsigmoid(-m)
            s = 1 / (1 + math.exp(-m))
            g = (-(1 - e) * (1 - s) + e * s) * b["beta"] / n
            grad += [g * k for k in pair["chosen"]["mask"]] + [-g * k for k in pair["rejected"]["mask"]]
        return {"loss": total / n, "grad": grad}
    if asked["kind"] == "distill":
        T = b["temperature"]
        n = sum(b["mask"])
        total, grad = 0.0, []

        def soft(row):
            e = [math.exp(x / T) for x in row]
            return [x / sum(e) for x in e]

        for t, s, m in zip(b["teacher"], b["student"], b["mask"]):
            p, q = soft(t), soft(s)
            if m:
                total += sum(x * math.log(x / y) for x, y in zip(p, q))
            grad += [m * (y - x) / n for x, y in zip(p, q)]
        return {"loss": total / n * T, "grad": grad}
    rows = b["rows"]
    total, grad = 0.0, []
    for row in rows:
        n = sum(row["mask"])
        A = row["advantage"]
        for new, old, m in zip(row["new"], row["old"], row["mask"]):
            r = math.exp(new - old)
            c = min(max(r, 1 - b["low"]), 1 + b["high"])
            if m:
                total += -min(r * A, c * A) / n / len(rows)
                grad.append(-r * A / n / len(rows) if r * A <= c * A else 0.0)
            else:
                grad.append(0.0)
    return {"loss": total, "grad": grad}


def diagnose(run):
    f, rows = run["final"], run["rows"]
    last = rows[-1]
    if f["with_adapter"] - f["served"] > 0.05:
        return "adapter_not_merged"
    if f["entropy_student"] - f["entropy_teacher"] > 0.2:
        return "temperature_wrong"
    if last["stop_rate"] < 0.5:
        return "mask_shifted"
    if last["judge"] < rows[len(rows) // 2]["judge"] - 0.1:
        return "reward_hacked"
    if last["kl"] < 0.1:
        return "reference_moved"
    if last["eval_loss"] and last["eval_loss"] < last["loss"]:
        return "eval_leaked"
    return "sound"


def label(batch):
    out = []
    for text in batch["texts"]:
        prompt = "Labels: " + ", ".join(batch["labels"]) + "\n"
        for name, what in batch["guide"].items():
            prompt += f"{name}: {what}\n"
        prompt += f"Text: {text}"
        answer = ask("fern-small", prompt)
        out.append(answer.split("Answer:")[-1].strip())
    return out
