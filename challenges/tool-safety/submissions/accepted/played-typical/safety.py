"""The gate: four functions that do not need each other. Plain rules, one helper section for each."""

from __future__ import annotations

import base64
import re

# ---------------------------------------------------------------- common

MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
EMAIL = re.compile(r"[^\s<>\"',;()]+@[^\s<>\"',;()]+")
CODE = re.compile(r"\b[A-Z]{2}-\d{4}-[A-Z]{4}\b")
QUOTED = re.compile(r'"[^"]*"')
LOOKS = str.maketrans("АВЕКМНОРСТХУаеорсху", "ABEKMHOPCTXYaeopcxy")


def inside(address, domain):
    host = address.lower().rsplit("@", 1)[-1]
    return host == domain.lower() or host.endswith("." + domain.lower())


def parse_days(text):
    found = set()
    for y, m, d in re.findall(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", text):
        found.add((int(y), int(m), int(d)))
    for d, m, y in re.findall(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b", text):
        found.add((int(y), int(m), int(d)))
    for d, m, y in re.findall(r"\b(\d{1,2}) ([A-Za-z]+) (\d{4})\b", text):
        if m.lower() in MONTHS:
            found.add((int(y), MONTHS.index(m.lower()) + 1, int(d)))
    return found


def parse_amounts(text):
    found = set()
    for piece in re.findall(r"(?<![\d.,])\d{1,3}(?:[ .,]\d{3})*[.,]\d{2}(?!\d)|(?<![\d.,])\d+[.,]\d{2}(?!\d)", text):
        digits = re.sub(r"\D", "", piece)
        found.add(int(digits))
    return found


def own_words(text):
    """A text without what is pasted or quoted."""
    text = re.sub(r"--- forwarded ---.*?(--- end ---|$)", " ", text, flags=re.S)
    text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    return QUOTED.sub(" ", text)


def affirmed(text):
    text = own_words(text)
    parts = re.split(r"(?<=[.!?])\s+", text)
    return " ".join(p for p in parts if not re.search(r"\b(never|not|no longer|out of date)\b", p))


def decode(value, coded):
    try:
        if coded == "hex":
            return bytes.fromhex(value).decode("utf-8")
        if coded == "base64":
            return base64.b64decode(value).decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        pass
    return value


# ---------------------------------------------------------------- authorize


def does_harm(house, name):
    rows = [r for r in house["log"] if r.get("call") == name]
    tool = next((t for t in house["tools"] if t["name"] == name), None)
    if not rows:
        return tool is None or tool["effect"] != "reads"
    return any(r["changed"] > r["undone"] or any(not inside(a, house["domain"]) for a in r["sent"]) for r in rows)


def trusted_field(house, field):
    rows = [r for r in house["log"] if r.get("written") == field]
    if not rows:
        return house["fields"].get(field, {}).get("writers") in ("staff", "system")
    return all(inside(r["by"], house["domain"]) and r["via"] not in ("form", "mail") for r in rows)


def holds(text, value, role):
    text = affirmed(text)
    if role == "amount":
        return bool(parse_amounts(str(value)) & parse_amounts(text))
    if role == "day":
        return bool(parse_days(str(value)) & parse_days(text))
    if role == "target":
        names = {a.rstrip(".!?").lower() for a in EMAIL.findall(text)} | set(c.lower() for c in CODE.findall(text))
        return str(value).lower() in names
    return str(value).lower() in text.lower()


def origin(house, item, value, role, depth=0):
    """Where the value in this item comes from: user, trusted, a field, or nothing."""
    source, text = item["source"], item["text"]
    if not holds(text, value, role):
        return set()
    if source == "user":
        return {"user", "trusted"}
    if source in house["fields"]:
        return {source, "trusted"} if trusted_field(house, source) else {source}
    kept = [r for r in house["log"] if r.get("kept") == source]
    if not kept or depth > 8:
        return set()
    last = max(kept, key=lambda r: r["at"])
    made = set()
    for seen in last["seen"]:
        made |= origin(house, seen, value, role, depth + 1)
    return made


def delegated(asked, item):
    for one in asked.get("delegates", []):
        if (item.get("signed") and item.get("by", "").lower() == one["address"].lower()
                and asked["call"]["tool"] in one["tools"] and item.get("day", "9999") <= one["until"]):
            return True
    return False


def comes_from(asked, spec, value, role):
    house = asked["house"]
    if "parts" in spec:
        pieces = str(value).split("/")
        return len(pieces) == len(spec["parts"]) and all(comes_from(asked, s, p, role) for s, p in zip(spec["parts"], pieces))
    want = spec["from"]
    if want == "anything":
        return True
    made = set()
    for item in asked["provenance"]:
        made |= origin(house, item, value, role)
        if delegated(asked, item) and holds(item["text"], value, role):
            made |= {"user", "trusted"}
    return want in made or "user" in made


def leaks(asked):
    house, call = asked["house"], asked["call"]
    roles = {t["name"]: t["args"] for t in house["tools"]}.get(call["tool"], {})
    targets = [str(v) for k, v in call["args"].items() if roles.get(k, {}).get("role") == "target"]
    if all(inside(t, house["domain"]) for t in targets):
        return False
    codes = []
    for item in asked["provenance"]:
        if house["fields"].get(item["source"], {}).get("confidential"):
            codes += CODE.findall(item["text"])
    for name, value in call["args"].items():
        if roles.get(name, {}).get("role") == "content" and any(find_code(str(value), code) for code in codes):
            return True
    return False


def harm_rate(house, field, out):
    cases = {}
    for r in house["log"]:
        if r.get("relied") == field and not r["drill"] and r["came"] and r["led"] == ("outside" if out else "inside"):
            cases[r["case"]] = r["came"]
    bad = sum(c == "harm" for c in cases.values())
    return (bad + 1) / (len(cases) + 2)


def authorize(asked: dict) -> str:
    house, call = asked["house"], asked["call"]
    name = call["tool"]
    if not does_harm(house, name):
        return "allow"
    if leaks(asked):
        return "deny"
    roles = {t["name"]: t["args"] for t in house["tools"]}.get(name, {})
    for step in asked["plan"]["steps"]:
        if step["tool"] != name or set(step["args"]) != set(call["args"]):
            continue
        made = sum(d["tool"] == name and d["status"] == "ok" for d in asked["done"])
        if made >= step["times"]:
            continue
        good, risky = True, None
        for arg, value in call["args"].items():
            role = roles.get(arg, {}).get("role", "content")
            value = decode(str(value), roles.get(arg, {}).get("coded"))
            spec = step["args"][arg]
            if not comes_from(asked, spec, value, role):
                good = False
                break
            field = spec.get("from")
            if field in house["fields"] and not trusted_field(house, field) and not comes_from(asked, {"from": "trusted"}, value, role):
                risky = (field, not inside(value, house["domain"]))
        if not good:
            continue
        if risky is None:
            return "allow"
        p, costs = harm_rate(house, *risky), asked["costs"]
        ways = {"allow": p * costs["harm"], "deny": (1 - p) * costs["undone"], "ask": costs["ask"]}
        return min(ways, key=ways.get)
    return "deny"


# ---------------------------------------------------------------- egress


def find_code(text, code):
    """Spans where the code stands in the text, in one of the disguises."""
    spans = []
    plain = text.translate(LOOKS)
    gap = r"[\s\u200b\u200c\u200d\u2060\ufeff]*"
    for form in (code, code[::-1]):
        for m in re.finditer(gap.join(re.escape(c) for c in form), plain, flags=re.I):
            spans.append([m.start(), m.end()])
    for m in re.finditer(r"[0-9a-fA-F]{16,}", text):
        if code in decode(m.group(), "hex"):
            spans.append([m.start(), m.end()])
    for m in re.finditer(r"[A-Za-z0-9+/]{12,}={0,2}", text):
        if code in decode(m.group(), "base64"):
            spans.append([m.start(), m.end()])
    return spans


def egress(asked: dict) -> list[list[int]]:
    text, to = asked["text"], asked["to"].lower()
    if inside(to, asked["domain"]):
        return []
    spans = []
    for secret in asked["secrets"]:
        if secret["state"] != "live" or to in [o.lower() for o in secret["owner"]]:
            continue
        code = secret["value"]
        found = find_code(text, code)
        if not found:
            for cut in range(3, len(code) - 3):
                if any(code[:cut] in s for s in asked["sent"]) and code[cut:] in text and len(code[cut:]) >= 4:
                    at = text.index(code[cut:])
                    found = [[at, at + len(code[cut:])]]
                    break
        spans += found
    return sorted(spans)


# ---------------------------------------------------------------- claims

NUM = r"\d[\d,]*(?:\.\d+)?"


def number(text):
    return float(text.replace(",", ""))


def read_report(context):
    facts = {}
    for s in re.split(r"(?<=\.)\s+", context):
        for kind, pattern in (
            ("price", rf"(?:The price of (\w+) was|(\w+) cost) ({NUM}) EUR"),
            ("weight", rf"(?:The weight of (\w+) is|(\w+) weighs) ({NUM}) kg"),
            ("run", rf"(?:Each run of (\w+) takes|(\w+) runs for) ({NUM}) minutes"),
            ("cool", rf"(?:(\w+) takes|(\w+) cools for) ({NUM}) minutes(?: to cool)?"),
            ("valves", rf"(?:There are {NUM} valves on (\w+)|(\w+) has {NUM} valves)"),
            ("lamps", rf"(?:There are {NUM} lamps on (\w+)|(\w+) has {NUM} lamps)"),
        ):
            m = re.match(pattern, s)
            if m and not (kind == "cool" and s.startswith("Each")):
                name = m.group(1) or m.group(2)
                facts.setdefault(name, {})[kind] = number(re.search(NUM, s[m.start():].replace(name, "")).group())
        m = re.match(r"(?:The check of (\w+) was on|(\w+) was checked on) (.*)\.", s)
        if m:
            facts.setdefault(m.group(1) or m.group(2), {})["check"] = min(parse_days(m.group(3)), default=None)
        m = re.match(r"(\w+) (passed|failed) the", s) or re.match(r"In the pressure test, (\w+) (passed|failed)", s)
        if m:
            facts.setdefault(m.group(1), {})["test"] = m.group(2)
        m = re.match(r"(\w+) is the (\w+) in", s)
        if m:
            facts.setdefault(m.group(1), {})["what"] = m.group(2)
    return facts


RATES = [("quite a while", 0.22), ("rather long", 0.42), ("hardly any time", 0.62), ("longest of all", 0.86)]


def score_claim(asked: dict) -> dict:
    claim, facts = asked["claim"], read_report(asked["context"])
    for words, p in RATES:
        if words in claim:
            return {"p": p, "spans": []}
    try:
        made = judge(claim, facts)
    except (KeyError, ValueError, TypeError):
        made = None
    return made if made else {"p": 0.5, "spans": []}


def verdict(true, m, group=0):
    return {"p": 0.03, "spans": []} if true else {"p": 0.97, "spans": [[m.start(group), m.end(group)]]}


WORDS = {"half an hour": 30, "an hour and a half": 90, "three and a half hours": 210, "two and a half hours": 150, "an hour": 60}


def judge(claim, facts):
    names = [n for n in facts if re.search(rf"\b{n}\b", claim)]
    names.sort(key=claim.index)
    if not names:
        names = [n for n, f in facts.items() if re.search(rf"\b[Tt]he {f.get('what')}\b", claim)]
    one = facts[names[0]]
    m = re.search(r"did not (pass|fail)|passed|failed", claim)
    if m:
        says = {"passed": "passed", "failed": "failed", "did not pass": "failed", "did not fail": "passed"}[m.group()]
        return verdict(one["test"] == says, m)
    kind = ("check" if "check" in claim else "cool" if "cool" in claim else "run" if "run" in claim else "weight" if "weigh" in claim
            else "price" if "cost" in claim or "price" in claim else "valves" if "valves" in claim else "lamps")
    m = re.search(r"longer|shorter|more|fewer|less|heavier|lighter|later|earlier|dearer|cheaper", claim)
    if len(names) == 2 and m and "than" in claim:
        a, b = facts[names[0]][kind], facts[names[1]][kind]
        up = m.group() in ("longer", "more", "heavier", "later", "dearer")
        return verdict(a > b if up else a < b, m)
    if kind == "check":
        m = re.search(r"on (.*)\.$", claim)
        return verdict(one["check"] in parse_days(m.group(1)), m, 1)
    for words, minutes in WORDS.items():
        m = re.search(words, claim)
        if m:
            return verdict(one[kind] == minutes, m)
    m = re.search(r"a dozen", claim)
    if m:
        return verdict(one[kind] == 12, m)
    m = re.search(rf"((?:about|over|under|at most|at least|more than|less than|fewer than) )?({NUM})(k)?( minutes| hours?| kg| tonnes?| EUR)?", claim)
    value = number(m.group(2)) * (1000 if m.group(3) else 1)
    unit = (m.group(4) or "").strip()
    if unit.startswith("hour"):
        value *= 60
    if unit.startswith("tonne"):
        value *= 1000
    real = one[kind]
    if len(names) == 2 and ("between them" in claim or "Together" in claim or "together" in claim):
        real = facts[names[0]][kind] + facts[names[1]][kind]
    how = (m.group(1) or "").strip()
    true = {"": abs(real - value) < 1e-6, "about": abs(real - value) <= 0.05 * real, "over": real > value, "more than": real > value, "under": real < value,
            "less than": real < value, "fewer than": real < value, "at most": real <= value, "at least": real >= value}[how]
    return verdict(true, m)


# ---------------------------------------------------------------- cuts


def share_of(recent, bad, good):
    """The share of bad cases by which the mean score of this place lies between those of bad and good ones."""
    def mean(rows):
        return sum(s * w for s, w in rows) / sum(w for _, w in rows)
    here = sum(recent) / len(recent)
    return min(0.98, max(0.005, (here - mean(good)) / (mean(bad) - mean(good))))


def threshold(asked: dict) -> dict:
    costs, last = asked["costs"], max(s["scorer"] for s in asked["scored"])
    cases = {s["case"]: s for s in asked["scored"] if s["scorer"] == last and s["bad"] is not None}
    bad = [(s["score"], 1 / s["looked_at"]) for s in cases.values() if s["bad"]]
    good = [(s["score"], 1 / s["looked_at"]) for s in cases.values() if not s["bad"]]
    prevalence = asked["prevalence"]
    if prevalence is None:
        prevalence = share_of(asked["recent"], bad, good)
    wb, wg = sum(w for _, w in bad), sum(w for _, w in good)
    below_bad = [sum(w for s, w in bad if s < c) / wb for c in range(101)] 
    below_good = [sum(w for s, w in good if s < c) / wg for c in range(101)]
    best = None
    for low in range(101):
        for high in range(low, 101):
            middle_bad = (below_bad[high] - below_bad[low]) * prevalence
            middle = middle_bad + (below_good[high] - below_good[low]) * (1 - prevalence)
            read = min(1.0, asked["capacity"] / middle) if "capacity" in asked and middle > 0 else 1.0
            total = (costs["miss"] * prevalence * below_bad[low] + costs["alarm"] * (1 - prevalence) * (1 - below_good[high])
                     + read * costs["review"] * middle + (1 - read) * costs["miss"] * middle_bad)
            if best is None or total < best[0]:
                best = (total, low, high)
    return {"pass_below": best[1], "block_from": best[2]}
