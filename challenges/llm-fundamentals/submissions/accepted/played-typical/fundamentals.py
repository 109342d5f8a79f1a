"""Tokenizer, sampler, bills, losses, contexts, runs and labels, as the recordings show them."""

from __future__ import annotations

import math
import random
import re

from ask import ask

PIECES = re.compile(r" ?[^\W\d_]+| ?\d+|[\s\S]")


def _merge(vocab, piece):
    ranks = {}
    for left, right, rank in vocab["merges"]:
        ranks.setdefault((left, right), rank)
    symbols = list(piece)
    while True:
        best = None
        for i in range(len(symbols) - 1):
            rank = ranks.get((symbols[i], symbols[i + 1]))
            # build 2 takes the rightmost of equal ranks
            if rank is not None and (best is None or rank <= best[0]):
                best = (rank, i)
        if best is None:
            return symbols
        i = best[1]
        symbols[i : i + 2] = [symbols[i] + symbols[i + 1]]


def _plain(vocab, ids, text):
    out = []
    for piece in PIECES.findall(text):
        body = piece.lstrip(" ")
        space = piece[: len(piece) - len(body)]
        if body.isdigit():
            head = len(body) % 3
            cuts = ([body[:head]] if head else []) + [body[i : i + 3] for i in range(head, len(body), 3)]
            parts = [space + cuts[0]] + cuts[1:]
        elif body.isalpha() and len(body) > 1 and body.isupper():
            out.append(vocab["caps"])
            parts = [space + body.lower()]
        else:
            parts = [piece]
        for part in parts:
            for symbol in _merge(vocab, part):
                if symbol in ids:
                    out.append(ids[symbol])
                else:
                    out += [vocab["byte0"] + byte for byte in symbol.encode()]
    return out


def encode(asked):
    vocab, text = asked["vocab"], asked["text"]
    ids = {token: i for i, token in enumerate(vocab["tokens"])}
    special = sorted(vocab["special"], key=len, reverse=True)
    out, plain, at = [], "", 0
    while at < len(text):
        name = next((s for s in special if text.startswith(s, at)), None)
        if name is None:
            plain += text[at]
            at += 1
        elif plain.endswith("\\"):
            plain = plain[:-1] + name
            at += len(name)
        else:
            out += _plain(vocab, ids, plain) + [vocab["special"][name]]
            plain = ""
            at += len(name)
    return out + _plain(vocab, ids, plain)


class Stream:
    """Gives out what stands before the last white space that cannot be part of a special token."""

    def __init__(self, vocab):
        self.vocab = vocab
        self.rest = ""

    def feed(self, text):
        self.rest += text
        cut = self.rest.rfind(" ")
        if cut <= 0:
            return []
        ready, self.rest = self.rest[:cut], self.rest[cut:]
        return encode({"vocab": self.vocab, "text": ready})

    def end(self):
        ready, self.rest = self.rest, ""
        return encode({"vocab": self.vocab, "text": ready})


def distribution(asked):
    s = asked["settings"]
    logits = [-math.inf if x is None else x for x in asked["logits"]]
    recent = asked["history"][-s["window"] :] if s["window"] else []
    for token in recent:  # once for each time that it came
        logits[token] = logits[token] / s["repetition"] if logits[token] > 0 else logits[token] * s["repetition"]
    top = max(logits)
    if s["temperature"] == 0:
        best = [x == top for x in logits]
        return [b / sum(best) for b in best]
    logits = [(x - top) / s["temperature"] for x in logits]
    order = sorted(range(len(logits)), key=lambda i: -logits[i])
    if s["top_k"]:
        limit = logits[order[min(s["top_k"], len(order)) - 1]]
        order = [i for i in order if logits[i] >= limit]
    total = sum(math.exp(logits[i]) for i in order)
    p = {i: math.exp(logits[i]) / total for i in order}
    kept, reached = [], 0.0
    for i in order:
        kept.append(i)
        reached += p[i]
        if reached >= s["top_p"]:
            break
    kept = [i for i in kept if p[i] >= s["min_p"] * p[order[0]]]
    total = sum(p[i] for i in kept)
    return [p[i] / total if i in kept else 0.0 for i in range(len(logits))]


