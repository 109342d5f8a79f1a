"""What a dossier says, read as the instruction wants it, or with one of the usual mistakes (`FLAWS`)."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import copy
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from world.draw import DAYS, Dossier

FLAWS = (
    "mix", "reruns", "unjudged", "timeouts", "seen", "seconds", "doubled", "probe", "units", "old", "reversed", "rules", "change",
)  # fmt: skip
"""What somebody may not have noticed: one word for each."""
LONGEST_SECONDS = 60
"""A reply takes at least this many milliseconds, and no reply takes as many seconds."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What was read of one option. By segment: `tried` (right, counted), `tokens` of a request."""

    tried: dict[str, tuple[int, int]]
    tokens: dict[str, float]
    price: float
    """EUR a token."""
    fixed: float
    took: tuple[float, ...] = field(repr=False)
    """Milliseconds."""
    late: float
    """Share of replies that took too long."""
    keeps: bool
    allowed: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read of a dossier."""

    requests: dict[str, float]
    """Requests of a month, by segment."""
    swing: float
    """Standard deviation of the logarithm of a week's requests."""
    wrong: dict[str, float]
    private: frozenset[str]
    breach: dict[str, float]
    lines: dict[str, Line]

    @property
    def total(self) -> float:
        return sum(self.requests.values())

    def feasible(self) -> list[str]:
        return [name for name, line in self.lines.items() if line.allowed]


def read(given: Dossier, flaws: Iterable[str] = ()) -> Reading:
    """`given` as the instruction wants it read, but for the `flaws`."""
    flawed = frozenset(flaws)
    dossier = given if "change" in flawed else changed(given)
    requests, swing = demand(dossier, flawed)
    for each in [] if "change" in flawed else given.get("addendum", {}).get("traffic", []):
        requests[each["segment"]] *= each["factor"]
    private = frozenset(row["id"] for row in dossier["segments"] if row["private"])
    rules = {row["id"]: row for row in dossier["rules"]}
    breach = dict.fromkeys(("speed", "keep", "forget"), 0.0) if "rules" in flawed else breaches(dossier, flawed)
    lines = {row["id"]: line(dossier, row, rules, flawed, bool(private)) for row in dossier["options"]}
    wrong = {row["id"]: row["wrong_eur"] for row in dossier["segments"]}
    return Reading(requests=requests, swing=swing, wrong=wrong, private=private, breach=breach, lines=lines)


def changed(given: Dossier) -> Dossier:
    """`given` with its addendum carried out, but for traffic."""
    addendum = given.get("addendum", {})
    dossier = given | {key: copy.deepcopy(given[key]) for key in ("segments", "rules", "prices")}
    for each in addendum.get("wrong", []):
        next(row for row in dossier["segments"] if row["id"] == each["segment"])["wrong_eur"] = each["eur"]
    for each in addendum.get("price", []):
        for row in dossier["prices"]:
            row["tokens_eur"] *= each["factor"] if row["option"] == each["option"] else 1
    if "regions" in addendum:
        next(row for row in dossier["rules"] if row["id"] == "region")["regions"] = addendum["regions"]
    return dossier


def demand(dossier: Dossier, flawed: frozenset[str]) -> tuple[dict[str, float], float]:
    """Requests of a month by segment, and how much a week's requests vary."""
    rows = [row for row in dossier["traffic"] if row["source"] == "live" or "probe" in flawed]
    if "doubled" not in flawed:
        rows = list({(row["day"], row["segment"], row["source"]): row for row in rows}.values())
    days = sorted({row["day"] for row in rows})
    sums: dict[str, float] = defaultdict(float)
    weeks: dict[int, float] = defaultdict(float)
    place = {day: at // 7 for at, day in enumerate(days)}
    for row in rows:
        sums[row["segment"]] += row["requests"]
        weeks[place[row["day"]]] += row["requests"]
    swing = statistics.stdev(math.log(many) for many in weeks.values())
    return {name: sums[name] / len(days) * DAYS for name in (row["id"] for row in dossier["segments"])}, swing


def breaches(dossier: Dossier, flawed: frozenset[str]) -> dict[str, float]:
    """EUR for a request on which a rule was broken, by rule."""
    rows = dossier["ledger"]
    gone = {row["reverses"] for row in rows if row["reverses"]}
    kept = [row for row in rows if not row["reverses"] and ("reversed" in flawed or row["id"] not in gone)]
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in kept:
        sums[row["rule"]][0] += row["eur"]
        sums[row["rule"]][1] += row["requests"]
    return {rule: eur / many for rule, (eur, many) in sums.items()}


def line(
    dossier: Dossier, option: dict[str, Any], rules: dict[str, Any], flawed: frozenset[str], private: bool
) -> Line:
    name = option["id"]
    rows = counted(dossier, option, flawed)
    judged = [row for row in rows if row["verdict"] or "unjudged" in flawed]
    judged = [row for row in judged if row["verdict"] != "timeout" or "timeouts" not in flawed]
    names = [row["id"] for row in dossier["segments"]]
    parts = {each: [row for row in judged if row["segment"] == each or "mix" in flawed] for each in names}
    used = {each: [row["tokens"] for row in rows if row["segment"] == each or "mix" in flawed] for each in names}
    price = price_of(dossier, name, flawed)
    took = tuple(
        row["ms"] * (1000 if row["ms"] < LONGEST_SECONDS and "seconds" not in flawed else 1)
        for row in dossier["latency"] if row["option"] == name
    )  # fmt: skip
    return Line(
        tried={each: (sum(row["verdict"] == "right" for row in part), len(part)) for each, part in parts.items()},
        tokens={each: statistics.fmean(many) if many else 0.0 for each, many in used.items()},
        price=price["tokens_eur"] / (1000 if "units" in flawed else price["per"]), fixed=price["fixed_eur"], took=took,
        late=sum(ms > rules["speed"]["limit_ms"] for ms in took) / len(took), keeps=option["keeps_data"],
        allowed=not private or option["region"] in rules["region"]["regions"],
    )  # fmt: skip


def counted(dossier: Dossier, option: dict[str, Any], flawed: frozenset[str]) -> list[dict[str, Any]]:
    """Rows of the evaluation that say something about `option`: of each item the last one, if it is new to it."""
    rows = [row for row in dossier["evaluation"] if row["option"] == option["id"]]
    if "seen" not in flawed:
        rows = [row for row in rows if row["item"] not in set(option["examples"])]
    if "reruns" in flawed:
        return rows
    return list({row["item"]: row for row in sorted(rows, key=lambda row: row["run"])}.values())


def price_of(dossier: Dossier, name: str, flawed: frozenset[str]) -> dict[str, Any]:
    """The row of the month that is decided about; with the flaw, the first that is found."""
    rows = [row for row in dossier["prices"] if row["option"] == name]
    first, last = f"{dossier['month']}-01", f"{dossier['month']}-28"
    valid = [row for row in rows if row["from"] <= first and (row["until"] is None or row["until"] >= last)]
    return rows[0] if "old" in flawed else valid[0]
