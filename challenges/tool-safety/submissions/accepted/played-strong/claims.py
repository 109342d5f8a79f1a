"""Whether a report bears out a claim. Facts are read as (name, kind) -> value; what is not in the report is not borne out."""

from __future__ import annotations

import re

from words import MONTH, days, month

SURE, NOT = 0.02, 0.98
# What readers found of claims that no report settles: share not borne out, by phrase (figures.py vague)
VAGUE = (("quite a while", 0.16), ("rather long", 0.40), ("hardly any time", 0.64), ("longest of all", 0.88))
VAGUE_WORDS = re.compile(r"\b(rather|quite|hardly|fairly|pretty|somewhat|of all|very|a lot|plenty|many|few|soon|often|seldom|big|small|cheap|dear|expensive|heavy|light)\b", re.I)
KINDS = (("check", r"check"), ("cool", r"\bcool"), ("run", r"\bruns?\b|\brunning"), ("weight", r"\bweigh|\bheav|\blight(er|est)"),
         ("price", r"\bprice|\bcosts?\b|\bdear|\bcheap|\bexpens"), ("valves", r"\bvalves?\b"), ("lamps", r"\blamps?\b"), ("test", r"pressure test"), ("hall", r"\bhall\b"))
NUMBER = r"\d+(?:[ ,]\d{3})*(?:\.\d+)?"
SMALL = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split())}
SMALL.update(thirty=30, forty=40, fifty=50, sixty=60, ninety=90)
COUNT = "|".join(sorted(SMALL, key=len, reverse=True))
UNIT = r"(minutes?|mins?|hours?|hrs?|h|days?|seconds?|kg|kilograms?|kilos?|grams?|g|tonnes?|tons?|t|EUR|euros?)"
SCALE = {"h": 60, "hr": 60, "hour": 60, "day": 1440, "second": 1 / 60, "tonne": 1000, "ton": 1000, "t": 1000, "gram": 0.001, "g": 0.001}
HOW = (r"(about|around|roughly|approximately|some|nearly|almost|just under|just over|no more than|not more than|no fewer than|no less than|not less than|more than|less than|fewer than|"
       r"at most|at least|up to|over|above|under|below|exactly|precisely)")
HEARSAY = re.compile(r"\b(said|say|heard|hear|rumou?r|canteen|allegedly|supposedly|believed?|thinks?|reportedly|claims?|told)\b", re.I)
PLANNED = re.compile(r"\b(planned|plan|should|hoped|expected|meant|intended|next year|would)\b", re.I)
FACTS = (
    ("price", r"(?:The price of (?P<a>\w+) (?:was|is)|(?P<b>\w+) costs?) (?P<v>.+)"),
    ("weight", r"(?:The weight of (?P<a>\w+) (?:was|is)|(?P<b>\w+) weighs) (?P<v>.+)"),
    ("run", r"(?:Each run of (?P<a>\w+) takes|(?P<b>\w+) runs for) (?P<v>.+?)(?: at a time)?"),
    ("cool", r"(?P<b>\w+) (?:cools for (?P<v>.+)|takes (?P<w>.+) to cool)"),
    ("valves", r"(?:There are (?P<v>.+) valves on (?P<a>\w+)|(?P<b>\w+) has (?P<w>.+) valves)"),
    ("lamps", r"(?:There are (?P<v>.+) lamps on (?P<a>\w+)|(?P<b>\w+) has (?P<w>.+) lamps)"),
    ("check", r"(?:The check of (?P<a>\w+) was on|(?P<b>\w+) was checked on) (?P<v>.+)"),
    ("test", r"(?:In the pressure test, )?(?P<b>\w+) (?P<v>passed|failed|did not pass|did not fail)(?: the pressure test)?"),
    ("what", r"(?P<b>\w+) is the (?P<v>\w+) in hall (?P<w>\w+)"),
)


