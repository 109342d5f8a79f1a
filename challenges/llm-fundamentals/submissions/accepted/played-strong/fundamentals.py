"""The parts, as they run today. Tokenizer in tok.py, sampler in smp.py, labels in lab.py."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import lab
import smp
import tok

BLOCK, LEAST = 128, 1024


def encode(asked: dict) -> list[int]:
    return tok.encode_whole(tok.Table(asked["vocab"]), asked["text"])


class Stream(tok.Stream):
    """The same ids for a text that comes in pieces."""

    def __init__(self, vocab: dict) -> None:
        super().__init__(vocab)


def distribution(asked: dict) -> list[float]:
    return smp.distribution(asked)


def sample(asked: dict) -> list[int]:
    p = distribution(asked)
    return random.Random(asked["seed"]).choices(range(len(p)), p, k=asked["count"])


def bill(asked: dict) -> list[float]:
    """Whatever became of a call, it fills the cache; what is read must be LEAST tokens or more, in blocks. Halving leaves cached tokens alone."""
    prices, seen, out = asked["prices"], [], []
    for call in asked["calls"]:
        price = {k: Fraction(str(v)) for k, v in prices["models"][call["model"]].items()}
        limit = prices["ttl"] if call.get("hold") is None else call["hold"]
        total = sum(tokens for _, tokens in call["prompt"])
        cached = 0
        for other in seen:
            if other["model"] == call["model"] and call["at"] - other["at"] <= limit:
                same = 0
                for (name, tokens), (before, _) in zip(call["prompt"], other["prompt"]):
                    if name != before:
                        break
                    same += tokens
                cached = max(cached, same)
        seen.append(call)
        cached = cached // BLOCK * BLOCK if cached >= LEAST else 0
        written = total // BLOCK * BLOCK - cached if "write" in price and total >= LEAST else 0
        fresh = (total - cached - written) * price["input"] + written * price.get("write", 0) + call["output"] * price["output"]
        cost = (fresh * (Fraction(1, 2) if call["tier"] == "batch" else 1) + cached * price["cached"]) / 1000
        out.append(0 if call["status"] == "failed" else math.ceil(cost))
    return out


def pack(asked: dict) -> list[str]:
    """The best choice. For each beginning that could be shared with what was sent last time, and each set of needed items, a knapsack by tokens."""
    items, reserve = asked["items"], asked.get("reserve") or {}
    place = {item["id"]: at for at, item in enumerate(items)}
    budget = asked["budget"] - reserve.get("reply", 0)
    breach = asked["breach"]
    needed = sorted({item["needs"] for item in items if item["needs"] in place})

    def size(item):
        return item["tokens"] + (reserve.get("tool", 0) if item["kind"] == "tool" else 0)

    best, chosen = -math.inf, []
    beginnings, last = [()], -1
    for name in asked["cached"]:
        if place.get(name, -1) <= last:
            break
        last = place[name]
        beginnings.append(beginnings[-1] + (name,))
    for beginning in beginnings:
        end = place[beginning[-1]] if beginning else -1
        fixed = {item["id"]: item["id"] in beginning for item in items[: end + 1]}
        open_ = [name for name in needed if name not in fixed]
        for mask in range(1 << len(open_)):
            here = {**fixed, **{name: bool(mask >> at & 1) for at, name in enumerate(open_)}}
            value, room, free = 0.0, budget, []
            for item in items:
                price = asked["cached_price"] if item["id"] in beginning else asked["price"]
                works = item["needs"] is None or here.get(item["needs"], False)
                gain = (item["worth"] if works else 0.0) - item["tokens"] * price - breach["forget"] * item["forget"] + breach["keep"] * item["keep"]
                value -= breach["keep"] * item["keep"]
                if here.get(item["id"]):
                    value, room = value + gain, room - size(item)
                elif item["id"] not in here and gain > 0:
                    free.append((gain, size(item), item["id"]))
            if room < 0 or value + sum(gain for gain, _, _ in free) <= best:
                continue
            front = [(0, value, None)]  # tokens, value, chain of ids; more tokens only for more value
            for gain, tokens, name in free:
                more = [(used + tokens, worth + gain, (name, chain)) for used, worth, chain in front if used + tokens <= room]
                both, front, top = sorted(front + more, key=lambda each: (each[0], -each[1])), [], -math.inf
                for each in both:
                    if each[1] > top:
                        front.append(each)
                        top = each[1]
            if front[-1][1] > best:
                best, names, chain = front[-1][1], {name for name, sent in here.items() if sent}, front[-1][2]
                while chain:
                    names.add(chain[0])
                    chain = chain[1]
                chosen = [item["id"] for item in items if item["id"] in names]
    return chosen


def log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x)) if x > 0 else x - math.log1p(math.exp(x))


def log_softmax(row: list[float], temperature: float) -> list[float]:
    top = max(row)
    norm = math.log(math.fsum(math.exp((x - top) / temperature) for x in row))
    return [(x - top) / temperature - norm for x in row]


def loss(asked: dict) -> dict:
    b, total, grad = asked["batch"], [], []
    if asked["kind"] == "dpo":
        n, soft = len(b["pairs"]), b["smoothing"]
        for pair in b["pairs"]:
            sides = [(pair["chosen"], 1), (pair["rejected"], -1)]
            m = b["beta"] * sum(sign * sum((p - r) * k for p, r, k in zip(x["policy"], x["reference"], x["mask"])) / (sum(x["mask"]) or 1) for x, sign in sides)
            total.append((-(1 - soft) * log_sigmoid(m) - soft * log_sigmoid(-m)) / n)
            slope = b["beta"] / n * (soft * math.exp(log_sigmoid(m)) - (1 - soft) * math.exp(log_sigmoid(-m)))
            grad += [sign * slope * k / (sum(x["mask"]) or 1) for x, sign in sides for k in x["mask"]]
    elif asked["kind"] == "distill":
        t, n = b["temperature"], sum(b["mask"]) or 1
        for teacher, student, k in zip(b["teacher"], b["student"], b["mask"]):
            p, q = log_softmax(teacher, t), log_softmax(student, t)
            if k:
                total.append(sum(math.exp(x) * (x - y) for x, y in zip(p, q)) * t * t / n)
            grad += [k * (math.exp(y) - math.exp(x)) * t / n for x, y in zip(p, q)]
    else:
        n = sum(sum(row["mask"]) for row in b["rows"]) or 1
        for row in b["rows"]:
            a = row["advantage"]
            for new, old, k in zip(row["new"], row["old"], row["mask"]):
                if not k:
                    grad.append(0.0)
                    continue
                r = math.exp(min(new - old, 700))
                value, slope = -r * a, -r * a
                other = -min(max(r, 1 - b["low"]), 1 + b["high"]) * a
                if other > value:
                    value, slope = other, 0.0
                if a < 0 and b.get("cap") and value > -b["cap"] * a:
                    value, slope = -b["cap"] * a, 0.0
                total.append(value * k / n)
                grad.append(slope * k / n)
    return {"loss": math.fsum(total), "grad": grad}


def diagnose(run: dict) -> str:
    import runs

    return runs.diagnose(run)


def label(batch: dict) -> list[str]:
    return lab.label(batch)