def sample(asked):
    p = distribution(asked)
    return random.Random(asked["seed"]).choices(range(len(p)), p, k=asked["count"])


def bill(asked):
    out, seen = [], []
    for call in asked["calls"]:
        price = asked["prices"]["models"][call["model"]]
        limit = call.get("hold", asked["prices"]["ttl"])
        cached = 0
        for other in seen:
            if other["model"] != call["model"] or call["at"] - other["at"] > limit:
                continue
            same = 0
            for (name, tokens), (before, _) in zip(call["prompt"], other["prompt"]):
                if name != before:
                    break
                same += tokens
            cached = max(cached, same)
        seen.append(call)
        total = sum(tokens for _, tokens in call["prompt"])
        cached = cached // 128 * 128 if cached >= 1024 else 0
        written = total // 128 * 128 - cached if "write" in price and total >= 1024 else 0
        cost = (total - cached - written) * price["input"] + written * price.get("write", 0)
        cost = (cost + cached * price["cached"] + call["output"] * price["output"]) / 1000
        if call["tier"] == "batch":
            cost /= 2
        out.append(0 if call["status"] == "failed" else math.ceil(cost - 1e-9))
    return out


def _worth(asked, chosen):
    sent = [item for item in asked["items"] if item["id"] in chosen]
    reserve = asked.get("reserve") or {"reply": 0, "tool": 0}
    tokens = sum(item["tokens"] for item in sent)
    tools = sum(item["kind"] == "tool" for item in sent)
    if tokens + reserve["reply"] + tools * reserve["tool"] > asked["budget"]:
        return -math.inf
    total = sum(item["worth"] for item in sent if item["needs"] is None or item["needs"] in chosen)
    same = 0
    for item, before in zip(sent, asked["cached"]):
        if item["id"] != before:
            break
        same += item["tokens"]
    total -= same * asked["cached_price"] + (tokens - same) * asked["price"]
    total -= asked["breach"]["keep"] * sum(item["keep"] for item in asked["items"] if item["id"] not in chosen)
    return total - asked["breach"]["forget"] * sum(item["forget"] for item in sent)


def pack(asked):
    """Adds, drops or swaps items as long as it gets better."""
    names = [item["id"] for item in asked["items"]]
    best = set()
    value = _worth(asked, best)
    starts = [set(), set(asked["cached"][:2]), set(asked["cached"][:4])]
    for start in starts:
        now = {each for each in start if each in names}
        score = _worth(asked, now)
        while True:
            ways = [now ^ {one} for one in names] + [now ^ {one, two} for one in names for two in names if one < two]
            top = max(ways, key=lambda way: _worth(asked, way))
            if _worth(asked, top) <= score:
                break
            now, score = top, _worth(asked, top)
        if score > value:
            best, value = now, score
    return [name for name in names if name in best]


def _log_sigmoid(x):
    return -math.log1p(math.exp(-x)) if x > 0 else x - math.log1p(math.exp(x))


def _sigmoid(x):
    return math.exp(_log_sigmoid(x))


def _softmax(row, temperature):
    top = max(row)
    e = [math.exp((x - top) / temperature) for x in row]
    return [x / sum(e) for x in e]