def quantity(text, scales, kind):
    """The first amount of a text in minutes, kg, EUR or pieces: (value, start, end of number, end with unit), or None."""
    for pattern, value in ((r"(?:a )?quarter of an hour", 15), (r"three quarters of an hour", 45), (r"half an hour", 30), (r"an hour and a half", 90), (r"an hour and a quarter", 75),
                           (r"half a tonne", 500), (r"half a dozen", 6), (r"two dozen", 24), (r"a dozen", 12), (r"a score", 20)):
        m = re.search(rf"\b{pattern}\b", text, re.I)
        if m:
            return value, m.start(), m.end(), m.end()
    m = re.search(rf"\b({COUNT}|\d+) and a (half|quarter) (hours?|tonnes?)\b", text, re.I)
    if m:
        whole = SMALL.get(m.group(1).lower())
        value = (whole if whole is not None else int(m.group(1))) + (0.5 if m.group(2) == "half" else 0.25)
        return value * SCALE[m.group(3).rstrip("s")], m.start(), m.end(), m.end()
    m = re.search(rf"\b({NUMBER})(?: ?(k|thousand)\b)?(?: ?{UNIT}\b)?", text) or re.search(rf"\b(?:({COUNT}|an?)()) {UNIT}\b", text, re.I) or re.search(rf"\b({COUNT})\b()()", text, re.I)
    if not m:
        return None
    raw = m.group(1).lower()
    value = 1 if raw in ("a", "an") else SMALL[raw] if raw in SMALL else float(re.sub(r"[ ,]", "", raw))
    if m.group(2):
        value *= 1000
    unit = (m.group(3) or "").lower()
    unit = unit if unit in SCALE else unit.rstrip("s")
    if unit:
        value *= SCALE.get(unit, 1)
    else:
        value *= scales.get(kind, 1)
    more = re.match(r" and (\d+) minutes", text[m.end():]) if unit in ("hour", "hr", "h") else None
    end = m.end() + (more.end() if more else 0)
    return value + (int(more.group(1)) if more else 0), m.start(), m.end(1), end


def value_of(kind, text, scales):
    if kind == "check":
        return min(days(text), default=None)
    if kind == "test":
        return {"passed": True, "did not fail": True, "failed": False, "did not pass": False}[text]
    found = quantity(text, scales, kind)
    return found and found[0]


def read(context):
    """Facts, hearsay, and which machine each name is."""
    facts, heard, what, scales, corrected = {}, {}, {}, {}, set()
    lines = re.split(r"(?<=[.!?])\s+", context)
    for line in lines:
        m = re.search(r"(sums|prices|costs|times|runs|weights) are in (thousands|hundreds|millions|hours|tonnes|days)", line, re.I)
        if m:
            factor = {"thousands": 1000, "hundreds": 100, "millions": 10 ** 6, "hours": 60, "tonnes": 1000, "days": 1440}[m.group(2).lower()]
            for kind in {"s": ("price",), "p": ("price",), "c": ("price",), "t": ("run", "cool"), "r": ("run",), "w": ("weight",)}[m.group(1)[0].lower()]:
                scales[kind] = factor
    for line in lines:
        bare = line.strip().rstrip(".")
        prefix = ""
        for kind, pattern in FACTS:
            m = re.fullmatch(pattern, bare)
            if not m:
                m = re.fullmatch(r"(?P<before>.*?(?:[:;,]|\bthat) )" + pattern, bare)
                prefix = m.group("before") if m and not (kind == "test" and m.group("before").startswith("In the pressure")) else ""
            if not m:
                continue
            groups = m.groupdict()
            name = groups.get("a") or groups.get("b")
            if kind == "what":
                what[name] = (groups["v"], groups["w"])
                break
            value = value_of(kind, groups.get("v") or groups.get("w"), scales)
            if prefix and HEARSAY.search(prefix):
                heard[name, kind] = value
            elif prefix and (PLANNED.search(prefix) or re.search(r"not (true|so)|untrue", prefix)):
                pass
            elif prefix:
                facts[name, kind] = value
                corrected.add((name, kind))
            elif (name, kind) not in corrected:
                facts[name, kind] = value
            break
    return facts, heard, what, scales


