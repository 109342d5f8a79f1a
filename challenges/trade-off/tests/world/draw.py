"""What is true of five ways to answer requests, and the dossier that somebody collected about them.

The truth decides about futures; the dossier is a noisy and untidy view of it. Untidiness is of the kinds in `QUIRKS`;
a dossier has those that it is given.
"""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import datetime
import math
import random
import statistics
from dataclasses import dataclass
from typing import Any

from grader_kit import open_to, stream

from world.names import ABOUT, NOTES, OPTIONS, REGIONS, SEGMENTS

Dossier = dict[str, Any]
QUIRKS = ("reruns", "unjudged", "timeouts", "seen", "seconds", "doubled", "probe", "units", "old", "reversed")
WEEKS = 12
DAYS = 30
"""Days of a month."""
LATENCIES = 110
"""Logged replies of an option."""
FEW_LATENCIES = 30
ITEMS = ((84, 46, 24), (70, 52, 30), (92, 34, 28))
"""Items of the evaluation, by segment; which segment gets most has nothing to do with traffic."""
FEW_ITEMS = ((20, 11, 6), (17, 12, 8))
"""As ITEMS, in a dossier of few rows: what was counted there says less than what all options have in common."""
FEWER = 4
"""How many times fewer they are."""
RULES = {
    "region": "Private requests are answered in {0} or {1} only. This cannot be bought off.",
    "speed": "A reply takes at most {0} ms. Who waited longer gets something off the rent.",
    "keep": "Replies to private requests are kept for 90 days by whoever wrote them, for the auditors.",
    "forget": "Whoever answers private requests keeps nothing of them, say the data-protection officers.",
}


@dataclass(frozen=True, kw_only=True)
class Option:
    """What is true of one way to answer."""

    name: str
    right: dict[str, float]
    """Share of right answers by segment."""
    tokens: dict[str, float]
    price: float
    """EUR for 1,000 tokens."""
    fixed: float
    """EUR a month."""
    middle: float
    """Median of the milliseconds of a reply."""
    spread: float
    """Standard deviation of their logarithm."""
    region: str
    keeps: bool
    idle: float
    """Share of its wrong answers that are timeouts."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of a month: requests, options, what things cost."""

    requests: dict[str, float]
    """Expected requests of a month by segment."""
    swing: float
    """Standard deviation of the logarithm of a week's requests."""
    wrong: dict[str, float]
    """EUR for a wrong answer, by segment."""
    private: frozenset[str]
    breach: dict[str, float]
    """EUR for a request on which a rule is broken, by rule."""
    limit: int
    regions: tuple[str, ...]
    options: tuple[Option, ...]


def truth(seed: object, *, public: bool = False) -> Truth:
    """A world; `public` ones use no word that is kept back."""
    rng = stream(seed, "truth")
    segments = rng.sample(open_to(SEGMENTS, public=public), 3)
    names = rng.sample(open_to(OPTIONS, public=public), 5)
    total = 10 ** rng.uniform(4.4, 5.0)
    shares = rng.sample((rng.uniform(0.5, 0.62), rng.uniform(0.22, 0.3), rng.uniform(0.12, 0.2)), 3)
    requests = {name: total * share / sum(shares) for name, share in zip(segments, shares, strict=True)}
    wrong = {name: round(rng.uniform(0.25, 1.4), 2) for name in segments}
    breach = {"speed": rng.uniform(0.2, 1.1), "keep": rng.uniform(0.05, 0.35), "forget": rng.uniform(0.05, 0.35)}
    private = frozenset(rng.sample(segments, rng.choice((1, 1, 2))))
    limit = rng.choice((1800, 2200, 2600, 3000))
    regions = tuple(sorted(rng.sample(REGIONS, 2)))
    away = [name for name in REGIONS if name not in regions]
    places = rng.sample((*regions, rng.choice(regions), rng.choice(away)), 4)
    options = [option(rng, name, place, segments, total, limit) for name, place in zip(names, places)]
    options.append(dominated(rng, names[4], rng.choice(options)))
    rng.shuffle(options)
    return Truth(requests=requests, swing=rng.uniform(0.04, 0.12), wrong=wrong, private=private, breach=breach,
                 limit=limit, regions=regions, options=tuple(options))  # fmt: skip


