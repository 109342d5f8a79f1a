"""Gate."""

from __future__ import annotations

import base64
import re


def authorize(asked: dict) -> str:
    house, call = asked["house"], asked["call"]
    tool = next((t for t in house["tools"] if t["name"] == call["tool"]), None)
    if tool is None:
        return "deny"
    if tool["effect"] == "reads":
        return "allow"
    texts = {}
    for one in asked["provenance"]:
        texts.setdefault(one["source"], "")
        texts[one["source"]] += " " + one["text"]
    user = texts.get("user", "").lower()
    for step in asked["plan"]["steps"]:
        if step["tool"] != call["tool"]:
            continue
        good = True
        for name, value in call["args"].items():
            come = step["args"].get(name, {}).get("from")
            value = str(value).lower()
            if come == "anything":
                continue
            if come == "user":
                good = good and value in user
            elif come == "trusted":
                text = user
                for source, words in texts.items():
                    if house["fields"].get(source, {}).get("writers") in ("staff", "system"):
                        text += " " + words.lower()
                good = good and value in text
            else:
                good = good and value in texts.get(come, "").lower()
        if good:
            return "allow"
    return "deny"


def egress(asked: dict) -> list[list[int]]:
    text = asked["text"]
    if asked["to"].endswith("@" + asked["domain"]):
        return []
    spans = []
    for secret in asked["secrets"]:
        if secret["state"] != "live" or asked["to"] in secret["owner"]:
            continue
        value = secret["value"]
        forms = [value, value.encode().hex(), base64.b64encode(value.encode()).decode(), " ".join(value)]
        for form in forms:
            for found in re.finditer(re.escape(form), text):
                spans.append([found.start(), found.end()])
    return spans


def score_claim(asked: dict) -> dict:
    claim, context = asked["claim"], asked["context"]
    names = re.findall(r"\b[A-Z][a-z]+\b", claim)
    numbers = [(m.group(), m.start(), m.end()) for m in re.finditer(r"\d[\d.,]*\d|\d", claim)]
    sentences = [s for s in context.split(". ") if any(n in s for n in names)]
    if not numbers:
        return {"p": 0.5, "spans": []}
    text = " ".join(sentences)
    wrong = [[s, e] for n, s, e in numbers if n not in text]
    return {"p": 0.8 if wrong else 0.2, "spans": wrong}


def threshold(asked: dict) -> dict:
    costs = asked["costs"]
    scored = [s for s in asked["scored"] if s["bad"] is not None]
    best = None
    for low in range(0, 101, 2):
        for high in range(low, 101, 2):
            total = 0.0
            for s in scored[::4]:
                if s["score"] < low:
                    total += costs["miss"] * s["bad"]
                elif s["score"] >= high:
                    total += costs["alarm"] * (not s["bad"])
                else:
                    total += costs["review"]
            if best is None or total < best[0]:
                best = (total, low, high)
    return {"pass_below": best[1], "block_from": best[2]}