def names_in(claim, facts, heard, what):
    every = {n for n, _ in facts} | {n for n, _ in heard} | set(what)
    met = [(m.start(), n) for n in every for m in [re.search(rf"\b{n}\b", claim)] if m]
    for name, (machine, _) in what.items():
        m = re.search(rf"\b[Tt]he {machine}\b", claim)
        if m and name not in [n for _, n in met] and sum(w == machine for w, _ in what.values()) == 1:
            met.append((m.start(), name))
    return [n for _, n in sorted(met)]


def result(true, start=0, end=0):
    return {"p": SURE, "spans": []} if true else {"p": NOT, "spans": [[start, end]] if end > start else []}


def compare(how, real, value):
    how = (how or "").lower()
    if how in ("about", "around", "roughly", "approximately", "some"):
        return abs(real - value) <= 0.1 * max(abs(real), 1e-9)
    if how in ("nearly", "almost", "just under"):
        return 0.85 * value <= real < value or abs(real - value) < 1e-9 and how != "just under"
    if how == "just over":
        return value < real <= 1.15 * value
    if how in ("over", "above", "more than"):
        return real > value
    if how in ("under", "below", "less than", "fewer than"):
        return real < value
    if how in ("at most", "up to", "no more than", "not more than"):
        return real <= value
    if how in ("at least", "no fewer than", "no less than", "not less than"):
        return real >= value
    return abs(real - value) < 1e-6