def option(rng: random.Random, name: str, region: str, segments: list[str], total: float, limit: int) -> Option:
    """Better answers are dearer or slower, on the whole; not in every segment."""
    level = rng.uniform(0.0, 1.0)
    right = {each: min(0.97, 0.72 + 0.17 * level + rng.gauss(0, 0.07)) for each in segments}
    spread = rng.uniform(0.3, 0.6)
    late = rng.uniform(0.01, 0.12 + 0.08 * level)
    return Option(
        name=name, right=right, tokens={each: rng.uniform(700, 2600) for each in segments},
        price=0.01 + 0.05 * level * rng.uniform(0.6, 1.4), fixed=round(total * rng.choice((0, 0.02, 0.06, 0.11)), -2),
        middle=limit * math.exp(-spread * normal_at(1 - late)), spread=spread,
        region=region, keeps=rng.random() < 0.5, idle=rng.choice((0.1, 0.2, 0.6)),
    )  # fmt: skip


def dominated(rng: random.Random, name: str, by: Option) -> Option:
    """As `by`, and a little worse in each thing."""
    return Option(
        name=name, right={each: share - rng.uniform(0.02, 0.06) for each, share in by.right.items()},
        tokens={each: many * rng.uniform(1.02, 1.15) for each, many in by.tokens.items()},
        price=by.price * rng.uniform(1.02, 1.2), fixed=by.fixed + 100, middle=by.middle * rng.uniform(1.02, 1.1),
        spread=by.spread, region=by.region, keeps=by.keeps, idle=by.idle,
    )  # fmt: skip


def normal_at(share: float) -> float:
    """Where the standard normal distribution has `share` below it."""
    return statistics.NormalDist().inv_cdf(share)


# ---------------------------------------------------------------------------------------------- the dossier


def dossier(seed: object, world: Truth, quirks: frozenset[str], *, few: bool = False, public: bool = False) -> Dossier:
    """What was collected about `world`, untidy in the ways named; with `few` rows of the evaluation and the log."""
    rng = stream(seed, "dossier")
    names = [each.name for each in world.options]
    shown = rng.sample(names, 3)
    examples = examples_of(rng, world, quirks, few)
    return {
        "id": f"d-{rng.getrandbits(32):08x}",
        "month": "2026-02",
        "options": [
            {"id": each.name, "region": each.region, "keeps_data": each.keeps, "examples": sorted(examples[each.name]),
             "about": rng.choice(open_to(ABOUT, public=public))}
            for each in world.options
        ],
        "segments": [{"id": s, "private": s in world.private, "wrong_eur": eur} for s, eur in world.wrong.items()],
        "traffic": traffic(rng, world, quirks),
        "prices": prices(rng, world, quirks),
        "evaluation": evaluation(rng, world, quirks, examples, few),
        "latency": latency(rng, world, quirks, FEW_LATENCIES if few else LATENCIES),
        "ledger": ledger(rng, world, quirks),
        "rules": rules(rng, world),
        "notes": [text.format(*shown) for text in rng.sample(open_to(NOTES, public=public), 3)],
    }  # fmt: skip


def day(back: int) -> str:
    """The date so many days before the evaluation ended."""
    return (datetime.date(2026, 1, 18) - datetime.timedelta(days=back)).isoformat()


def traffic(rng: random.Random, world: Truth, quirks: frozenset[str]) -> list[dict[str, Any]]:
    """Twelve weeks by day and segment."""
    rows = []
    for week in range(WEEKS):
        level = math.exp(rng.gauss(0, world.swing) - world.swing**2 / 2)
        for at in range(7):
            for segment, month in world.requests.items():
                many = month / DAYS * level * (1.18 if at < 5 else 0.55) * rng.uniform(0.95, 1.05)
                rows.append(
                    {"day": day(7 * (WEEKS - week) - at), "segment": segment, "source": "live", "requests": round(many)}
                )
    odd = rng.choice(list(world.requests))
    if "doubled" in quirks:
        rows += [dict(row) for row in rows if row["segment"] == odd and row["day"] < day(7 * rng.randint(2, 4))]
    if "probe" in quirks:
        many = round(max(world.requests.values()) / DAYS * rng.uniform(1.5, 4))
        days = rng.sample(sorted({row["day"] for row in rows}), rng.randint(30, 50))
        rows += [
            {"day": each, "segment": odd, "source": "probe", "requests": round(many * rng.uniform(0.9, 1.1))}
            for each in days
        ]
    return sorted(rows, key=lambda row: row["day"])


def prices(rng: random.Random, world: Truth, quirks: frozenset[str]) -> list[dict[str, Any]]:
    """What is paid for tokens, and each month besides; some rows are of another time, or for another number of tokens."""
    rows = []
    for each in world.options:
        per = rng.choice((1000, 100_000, 1_000_000)) if "units" in quirks else 1000
        row = {"option": each.name, "from": "2025-09-01", "until": None, "tokens_eur": round(each.price * per / 1000, 5),
               "per": per, "fixed_eur": each.fixed}  # fmt: skip
        rows.append(row)
        if "old" in quirks and rng.random() < 0.6:
            then = {"tokens_eur": round(row["tokens_eur"] * rng.choice((0.3, 0.5, 2.2)), 5)}
            if rng.random() < 0.5:
                rows.append(row | then | {"from": "2024-11-01", "until": "2025-08-31"})
            else:
                rows.append(row | then | {"from": "2026-03-01"})
                row["until"] = "2026-02-28"
    rng.shuffle(rows)
    return rows