def loss(asked):
    b = asked["batch"]
    total, grad = 0.0, []
    if asked["kind"] == "dpo":
        n, e = len(b["pairs"]), b["smoothing"]
        for pair in b["pairs"]:
            mean = []
            for side in (pair["chosen"], pair["rejected"]):
                mean.append(sum((p - r) * k for p, r, k in zip(side["policy"], side["reference"], side["mask"])) / sum(side["mask"]))
            m = b["beta"] * (mean[0] - mean[1])
            total += (-(1 - e) * _log_sigmoid(m) - e * _log_sigmoid(-m)) / n
            slope = (-(1 - e) * _sigmoid(-m) + e * _sigmoid(m)) * b["beta"] / n
            for side, sign in ((pair["chosen"], 1), (pair["rejected"], -1)):
                grad += [sign * slope * k / sum(side["mask"]) for k in side["mask"]]
    elif asked["kind"] == "distill":
        t, n = b["temperature"], sum(b["mask"])
        for teacher, student, k in zip(b["teacher"], b["student"], b["mask"]):
            p, q = _softmax(teacher, t), _softmax(student, t)
            if k:
                total += sum(x * math.log(x / y) for x, y in zip(p, q)) * t * t / n
            grad += [k * (y - x) * t / n for x, y in zip(p, q)]
    else:
        n = sum(sum(row["mask"]) for row in b["rows"])
        for row in b["rows"]:
            a = row["advantage"]
            for new, old, k in zip(row["new"], row["old"], row["mask"]):
                r = math.exp(new - old)
                clipped = min(max(r, 1 - b["low"]), 1 + b["high"])
                value = -min(r * a, clipped * a)
                slope = -r * a if r * a <= clipped * a else 0.0
                if a < 0 and value > -b["cap"] * a:
                    value, slope = -b["cap"] * a, 0.0
                total += k * value / n
                grad.append(k * slope / n)
    return {"loss": total, "grad": grad}


def diagnose(run):
    config, final = run["config"], run["final"]
    rows = list({row["step"]: row for row in run["rows"]}.values())
    unit = math.log(2) if config["train_loss_in"] == "bits" else 1.0

    def mean(key, part):
        return sum(row[key] for row in part) / len(part)

    late, early = rows[-10:], rows[:10]
    if final["with_adapter"] - final["base"] > 0.05 and final["served"] - final["base"] < 0.03:
        return "adapter_not_merged"
    if final["entropy_student"] - final["entropy_teacher"] > 0.2:
        return "temperature_wrong"
    if mean("stop_rate", late) < 0.5 and config["sample_limit"] > 256:
        return "mask_shifted"
    middle = max(mean("judge", rows[i : i + 8]) for i in range(0, len(rows) - 8))
    if mean("judge", late) < middle - 0.1:
        return "reward_hacked"
    if mean("kl", late) < 0.05 and mean("reward", late) > 0.3:
        return "reference_moved"
    xs = [b["pad_share"] - a["pad_share"] for a, b in zip(rows, rows[1:])]
    ys = [b["loss"] - a["loss"] for a, b in zip(rows, rows[1:])]
    if abs(sum(x * y for x, y in zip(xs, ys))) / math.sqrt(sum(x * x for x in xs) * sum(y * y for y in ys)) > 0.7:
        return "padding_counted"
    gaps = [row["eval_loss"] - row["loss"] * unit for row in rows if row["eval_loss"] is not None]
    if sum(gaps[-3:]) / 3 < -0.1 and sum(gaps[:3]) / 3 > -0.05:
        return "eval_leaked"
    epoch = config["steps_of_an_epoch"]
    smooth = [row["loss"] * unit for row in rows]
    inside = max(sum(smooth[i - 3 : i]) / 3 - sum(smooth[i : i + 3]) / 3 for i in range(25, len(rows) - 3) if min(i % epoch, -i % epoch) > 3)
    if inside > 0.15 and sum(gaps[-3:]) / 3 > 0.3:
        return "data_duplicated"
    return "sound"


def label(batch):
    model = "fern-large" if batch["wrong"] > 0.5 else "fern-small"
    head = "Labels: " + ", ".join(batch["labels"]) + "\n"
    for name, what in batch["guide"].items():
        head += f"{name}: {what}\n"
    shown = {}
    for example in batch["examples"]:
        if shown.get(example["label"], 0) < 1:
            shown[example["label"]] = 1
            head += f"Example: {example['text']} => {example['label']}\n"
    out = []
    for text in batch["texts"]:
        answer = ask(model, head + ("Think step by step.\n" if batch["wrong"] > 0.1 else "") + "Text: " + text)
        said = answer.rsplit("Answer:", 1)[-1].strip()
        out.append(said if said in batch["labels"] else batch["labels"][0])
    return out