def score_claim(asked):
    claim = asked["claim"]
    facts, heard, what, scales = read(asked["context"])
    for words, p in VAGUE:
        if words in claim:
            if words == "longest of all":  # a longer one in the report speaks against it: see figures.py vague
                kind = "cool" if "cool" in claim else "run"
                known = {n: v for (n, k), v in facts.items() if k == kind and v is not None}
                name = next(iter(names_in(claim, facts, heard, what)), None)
                if name in known:
                    p = 0.82 if known[name] == max(known.values()) else 0.93
            return {"p": p, "spans": []}
    hearsay = bool(re.match(r"\s*(it is said|they say|people say|it is rumou?red|rumou?r has it|it was said|in the canteen)", claim, re.I))
    if hearsay:
        facts = {**facts, **heard}
    names = names_in(claim, facts, heard, what)
    kind = next((k for k, pattern in KINDS if re.search(pattern, claim, re.I)), None)
    if not kind or not names:
        return {"p": 0.5, "spans": []}
    body = claim[:claim.rfind(".")] if claim.rstrip().endswith(".") else claim
    first = names[0]

    if kind == "test":
        m = re.search(r"(?:(did not|didn't|has not|never) )?(pass|fail)(ed)?\b|stood|survived", claim)
        if not m:
            return {"p": 0.5, "spans": []}
        says = (m.group(2) != "fail") != bool(m.group(1))
        known = [facts.get((n, kind)) for n in names]
        return result(None not in known and all(k == says for k in known), m.start(), m.end())
    if kind == "hall":
        m = re.search(r"hall (\w+)", claim)
        machine, hall = what.get(first, (None, None))
        other = re.search(rf"{first} is (?:the|an?) (\w+)", claim)
        if other and other.group(1) != machine:
            return result(False, other.start(1), other.end(1))
        return result(hall == m.group(1), m.start(), m.end())

    if re.search(r"\b(not|never|n't)\b|n't\b", claim):
        m = re.search(r"\b(?:(?:does|is|was|do|did) )?(?:not|never)\b|\b\w+n't\b", claim)
        plain = re.sub(r"\b(?:does|do|did) not (\w+)", lambda x: {"have": "has", "cost": "cost"}.get(x.group(1), x.group(1) + "s"), claim)
        plain = re.sub(r"\b(?:not|never) ", "", plain)
        made = score_claim({"claim": plain, "context": asked["context"]}) if plain != claim else {"p": 0.5}
        return result(made["p"] > 0.5, m.start(), m.end()) if made["p"] != 0.5 else {"p": 0.5, "spans": []}
    m = re.search(r"\b(twice|three times|half) as (\w+)", claim)
    if m and len(names) > 1:
        a, b = facts.get((first, kind)), facts.get((names[1], kind))
        factor = {"twice": 2, "three times": 3, "half": 0.5}[m.group(1)]
        return result(None not in (a, b) and abs(a - factor * b) < 1e-6, m.start(), m.start() + len(m.group(1)))
    m = re.search(r"\b(longer|shorter|more|fewer|less|heavier|lighter|later|earlier|before|after|dearer|cheaper|higher|lower|sooner)\b", claim)
    if m and len(names) > 1 and re.search(r"\bthan\b|before|after", claim):
        a, b = facts.get((first, kind)), facts.get((names[1], kind))
        if a is None or b is None:
            return result(False, m.start(), m.end())
        if m.group() in ("longer", "more", "heavier", "later", "after", "dearer", "higher"):
            return result(a > b, m.start(), m.end())
        return result(a < b, m.start(), m.end())
    m = re.search(r"\b(?:the same|as (?:many|long|heavy|much|dear)|equally (?:long|heavy|many))\b", claim)
    if m and len(names) > 1:
        a, b = facts.get((first, kind)), facts.get((names[1], kind))
        return result(a is not None and a == b, m.start(), m.end())
    m = re.search(r"\bthe (longest|shortest|heaviest|lightest|most|fewest|latest|earliest|dearest|cheapest|highest|lowest)\b", claim)
    if m and not re.search(r"of all\b", claim):
        known = {n: v for (n, k), v in facts.items() if k == kind}
        best = (max if m.group(1) in ("longest", "heaviest", "most", "latest", "dearest", "highest") else min)(known.values(), default=None)
        return result(known.get(first) is not None and known[first] == best, m.start(), m.end())

    if kind == "check":
        m = re.search(r"\b(?:on|before|after|by) (.*)$", body)
        wanted = days(m.group(1)) if m else set()
        inside = re.search(rf"\bin ({MONTH})(?: (\d{{4}}))?", claim, re.I)
        if inside and not wanted:
            real = facts.get((first, kind))
            return result(real is not None and real[1] == month(inside.group(1)) and inside.group(2) in (None, str(real[0])), inside.start(1), inside.end())
        if not wanted:
            return {"p": 0.5, "spans": []}
        real = facts.get((first, kind))
        how = m.group().split()[0]
        day = min(wanted)
        true = real is not None and (real in wanted if how == "on" else real < day if how == "before" else real > day if how == "after" else real <= day)
        return result(true, m.start(1) if how == "on" else m.start(), m.end(1))

    shown = body
    for name in names:
        shown = re.sub(rf"\b{name}\b", lambda x: "_" * len(x.group()), shown)
    m = re.search(r"\bbetween (.+?) and (.+)$", shown)
    if m and not re.search(r"between them", shown):
        low, high = quantity(m.group(1), scales, kind), quantity(m.group(2), scales, kind)
        real = facts.get((first, kind))
        if low and high:
            lower = low[0] if low[0] >= high[0] / 50 else low[0] * high[0] / max(1, quantity(re.sub(UNIT, "", m.group(2)), {}, kind)[0])
            return result(real is not None and lower <= real <= high[0], m.start(), m.start(2) + high[3])
    found = quantity(shown, {}, kind)
    if not found:
        return {"p": 0.5, "spans": []}
    value, start, end_number, end = found
    if kind in ("valves", "lamps"):
        end = end_number
    how = re.search(HOW + r" $", shown[:start], re.I)
    if how:
        start = how.start()
    if len(names) > 1 and re.search(r"\b(together|between them|in all|in total|altogether|sum)\b", claim, re.I):
        known = [facts.get((n, kind)) for n in names]
        real = None if None in known else sum(known)
    elif len(names) > 1 and re.search(r"\bboth\b|\beach\b", claim, re.I):
        known = [facts.get((n, kind)) for n in names]
        return result(None not in known and all(compare(how and how.group(1), k, value) for k in known), start, end)
    else:
        real = facts.get((first, kind))
    return result(real is not None and compare(how and how.group(1), real, value), start, end)