def examples_of(rng: random.Random, world: Truth, quirks: frozenset[str], few: bool) -> dict[str, set[str]]:
    """Items that stand as examples in an option's own prompt, by option."""
    many = {each.name: 0 for each in world.options}
    fewer = FEWER if few else 1
    if "seen" in quirks:
        many[rng.choice(list(many))] = rng.randint(60, 85) // fewer
    return {
        name: {f"i{number:03}" for number in rng.sample(range(150 // fewer), count)} for name, count in many.items()
    }


def evaluation(
    rng: random.Random, world: Truth, quirks: frozenset[str], examples: dict[str, set[str]], few: bool
) -> list[dict[str, Any]]:
    """Each item with each option, and what else was in the folder."""
    sizes = rng.sample(rng.choice(FEW_ITEMS if few else ITEMS), 3)
    of = [segment for segment, size in zip(world.requests, sizes, strict=True) for _ in range(size)]
    rng.shuffle(of)
    again = rng.sample(world.options, 2) if "reruns" in quirks else []
    shift = {each.name: rng.choice((-0.35, 0.2)) for each in again}
    unjudged = {rng.choice(world.options).name: rng.uniform(0.25, 0.4)} if "unjudged" in quirks else {}
    rows = []
    for each in world.options:
        for number, segment in enumerate(of):
            item = f"i{number:03}"
            right = each.right[segment]
            old = item if each.name in shift and rng.random() < 0.8 else None
            for run, share in (("2025-11-20", right + shift.get(each.name, 0)), ("2026-01-15", right)):
                if run == "2026-01-15" or old:
                    verdict = (
                        "right" if item in examples[each.name] or rng.random() < share else wrong(rng, each, quirks)
                    )
                    if rng.random() < unjudged.get(each.name, 0):
                        verdict = ""
                    tokens = round(each.tokens[segment] * math.exp(rng.gauss(0, 0.25) - 0.03))
                    rows.append(
                        {
                            "item": item,
                            "option": each.name,
                            "segment": segment,
                            "run": run,
                            "verdict": verdict,
                            "tokens": tokens,
                        }
                    )
    rng.shuffle(rows)
    return rows


def wrong(rng: random.Random, each: Option, quirks: frozenset[str]) -> str:
    return "timeout" if "timeouts" in quirks and rng.random() < each.idle else "wrong"


def latency(rng: random.Random, world: Truth, quirks: frozenset[str], many: int) -> list[dict[str, Any]]:
    """Logged replies. One of the collectors may write seconds."""
    odd = rng.choice("abc") if "seconds" in quirks else ""
    rows = []
    for each in world.options:
        for _ in range(many):
            took = each.middle * math.exp(rng.gauss(0, each.spread))
            by = rng.choice("abc")
            rows.append(
                {"option": each.name, "collector": by, "ms": round(took / 1000, 3) if by == odd else round(took)}
            )
    rng.shuffle(rows)
    return rows


def ledger(rng: random.Random, world: Truth, quirks: frozenset[str]) -> list[dict[str, Any]]:
    """What broken rules have cost: entries, and entries that take one back."""
    rows = []
    for rule, eur in world.breach.items():
        for _ in range(rng.randint(4, 7)):
            many = rng.randint(20, 400)
            rows.append(entry(rng, rule, many, round(many * eur * rng.uniform(0.9, 1.1), 2)))
        if "reversed" in quirks and rng.random() < 0.7:
            many = rng.randint(300, 900)
            taken = entry(rng, rule, many, round(many * eur * rng.choice((0.1, 4.0, 6.0)), 2))
            rows += [taken, entry(rng, rule, many, -taken["eur"], taken["id"])]
    rng.shuffle(rows)
    return rows


def entry(rng: random.Random, rule: str, many: int, eur: float, reverses: str | None = None) -> dict[str, Any]:
    return {"id": f"L-{rng.getrandbits(24):06x}", "rule": rule, "requests": many, "eur": eur, "reverses": reverses}


def rules(rng: random.Random, world: Truth) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"id": "region", "text": RULES["region"].format(*world.regions), "regions": list(world.regions)},
        {"id": "speed", "text": RULES["speed"].format(world.limit), "limit_ms": world.limit},
        {"id": "keep", "text": RULES["keep"]},
        {"id": "forget", "text": RULES["forget"]},
    ]
    rng.shuffle(rows)
    return rows
