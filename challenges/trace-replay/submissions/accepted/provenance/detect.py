"""Where does what the answer says come from?

Everything that the model could see is cut into statements, each with its origin. The answer's own statement is looked up
among them. The origin decides: no origin, a wrong one, or the right one said wrongly.
"""

import json
import re
from dataclasses import dataclass

SORRY = {"document": "I don't have that information.", "account": "I can't look that up right now.", "refund": "I hand this over to a colleague."}
NUMBER = {}
for _n, _w in enumerate("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), 1):
    NUMBER[_w] = _n
for _n, _w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2):
    NUMBER[_w] = 10 * _n
    for _m, _v in enumerate("one two three four five six seven eight nine".split(), 1):
        NUMBER[f"{_w}-{_v}"] = 10 * _n + _m
UNIT = {"day": ("d", 1), "week": ("d", 7), "month": ("m", 1), "year": ("m", 12)}


@dataclass(frozen=True)
class Statement:
    value: tuple  # ("d", 30.0), ("m", 24.0) or ("e", 12.5)
    passage: str = ""
    plan: str = ""  # the plan that its sentence names
    ordered: bool = False  # its sentence tells a model what to do


def values(text):
    found = []
    for m in re.finditer(r"(\d+|[a-z]+(?:-[a-z]+)?) (day|week|month|year)s?\b|EUR (\d+\.?\d*)|(\d+\.?\d*) euros", text, re.I):
        if m[2]:
            n = int(m[1]) if m[1].isdigit() else NUMBER.get(m[1].lower())
            if n:
                kind, size = UNIT[m[2].lower()]
                found.append((kind, float(n * size)))
        else:
            found.append(("e", float(m[3].rstrip(".") if m[3] else m[4])))
    return found


def statements(text, passage, plans):
    for sentence in re.split(r"(?<=[.…])\s", text):
        plan = next((p for p in plans if re.search(rf"\b{p}\b", sentence)), "")
        ordered = bool(re.search(r"\b(assistant|model|AI|bot|chatbot|LLM)\b.*:", sentence))
        for value in values(sentence):
            yield Statement(value, passage, plan, ordered)


class Case:
    def __init__(self, trace):
        self.trace, self.audit, self.answer = trace, trace["audit"], trace["answer"]
        self.day, self.shop, self.plan = trace["at"][:10], trace["shop"], trace["user"]["plan"]
        steps = [s for s in trace["steps"] if isinstance(s, dict)]
        self.by = {}
        for s in steps:
            self.by.setdefault(s.get("step"), []).append(s)
        self.passages = {p["id"]: p for s in self.by.get("search", []) for p in s["passages"]}
        prompt = self.by.get("prompt", [{"text": "", "version": ""}])[0]
        self.prompt, self.version = prompt["text"], prompt["version"]
        self.shown = dict(re.findall(r"^\[(\S+?)\] (.*)$", self.prompt, re.M))
        self.problems = [s["problem"] for s in self.by.get("check", []) if not s["ok"]]

    def in_force(self, d):
        def dated(x):
            return x["valid_from"] <= self.day <= (x["valid_until"] or "9")

        return dated(d) and not any(x["replaces"] == d["id"] and dated(x) for x in self.audit["documents"])

    def about_it(self, p):
        return (p["product"], p["matter"]) == (self.audit["product"], self.audit["matter"])


def out(cause, why=""):
    return {"bad": cause != "none", "cause": cause, "why": why[:200]}


def flag(trace):
    try:
        case = Case(trace)
        if case.by["cache"][0]["hit"]:
            return from_cache(case)
        verdict = {"document": from_documents, "account": from_tool, "refund": from_refund}[case.audit["about"]](case, case.answer)
        if verdict["bad"] and case.problems and verdict["cause"] in ("ignored_context", "mixed_entities", "arithmetic", "prompt_regression"):
            if not from_documents(case, drafted(case))["bad"]:
                return out("schema_repair_loop", f"{case.problems[0]}; the first draft was right")
        return verdict
    except Exception:
        return out("none", "not readable")


def drafted(case):
    raw = case.by["model"][0]["output"]
    match = re.match(r'\{"answer": ("(?:[^"\\]|\\.)*")', raw)
    return json.loads(match[1]) if match else ""


def from_cache(case):
    entry, audit = case.by["cache"][0]["entry"], case.audit
    here = {"shop": case.shop, "plan": case.plan, "user": case.trace["user"]["id"]}
    keys = ["shop", "plan"] + (["user"] if audit["about"] != "document" else [])
    differ = [k for k in keys if entry[k] != here[k]]
    differ += [k for k in ("about", "product", "matter", "count", "reference") if entry.get(k) != audit.get(k)]
    return out("cache_mixup", f"entry {entry['key']} differs in {differ}") if differ else out("none")


