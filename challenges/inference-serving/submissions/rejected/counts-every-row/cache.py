"""The cache: which entry's answer serves for a prompt, as far as audits tell what answers depend on."""

from __future__ import annotations

import re
from difflib import SequenceMatcher


def tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.casefold())


def slots(text: str) -> dict[str, str]:
    """Each token under the word before it, where that tells more than the token itself; numbers by what stands next to them."""
    words, found = tokens(text), {}
    for at, word in enumerate(words):
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
        if word.isdigit():
            found[f"#{before if before.isalpha() and before in ('ticket', 'order', 'no', 'ref') else after}"] = word
        elif before in ("in", "on", "for", "at", "to", "from"):
            found[f"after {before}"] = word
        elif before in ("the", "a"):
            found["described"] = word
        else:
            found.setdefault("rest", "")
            found["rest"] += f" {word}"
    return found


def rest(text: str) -> list[str]:
    """The words of a text that stand in no slot."""
    return slots(text).get("rest", "").split()


def added(one: str, other: str) -> set[str]:
    """Words of the rest that one text has and the other has nothing for."""
    left, right = rest(one), rest(other)
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return {word for op, i, j, k, m in codes if op in ("insert", "delete") for word in (*left[i:j], *right[k:m])}


def changes(one: str, other: str, free: set[str]) -> list[str]:
    """What differs between two texts: slots, and what stands for what in the rest, without words that are free."""
    a, b = slots(one), slots(other)
    found = [name for name in sorted(a.keys() | b.keys()) if name != "rest" and a.get(name) != b.get(name)]
    left, right = ([word for word in rest(text) if word not in free] for text in (one, other))
    if left != right:
        only = [" ".join(each for each in these if each not in those) for these, those in ((left, right), (right, left))]
        found.append("|".join(sorted(only)))
    return found


def learn(profile: dict) -> dict:
    """What did no harm where it differed, by the audits of people; and ages, by word."""
    rows = [row for row in profile["audits"] if row["by"]]
    served = [row for row in rows if row["serves"]]
    free = {word for row in served for word in added(row["prompt"], row["entry"])}
    fine = {each for row in served for each in changes(row["prompt"], row["entry"], free)}
    return {"free": sorted(free), "fine": sorted(fine), "ages": ages(rows, fine, free)}


def ages(rows: list[dict], fine: set, free: set) -> dict:
    """By word of the rest: the greatest age at which an answer served, for words whose answers grow old. Words that stand
    for each other share what is known of them."""
    alike: dict[str, set] = {}
    for one, _, other in (each.partition("|") for each in fine if "|" in each and len(each.split()) < 3):
        group = {*one.split(), *other.split()}.union(*(alike.get(word, set()) for word in (*one.split(), *other.split())))
        alike |= dict.fromkeys(group, group)
    seen: dict[str, list] = {}
    for row in rows:
        if fine.issuperset(changes(row["prompt"], row["entry"], free)):
            words = set(rest(row["prompt"])) | set(rest(row["entry"]))
            for word in words.union(*(alike.get(each, set()) for each in words)) - free:
                seen.setdefault(word, []).append((row["age_ms"], row["serves"]))
    limits = {}
    for word, pairs in seen.items():
        young, old = [age for age, good in pairs if good], [age for age, good in pairs if not good]
        if old:
            limits[word] = max([age for age in young if age < min(old)], default=0.5 * min(old))
    return limits


def look(state: dict) -> dict:
    """The nearest entry that differs in nothing that could matter, and is not too old."""
    prompt, free, fine = state["prompt"], set(state["notes"]["free"]), set(state["notes"]["fine"])
    apart = state.get("policy", {}).get("apart")
    for entry in sorted(state["entries"], key=lambda one: -one["at"]):
        if apart and entry["tenant"] != prompt["tenant"]:
            continue
        if not fine.issuperset(changes(prompt["text"], entry["text"], free)):
            continue
        limits = [age for word, age in state["notes"]["ages"].items() if word in tokens(prompt["text"])]
        if prompt["at"] - entry["at"] <= min(limits, default=float("inf")):
            return {"use": entry["id"]}
    return {"use": None}
