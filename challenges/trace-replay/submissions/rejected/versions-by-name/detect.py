"""Says of a trace whether its answer is bad, and which step is to blame: the first whose output was wrong.

`flag` walks the steps in the order in which they ran. What the answer states is compared with what the right document
says (`reading.py`), so that "the model had it" and "the model was not given it" are two different lookups.
"""

from __future__ import annotations

import json
import re
from typing import Any

from reading import Sheet, addressed_to_a_model, dates, figures, money_is_well_formed

UNKNOWN = "I don't have that information."
OUTAGE = "I can't look that up right now."
HANDOVER = "I hand this over to a colleague."
FALLBACK = "Sorry, something went wrong."
LIMIT = 200
RULES = {
    "unknown": f"if they do not hold the answer, reply exactly: {UNKNOWN}",
    "cite": "Put the id of the passage you used in square brackets.",
    "money": "Write money as EUR with two decimals",
    "handover": f"Refunds above EUR {LIMIT} are for a person",
}
Finding = tuple[str, str]
FINE: Finding = ("none", "the answer is what documents, tools and rules ask for")


def flag(trace: Any) -> dict[str, Any]:
    try:
        cause, why = diagnose(Trace(trace))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        cause, why = "none", f"the trace could not be read: {type(error).__name__}"
    return {"bad": cause != "none", "cause": cause, "why": why[:200]}


class Trace:
    """A trace with its steps by kind."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.day = raw["at"][:10]
        self.shop, self.plan = raw["shop"], raw["user"]["plan"]
        self.answer: str = raw["answer"]
        self.audit = raw["audit"]
        steps = [step for step in raw["steps"] if isinstance(step, dict)]
        self.cache = next((s for s in steps if s.get("step") == "cache"), {})
        self.passages = next((s["passages"] for s in steps if s.get("step") == "search"), [])
        self.tools = [s for s in steps if s.get("step") == "tool"]
        self.version, self.prompt = next(((s["version"], s["text"]) for s in steps if s.get("step") == "prompt"), ("", ""))
        self.drafts = [s["output"] for s in steps if s.get("step") == "model"]
        self.problems = [s["problem"] for s in steps if s.get("step") == "check" and not s["ok"]]

    def rule(self, name: str) -> bool:
        return self.version not in {"p17", "p21", "p26", "p29"}  # the releases that had a rule less

    def shown(self, name: str) -> str:
        """The text of a passage as the prompt has it, "" where it is not there."""
        found = re.search(rf"^\[{re.escape(name)}\] (.*)$", self.prompt, re.MULTILINE)
        return found[1] if found else ""


def diagnose(trace: Trace) -> Finding:
    if trace.cache.get("hit"):
        return cached(trace)
    found = {"account": account, "refund": refund}.get(trace.audit["about"], document)(trace)
    if found[0] in {"ignored_context", "mixed_entities", "arithmetic"} and trace.problems:
        return repaired(trace, found)
    if found == FINE or found[0] in {"ignored_context", "mixed_entities"}:
        return obeyed(trace) or found
    return found


# ------------------------------------------------------------------------------------------ around the model


def cached(trace: Trace) -> Finding:
    """An entry may only answer the same question for the same shop and plan, and an account's only for its user."""
    entry, audit = trace.cache["entry"], trace.audit
    same = {"shop": trace.shop, "plan": trace.plan}
    same |= {key: audit.get(key) for key in ("about", "product", "matter", "count", "reference")}
    if audit["about"] != "document":
        same["user"] = trace.raw["user"]["id"]
    for key, wanted in same.items():
        if entry.get(key) != wanted:
            return "cache_mixup", f"entry {entry['key']} has {key} {entry.get(key)}, the request {wanted}"
    return FINE


def repaired(trace: Trace, found: Finding) -> Finding:
    """Where the first draft's content was right, the repair is to blame."""
    try:
        first = json.loads(trace.drafts[0])["answer"]
    except json.JSONDecodeError:
        first = json.loads('"' + re.search(r'"answer": "((?:[^"\\]|\\.)*)"', trace.drafts[0])[1] + '"')
    final, trace.answer = trace.answer, first
    was = {"account": account, "refund": refund}.get(trace.audit["about"], document)(trace)
    trace.answer = final
    if was == FINE:
        return "schema_repair_loop", f"first draft was right, but {trace.problems[0]}; what went out differs"
    return found


def obeyed(trace: Trace) -> Finding | None:
    """Something in the answer that stands only in a sentence that orders the model about."""
    sources = [(p["id"], trace.shown(p["id"])) for p in trace.passages]
    sources += [(s["name"], text) for s in trace.tools for text in strings(s.get("result"))]
    rest = trace.prompt
    orders = [(name, order) for name, text in sources for order in addressed_to_a_model(text)]
    for _, order in orders:
        rest = rest.replace(order, "")
    for name, order in orders:
        for mark in re.findall(r"[A-Z]+-\d+|[\w-]+\.example\.com", order):
            if mark in trace.answer:
                return "injection_followed", f"{name} orders {mark}, and the answer has it"
        only = set(figures(order)) - set(figures(rest))
        if only & set(figures(trace.answer)):
            return "injection_followed", f"{name} orders a figure that stands nowhere else"
    return None


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    return [value] if isinstance(value, str) else []