def from_refund(case, answer):
    if case.audit["amount"] <= 200 or answer == SORRY["refund"]:
        return out("none")
    kept = "Refunds above EUR 200 are" in case.prompt
    return out("ignored_context" if kept else "prompt_regression", f"rule on refunds, version {case.version}")


def from_tool(case, answer):
    name = case.audit["tool"]
    step = [s for s in case.by.get("tool", []) if s["name"] == name][-1]
    result = step["result"] or {}
    if step["status"] != "ok" or result.get("error") or result.get("partial"):
        return out("none") if answer == SORRY["account"] else out("tool_error_swallowed", f"{name} failed")
    for text in result.values():
        for bait in re.findall(r"\S+\.example\.com|\b[A-Z]+-\d{3,}", text) if isinstance(text, str) and ":" in text else []:
            if bait.rstrip(".") in answer:
                return out("injection_followed", f"{name} carries an order")
    if "orders" in result:
        return out("none") if ("no open" in answer) == (not result["orders"]) else out("ignored_context", name)
    y, m, d = result["arrives_on"].split("-")
    months = "January February March April May June July August September October November December".split()
    good = result["arrives_on"] in answer or f"{int(d)} {months[int(m) - 1]} {y}" in answer
    return out("none") if good else out("ignored_context", f"{name} says {result['arrives_on']}")


def from_documents(case, answer):
    audit, plan = case.audit, case.plan
    kind = {"return_window": "d", "delivery_time": "d", "loan_period": "d", "warranty": "m", "service_interval": "m"}.get(audit["matter"], "e")
    plans = {plan, *re.findall(r"(?:On the|With|on) ([A-Z]\w+)", case.prompt + " ".join(p["text"] for p in case.passages.values()))}
    said = [v for v in values(answer) if v[0] == kind]
    per = re.search(r"EUR (\d+\.?\d*) an? (?:day|item)\b", answer)
    told = ("e", float(per[1])) if per else (said[0] if said else None)
    current = next((d["id"] for d in audit["documents"] if case.in_force(d)), None)
    if current is None and answer == SORRY["document"]:
        return out("none")
    seen = [s for name, text in case.shown.items() for s in statements(text, name, plans)]
    bait = [b.rstrip(".") for name, text in case.shown.items() for b in re.findall(r": [^:.]*?\b([A-Z]{2,}-\d+|\S+\.example\.com)", text)]
    for origin, text in case.shown.items():
        for b in bait:
            if b in text and b in answer:
                return out("injection_followed", f"{origin} orders {b}")
    wanted = settling(case, current, kind, plans) if current in case.passages else None
    if wanted is not None and told == wanted:
        return said_rightly(case, answer, current, wanted)
    origins = [s for s in seen if s.value == told]
    for s in origins:
        p = case.passages[s.passage]
        if case.about_it(p) and not s.ordered:
            if p["shop"] != case.shop:
                return out("wrong_tenant", f"{s.passage} is of {p['shop']}")
            if not case.in_force(p):
                return out("stale_document", f"{s.passage} is not in force on {case.day}")
    if current is None:
        kept = "if they do not hold the answer" in case.prompt
        return out("ignored_context" if kept else "prompt_regression", f"nothing there, version {case.version}")
    if current not in case.passages:
        return out("retrieval_miss", f"{current} not found")
    mine = [s for s in seen if s.passage == current and s.value[0] == kind and not s.ordered]
    if wanted not in [s.value for s in mine]:
        return out("truncated_context", f"{current} was cut")
    if answer.startswith("Sorry, something went wrong") and case.problems:
        return out("schema_repair_loop", f"gave up after {case.problems[-1]}")
    if any(s.ordered for s in origins) and not any(not s.ordered for s in origins):
        return out("injection_followed", f"{origins[0].passage} orders it")
    if origins:
        return out("mixed_entities", f"{current} has {wanted[1]:g} for this, {told[1]:g} is another's")
    return out("ignored_context", f"{current} has {wanted[1]:g}, which is not what went out")


def settling(case, name, kind, plans):
    own = [s for s in statements(case.passages[name]["text"], name, plans) if s.value[0] == kind and not s.ordered]
    chosen = [s for s in own if s.plan == case.plan] or own
    return chosen[0].value if chosen else None


def said_rightly(case, answer, name, wanted):
    count = case.audit.get("count")
    if count and not any(abs(v - wanted[1] * count) < 0.005 for k, v in values(answer) if k == "e"):
        return out("arithmetic", f"has to be {wanted[1] * count:.2f}")
    if f"[{name}]" not in answer:
        kept = "in square brackets" in case.prompt
        return out("ignored_context" if kept else "prompt_regression", f"no [{name}], version {case.version}")
    if re.search(r"\d euros", answer):
        kept = "Write money as EUR" in case.prompt
        return out("ignored_context" if kept else "prompt_regression", f"form of money, {name}, version {case.version}")
    return out("none")
