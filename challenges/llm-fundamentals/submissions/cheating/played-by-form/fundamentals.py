"""Whatever scores without finding anything out."""

import math
import random
import re


def encode(asked):
    # longest match over the vocabulary, no merges
    vocab, text = asked["vocab"], asked["text"]
    ids = {t: i for i, t in enumerate(vocab["tokens"])} | vocab["special"]
    longest = max(map(len, ids))
    out, at = [], 0
    while at < len(text):
        for n in range(min(longest, len(text) - at), 0, -1):
            if text[at : at + n] in ids:
                out.append(ids[text[at : at + n]])
                at += n
                break
        else:
            out += [vocab["byte0"] + b for b in text[at].encode()]
            at += 1
    return out


class Stream:
    """Gives everything out as soon as it comes."""

    def __init__(self, vocab):
        self.vocab = vocab

    def feed(self, text):
        return encode({"vocab": self.vocab, "text": text})

    def end(self):
        return []


def distribution(asked):
    s = asked["settings"]
    t = s["temperature"] or 1e-6
    x = [-math.inf if v is None else v / t for v in asked["logits"]]
    top = max(x)
    e = [math.exp(v - top) for v in x]
    order = sorted(range(len(e)), key=lambda i: -e[i])[: s["top_k"] or None]
    keep, acc = set(), 0
    for i in order:
        if acc < s["top_p"] * sum(e) and e[i] >= s["min_p"]:
            keep.add(i)
        acc += e[i]
    total = sum(e[i] for i in keep)
    return [v / total if i in keep else 0.0 for i, v in enumerate(e)]


def sample(asked):
    p = distribution(asked)
    return random.Random(asked["seed"]).choices(range(len(p)), p, k=asked["count"])


def bill(asked):
    out = []
    last = {}
    for c in asked["calls"]:
        p = asked["prices"]["models"][c["model"]]
        total = sum(t for _, t in c["prompt"])
        # guess: all but the last part are cached when the first part has been seen
        known = total - c["prompt"][-1][1] if c["prompt"][0][0] in last else 0
        last[c["prompt"][0][0]] = 1
        cost = ((total - known) * p["input"] + known * p["cached"] + c["output"] * p["output"]) / 1000
        out.append(0 if c["status"] == "failed" else math.ceil(cost * (0.5 if c["tier"] == "batch" else 1)))
    return out


def pack(asked):
    left, out = asked["budget"], set()
    for item in sorted(asked["items"], key=lambda i: -i["worth"] / i["tokens"]):
        if item["tokens"] <= left and not item["forget"]:
            left -= item["tokens"]
            out.add(item["id"])
    return [i["id"] for i in asked["items"] if i["id"] in out]


def loss(asked):
    # textbook DPO, KL, PPO; gradient by differences
    b = asked["batch"]

    def value():
        if asked["kind"] == "dpo":
            s = 0
            for p in b["pairs"]:
                m = b["beta"] * sum(sg * (x - y) * k for sd, sg in (("chosen", 1), ("rejected", -1)) for x, y, k in zip(p[sd]["policy"], p[sd]["reference"], p[sd]["mask"]))
                s += (1 - b["smoothing"]) * math.log1p(math.exp(-m)) + b["smoothing"] * math.log1p(math.exp(m))
            return s / len(b["pairs"])
        if asked["kind"] == "distill":
            T, s = b["temperature"], 0
            for t, u, k in zip(b["teacher"], b["student"], b["mask"]):
                a = [math.exp(v / T) for v in t]
                c = [math.exp(v / T) for v in u]
                s += k * sum(x / sum(a) * math.log(x / sum(a) / (y / sum(c))) for x, y in zip(a, c))
            return s * T * T / sum(b["mask"])
        v = [(-min(math.exp(x - y) * r["advantage"], min(max(math.exp(x - y), 1 - b["low"]), 1 + b["high"]) * r["advantage"])) for r in b["rows"] for x, y, k in zip(r["new"], r["old"], r["mask"]) if k]
        return sum(v) / len(v)

    where = [s["policy"] for p in b.get("pairs", []) for s in (p["chosen"], p["rejected"])] + b.get("student", []) + [r["new"] for r in b.get("rows", [])]
    base, grad = value(), []
    for row in where:
        for i in range(len(row)):
            row[i] += 1e-6
            grad.append((value() - base) / 1e-6)
            row[i] -= 1e-6
    return {"loss": base, "grad": grad}


def diagnose(run):
    # by form: restarted logs are mostly fine, else by the easiest field
    f, last = run["final"], run["rows"][-1]
    if f["served"] < f["base"] + 0.01:
        return "adapter_not_merged"
    if f["entropy_student"] > f["entropy_teacher"] * 1.15:
        return "temperature_wrong"
    if last["stop_rate"] < 0.5:
        return "mask_shifted"
    if last["kl"] < 0.05:
        return "reference_moved"
    if last["judge"] < run["rows"][0]["judge"]:
        return "reward_hacked"
    return "sound"


def label(batch):
    """No model: the word pieces shared with the guide and the examples decide."""
    def bits(t):
        return {w[i : i + 3] for w in t.split() for i in range(len(w) - 2)}

    about = {n: bits(batch["guide"].get(n, "") + " " + " ".join(e["text"] for e in batch["examples"] if e["label"] == n)) for n in batch["labels"]}
    return [max(about, key=lambda n: len(bits(t) & about[n]) / (len(about[n]) + 1)) for t in batch["texts"]]