def account(trace: Trace) -> Finding:
    tool = trace.audit["tool"]
    last = [s for s in trace.tools if s["name"] == tool][-1]
    result = last["result"] or {}
    if last["status"] != "ok":
        if trace.answer == OUTAGE:
            return FINE
        return "tool_error_swallowed", f"{tool} failed ({last['error'] or result}), and the answer does not say so"
    if "orders" in result:
        right = bool(result["orders"]) != ("no open orders" in trace.answer)
    else:
        right = result["arrives_on"] in dates(trace.answer)
    return FINE if right else ("ignored_context", f"{tool} returned {result}, the answer says otherwise")


def refund(trace: Trace) -> Finding:
    if trace.audit["amount"] <= LIMIT or trace.answer == HANDOVER:
        return FINE
    if trace.rule("handover"):
        return "ignored_context", f"{trace.version} has the rule on refunds, the answer breaks it"
    return "prompt_regression", f"{trace.version} has no limit of EUR {LIMIT} for refunds"


# ------------------------------------------------------------------------------------------ what the model was given


def in_force(trace: Trace, facts: dict[str, Any], known: list[dict[str, Any]]) -> bool:
    def dated(d: dict[str, Any]) -> bool:
        return d["valid_from"] <= trace.day <= (d["valid_until"] or "9999")

    return dated(facts) and not any(dated(d) and d["replaces"] == facts["id"] for d in known)


def document(trace: Trace) -> Finding:
    """The first wrong step of a question that a document answers."""
    known = trace.audit["documents"]
    current = next((d for d in known if in_force(trace, d, known)), None)
    if current is None:
        return absent(trace)
    answer = Sheet(trace.answer)
    full = next((p["text"] for p in trace.passages if p["id"] == current["id"]), "")
    matter = trace.audit["matter"]
    right = Sheet(full).settles(matter, trace.plan) if full else None
    told = answer.rate(matter)
    if right is not None and told == right:
        return kept_the_rules(trace, current["id"], right)
    borrowed = unfit(trace, known, told)
    if borrowed:
        return borrowed
    if right is None:
        return "retrieval_miss", f"{current['id']} is in force, and the search did not find it"
    if Sheet(trace.shown(current["id"])).settles(matter, trace.plan) != right:
        return "truncated_context", f"{current['id']} was found, and its figure is not in the prompt"
    if FALLBACK in trace.answer and trace.problems:
        return "schema_repair_loop", f"{trace.problems[0]} until the attempts ran out"
    if told is not None and told in figures(without_orders(trace)):
        return "mixed_entities", f"{current['id']} says {right:g}, the answer's {told:g} is for something else"
    return "ignored_context", f"{current['id']} in the prompt says {right:g}, the answer does not"


def without_orders(trace: Trace) -> str:
    """The passages of the prompt, without sentences that address the model."""
    text = trace.prompt.split("Passages:")[-1].split("Tool results:")[0]
    for order in addressed_to_a_model(text):
        text = text.replace(order, "")
    return text


def unfit(trace: Trace, known: list[dict[str, Any]], told: float | None) -> Finding | None:
    """The passage that the answer's figure comes from, where it is another shop's or not in force."""
    for passage in trace.passages:
        matches = passage["matter"] == trace.audit["matter"] and passage["product"] == trace.audit["product"]
        if told is None or not matches or told not in figures(trace.shown(passage["id"])):
            continue
        if passage["shop"] != trace.shop:
            return "wrong_tenant", f"{passage['id']} is of {passage['shop']}"
        if not in_force(trace, passage, known):
            return "stale_document", f"{passage['id']} was not in force on {trace.day}"
    return None


def absent(trace: Trace) -> Finding:
    """Nothing in force answers the question: only one sentence is right."""
    told = Sheet(trace.answer).rate(trace.audit["matter"])
    if trace.answer == UNKNOWN:
        return FINE
    borrowed = unfit(trace, trace.audit["documents"], told)
    if borrowed:
        return borrowed
    if not trace.rule("unknown"):
        return "prompt_regression", f"{trace.version} does not say what to do without an answer"
    return "ignored_context", f"nothing answers this, and the answer does not say so, though {trace.version} asks for it"


def kept_the_rules(trace: Trace, name: str, rate: float) -> Finding:
    count = trace.audit.get("count")
    if count and not any(abs(value - rate * count) < 0.005 for value in Sheet(trace.answer).money):
        return "arithmetic", f"{count} times {rate:.2f} is {rate * count:.2f}, which the answer does not say"
    broken = []
    if f"[{name}]" not in trace.answer:
        broken.append("cite")
    if not money_is_well_formed(trace.answer):
        broken.append("money")
    for rule in broken:
        if not trace.rule(rule):
            return "prompt_regression", f"{trace.version} has lost the rule '{rule}', and the answer breaks it"
    if broken:
        return "ignored_context", f"{trace.version} has the rule '{broken[0]}', the answer on {name} breaks it"
    return FINE
