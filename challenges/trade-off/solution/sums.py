"""What a month costs, and what follows from it."""

from __future__ import annotations

import copy


def share_right(option: dict, segment: str) -> float:
    return option["right"][segment] / option["judged"][segment] if option["judged"][segment] else 0.5


def running(facts: dict, option: dict) -> float:
    """EUR of the month that come with requests: tokens, wrong answers, late replies, the rule that is broken."""
    requests, breach = facts["requests"], facts["breach"]
    late = sum(ms > facts["limit"] for ms in option["ms"]) / len(option["ms"])
    eur = sum(requests.values()) * late * breach["speed"]
    for segment, many in requests.items():
        eur += many * option["tokens"][segment] * option["token"]
        eur += many * (1 - share_right(option, segment)) * facts["wrong"][segment]
        if segment in facts["private"]:
            eur += many * breach["forget" if option["keeps"] else "keep"]
    return eur


def costs(facts: dict) -> dict:
    return {name: option["fixed"] + running(facts, option) for name, option in facts["options"].items()}


def allowed(facts: dict) -> list[str]:
    return [name for name, option in facts["options"].items() if option["allowed"]]


def best(facts: dict) -> str:
    """The cheapest of the options that may be chosen."""
    eur = costs(facts)
    return min(allowed(facts) or eur, key=eur.get)


def break_even(facts: dict, one: str, other: str) -> int | None:
    """Requests of a month, the mix unchanged, at which two options cost the same."""
    first, second = facts["options"][one], facts["options"][other]
    slope = (running(facts, first) - running(facts, second)) / sum(facts["requests"].values())
    many = (second["fixed"] - first["fixed"]) / slope if slope else 0
    return round(many) if many > 0 else None


def moved(facts: dict, driver: dict) -> dict:
    """The facts with one thing times a factor."""
    other = copy.deepcopy({key: value for key, value in facts.items() if key != "options"})
    other["options"] = {name: dict(option) for name, option in facts["options"].items()}
    what, of, factor = driver["what"], driver.get("of"), driver["factor"]
    if what == "traffic":
        other["requests"] = {segment: many * factor for segment, many in facts["requests"].items()}
    elif what == "price":
        other["options"][of]["token"] *= factor
    else:
        other[what][of] *= factor
    return other
