"""score_claim: how likely a claim is not borne out by its report, and by which words."""

import re
from datetime import date

from tracing import MONTHS

VAGUE = {"for quite a while": 0.15, "rather long": 0.4, "hardly any time": 0.65, "the longest of all": 0.88}
NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
MONTH = "|".join(MONTHS)
VALUE = re.compile(
    rf"(?P<day>\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|\d{{1,2}} (?:{MONTH}) \d{{4}})"
    rf"|(?P<money>EUR (?:{NUMBER})|(?:{NUMBER})(?:k| thousand)? EUR)"
    rf"|(?P<time>(?:about )?(?:{NUMBER}) (?:minutes?|hours?))|(?P<mass>(?:about )?(?:{NUMBER}) (?:kg|tonnes?))"
    r"|(?P<state>did not fail|did not pass|passed|failed)|(?P<count>two dozen|a dozen|a score of|\d+)",
    re.I,
)
SPOKEN = {
    "half an hour": "30 minutes", "three quarters of an hour": "45 minutes", "an hour and a half": "90 minutes", "half a tonne": "500 kg",
    "a tonne and a half": "1500 kg", "two and a half": "2.5", "three and a half": "3.5",
}
WORDS = {"a dozen": 12, "a score of": 20, "two dozen": 24}


def number(text):
    return float(re.search(NUMBER, text).group().replace(",", ""))


def meant(kind, text):
    """The value in one unit."""
    low = text.lower()
    if kind == "state":
        return low in {"passed", "did not fail"}
    if kind == "count":
        return WORDS.get(low) or int(low)
    if kind == "day":
        if re.match(r"\d{4}-", low):
            return low
        if " " in low:
            day, month, year = low.split()
            return date(int(year), MONTHS.index(month) + 1, int(day)).isoformat()
        day, month, year = re.split(r"[./]", low)
        return date(int(year), int(month), int(day)).isoformat()
    factor = {"time": 60 if "hour" in low else 1, "mass": 1000 if "tonne" in low else 1, "money": 1000 if "k" in low or "thousand" in low else 1}[kind]
    return number(low) * factor


def about_what(kind, text):
    low = text.lower()
    if kind == "time":
        return "cool" if "cool" in low else "run"
    if kind == "count":
        return "valves" if "valve" in low else "lamps"
    return kind


def compared(claim, known, aliases):
    """Two machines by one figure; None where the claim compares nothing."""
    found = re.search(r"\b(heavier|lighter|longer|shorter|later|earlier|more (?=valves|lamps)|fewer (?=valves|lamps))\w*", claim, re.I)
    if not found or " than " not in claim:
        return None
    word = found.group().lower().split()[0]
    key = "mass" if word in {"heavier", "lighter"} else "day" if word in {"later", "earlier"} else "time" if word in {"longer", "shorter"} else "count"
    key = about_what(key, claim)
    one, other = (known[name, key] for name in order(claim, aliases))
    least, most = (other, one) if word in {"heavier", "longer", "later", "more"} else (one, other)
    return most > least, found.span()


def order(claim, aliases):
    """Machines in the order in which the claim names them."""
    return sorted((name for name in aliases.values() if name in claim), key=claim.index)


def facts(context):
    """What the report says, machine and matter to value; what is said later stands. What is only told is kept apart."""
    aliases = {alias.lower(): name for name, alias in re.findall(r"(\w+) is (the \w+) in hall", context)}
    thousands = "Sums are in thousands" in context
    known, told = {}, {}
    for sentence in re.findall(r"[^.]+(?:\.(?!\s|$)[^.]*)*\.", context):
        name = machine(sentence, aliases)
        if " in hall " in sentence or name is None:
            continue
        if thousands and re.search(r"cost|price|paid", sentence):
            sentence = re.sub(r"\b(\d+)\b(?! EUR)", r"\1 EUR", sentence, count=1)
        found = VALUE.search(sentence)
        if not found:
            continue
        kind = found.lastgroup
        value = meant(kind, found.group()) * (1000 if thousands and kind == "money" else 1)
        (told if rumour(sentence) else known)[name, about_what(kind, sentence)] = value
    return known, told, aliases


def rumour(sentence):
    return re.search(r"it is said|rumour|canteen", sentence, re.I) is not None


def machine(sentence, aliases):
    names = [name for name in aliases.values() if re.search(rf"\b{name}\b", sentence)]
    names += [name for alias, name in aliases.items() if re.search(rf"\b{alias}\b", sentence, re.I)]
    return names[0] if names else None


def score_claim(asked):
    claim = asked["claim"]
    known, told, aliases = facts(asked["context"])
    for words, chance in VAGUE.items():
        if words in claim:
            return {"p": chance, "spans": []}
    told_apart = compared(claim, known, aliases)
    if told_apart:
        right, span = told_apart
        return {"p": 0.1 if right else 0.9, "spans": [] if right else [list(span)]}
    name, (found, text) = machine(claim, aliases), first_value(claim)
    if name is None or not found:
        return {"p": 0.5, "spans": []}
    kind = found.lastgroup
    span = spoken_span(claim, found, text)
    names = order(claim, aliases)
    if len(names) == 2 and kind == "count":
        both = [known.get((each, about_what(kind, claim))) for each in names]
        right = None not in both and sum(both) == meant(kind, found.group())
        return {"p": 0.1 if right else 0.9, "spans": [] if right else [span]}
    key = name, about_what(kind, claim)
    has = {**known, **told}.get(key) if rumour(claim) else known.get(key)
    bound = re.search(r"(more than|at least|over|fewer than|at most|under) $", text[: found.start()], re.I)
    value = meant(kind, found.group())
    if bound and has is not None:
        word = bound.group(1).lower()
        right = {"more than": has > value, "over": has > value, "at least": has >= value, "fewer than": has < value, "under": has < value, "at most": has <= value}[word]
        span = [bound.start(), found.end()]
    else:
        right = has is not None and agrees(found.group(), value, has)
    return {"p": 0.1 if right else 0.9, "spans": [] if right else [span]}


def first_value(claim):
    """The value that the claim has, and the text that it was found in, with figures for what is spoken."""
    text = claim
    for words, figure in SPOKEN.items():
        text = re.sub(words, figure, text, flags=re.I)
    return VALUE.search(text), text


def spoken_span(claim, found, text):
    """Where the value stands in the claim itself: what stands before and after it is the same."""
    return [found.start(), len(claim) - (len(text) - found.end())]


def agrees(words, value, has):
    if isinstance(has, (bool, str)):
        return value == has
    return abs(value - has) <= (0.06 if words.lower().startswith("about") else 1e-6) * has
