"""Reports of invented machines, and claims about them: true ones in other words, and false ones that look true."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from grader_kit import open_to

from world.codes import day_written
from world.deal import Deal
from world.names import Names

ATTRIBUTES: dict[str, tuple[str, tuple[str, ...]]] = {
    "run": ("time", ("{e} runs for {v} at a time.", "Each run of {e} takes {v}.", "The running time of {e} is {v}.")),
    "cool": ("time", ("{e} cools for {v}.", "{e} takes {v} to cool.", "The cooling time of {e} is {v}.")),
    "mass": ("mass", ("{e} weighs {v}.", "The weight of {e} is {v}.", "{e} has a mass of {v}.")),
    "valves": ("count", ("{e} has {v} valves.", "There are {v} valves on {e}.", "{v} valves belong to {e}.")),
    "lamps": ("count", ("{e} has {v} lamps.", "There are {v} lamps on {e}.", "{v} lamps belong to {e}.")),
    "checked": (
        "day",
        ("{e} was checked on {v}.", "The check of {e} was on {v}.", "{v} was the day of the check of {e}."),
    ),
    "cost": ("money", ("{e} cost {v}.", "The price of {e} was {v}.", "{v} was paid for {e}.")),
    "test": (
        "state",
        ("{e} {v} the pressure test.", "In the pressure test, {e} {v}.", "As to the pressure test, {e} {v}."),
    ),
}
FEW = ("bounds", "compared", "together")
"""What the practice shows in a few rows only."""
GROUPS = (
    *FEW,
    "other",
    "number",
    "unit",
    "denied",
    "day",
    "corrected",
    "about",
    "hearsay",
    "thousands",
    "absent",
    "alias",
)
ASKED = ("run", "cool", "mass", "valves", "lamps")
SPOKEN = "spoken"
"""Figures in words ("half an hour", "two dozen"), which other groups have now and then."""
PRICED = ("other", "alias")
"""Groups that ask for prices, too, in reports whose sums are in EUR."""
VAGUE = {"for quite a while": 0.15, "rather long": 0.4, "hardly any time": 0.65, "the longest of all": 0.88}
"""A word that no report settles → how often readers found that the report does not bear it out."""
WORDS = {12: "a dozen", 20: "a score of", 24: "two dozen"}
TIMES = {
    30: "half an hour",
    45: "three quarters of an hour",
    90: "an hour and a half",
    150: "two and a half hours",
    210: "three and a half hours",
}
MASSES = {500: "half a tonne", 1500: "a tonne and a half", 2500: "two and a half tonnes"}
ALIAS = ("the pump", "the crane", "the press", "the mill", "the oven", "the lathe")


@dataclass(frozen=True, kw_only=True)
class Claim:
    group: str
    asked: dict[str, str]
    chance: float
    """That it is not borne out: 0 or 1, but for vague ones."""
    span: tuple[int, int] | None


Raw = Any
T = TypeVar("T")


class Report:
    """Three machines with their figures, as a report tells of them."""

    def __init__(
        self, rng: random.Random, public: bool, deal: Deal | None = None, cell: tuple[object, ...] = ()
    ) -> None:
        self.rng, self.public, names = rng, public, Names(rng)
        self.deal, self.cell = deal or Deal(rng, even=False), cell
        self.machines = [names.word() for _ in range(3)]
        self.alias = dict(zip(self.machines, rng.sample(ALIAS, 3), strict=True))
        self.facts: dict[tuple[str, str], Raw] = {}
        for name in self.machines:
            for attribute in ATTRIBUTES:
                self.facts[name, attribute] = untaken_value(
                    rng, attribute, [self.facts.get((other, attribute)) for other in self.machines]
                )

    def drawn(self, name: str, options: Sequence[T]) -> T:
        """One of them, as often as the others among claims of this cell."""
        return self.deal.choice((*self.cell, name), options)

    def sentence(self, name: str, attribute: str, said: str, start: bool = True, *, told: bool = False) -> str:
        """`told`: as reports have it, which is how the practice shows it; a claim may have other words."""
        forms = open_to(ATTRIBUTES[attribute][1], public=self.public or told)
        form = self.rng.choice(forms) if told else self.drawn(f"form of {attribute}", forms)
        text = form.format(e=name, v=said)
        return text[0].upper() + text[1:] if start else text

    def text(
        self, *, leave: tuple[str, str] | None = None, instead: str = "", after: str = "", thousands: bool = False
    ) -> str:
        """All but one figure of each machine, mixed; `leave` is not told, or `instead` stands for it, and `after` comes last."""
        told = []
        for (name, attribute), raw in self.facts.items():
            if (name, attribute) == leave:
                told.append(instead)
            elif attribute == "cost" or self.rng.random() < 0.8 or leave is None or attribute == leave[1]:
                told.append(self.sentence(name, attribute, first_form(self.rng, attribute, raw, thousands), told=True))
        told += [f"{name} is {alias} in hall {self.rng.randint(2, 9)}." for name, alias in self.alias.items()]
        told = [each for each in told if each]
        self.rng.shuffle(told)
        return " ".join([*(["Sums are in thousands of EUR."] if thousands else []), *told, *([after] if after else [])])


def untaken_value(rng: random.Random, attribute: str, taken: list[Raw]) -> Raw:
    while True:
        made = fresh_value(rng, attribute)
        if attribute == "test" or made not in taken:
            return made


def fresh_value(rng: random.Random, attribute: str) -> Raw:
    kind = ATTRIBUTES[attribute][0]
    if kind == "time":
        return rng.choice([30, 45, 60, 75, 90, 120, 150, 180, 210, 240, 300])
    if kind == "mass":
        return rng.choice([500, 750, 1200, 1500, 1800, 2400, 2500, 3600, 4200])
    if kind == "count":
        return rng.choice([8, 9, 12, 15, 16, 18, 20, 24, 30])
    if kind == "day":
        return date(2026, rng.randint(1, 12), rng.randint(1, 12)) + timedelta(0)
    if kind == "money":
        return rng.choice([12, 14, 18, 23, 27, 31, 36, 44, 52])
    return rng.random() < 0.5


def first_form(rng: random.Random, attribute: str, raw: Raw, thousands: bool = False) -> str:
    """As reports write it."""
    kind = ATTRIBUTES[attribute][0]
    if kind == "time":
        return f"{raw} minutes"
    if kind == "mass":
        return f"{raw:,} kg"
    if kind == "count":
        return str(raw)
    if kind == "day":
        return f"{raw.day} {raw:%B} {raw.year}"
    if kind == "money":
        return f"{raw}" if thousands else f"{raw},000 EUR"
    return "passed" if raw else "failed"


def other_form(report: Report, attribute: str, raw: Raw) -> str:
    """As somebody tells of it in other words."""
    kind, rng = ATTRIBUTES[attribute][0], report.rng
    if kind == "time":
        hours = f"{raw / 60:g} {'hour' if raw == 60 else 'hours'}"
        return report.drawn("time", (hours, TIMES[raw])) if raw in TIMES else rng.choice([hours])
    if kind == "mass":
        tonnes = f"{raw / 1000:g} tonnes"
        return report.drawn("mass", (tonnes, MASSES[raw])) if raw in MASSES else rng.choice([tonnes])
    if kind == "count":
        return WORDS.get(raw, str(raw))
    if kind == "day":
        return report.drawn(
            "day", (raw.isoformat(), f"{raw.day:02d}/{raw.month:02d}/{raw.year}", day_written(rng, raw))
        )
    if kind == "money":
        return report.drawn("money", (f"{raw}k EUR", f"EUR {raw},000", f"{raw} thousand EUR"))
    return "did not fail" if raw else "did not pass"


def claim(rng: random.Random, group: str, false: bool, public: bool = False, deal: Deal | None = None) -> Claim:
    """A claim and its report; of each group there are true and false ones that look alike. `deal`: of many, as many of each kind."""
    report = Report(rng, public, deal, (group, false))
    if group in FEW:
        return {"bounds": bounds, "compared": compared, "together": together}[group](report, false)
    if group == SPOKEN:
        return spoken(report, false)
    name = rng.choice(report.machines)
    attribute = {
        "denied": "test",
        "day": "checked",
        "thousands": "cost",
        "unit": report.drawn("unit", ("run", "cool", "mass")),
    }.get(group, report.drawn("attribute", (*ASKED, "cost") if report.deal.even and group in PRICED else ASKED))
    raw = report.facts[name, attribute]
    others = [report.facts[other, attribute] for other in report.machines if other != name]
    said, context, e, lead = "", "", name, ""
    if group == "other":
        said = first_form(rng, attribute, rng.choice(others) if false else raw)
    elif group == "number":
        said = other_form(report, attribute, _moved(attribute, raw, others) if false else raw)
    elif group == "unit":
        right = other_form(report, attribute, raw)
        said = (f"{raw} hours" if attribute != "mass" else f"{raw:,} tonnes") if false else right
    elif group == "denied":
        said = other_form(report, attribute, raw != false)
    elif group == "day":
        said = other_form(
            report,
            attribute,
            date(raw.year, raw.day, raw.month) if false and raw.day != raw.month else raw + timedelta(days=30 * false),
        )
    elif group == "corrected":
        new = _moved(attribute, raw, others)
        context = corrected(report, name, attribute, new)
        said = other_form(report, attribute, raw if false else new)
    elif group == "about":
        scale = report.drawn("scale", (0.72, 0.8, 1.25, 1.3) if false else (0.97, 0.98, 1.02, 1.03))
        attribute = report.drawn("about", ("run", "mass"))
        raw = report.facts[name, attribute]
        said = f"about {round(raw * scale)} minutes" if attribute == "run" else f"about {round(raw * scale):,} kg"
    elif group == "hearsay":
        rumour = _moved(attribute, raw, others)
        rumoured = report.sentence(name, attribute, first_form(rng, attribute, rumour), False, told=True)
        line = f"It is said in the canteen that {rumoured}"
        context = report.text(leave=(name, attribute), instead=line)
        said = other_form(report, attribute, rumour)
        lead = "" if false else "It is said that "
    elif group == "thousands":
        context = report.text(thousands=True)
        said = f"{raw} EUR" if false else rng.choice([f"{raw},000 EUR", f"{raw}k EUR"])
    elif group == "absent":
        context = report.text(leave=(name, attribute)) if false else ""
        said = first_form(rng, attribute, rng.choice(others) if false and rng.random() < 0.5 else raw)
    elif group == "alias":
        e = report.alias[name]
        said = first_form(rng, attribute, rng.choice(others) if false else raw)
    context = context or report.text(leave=None)
    text = lead + report.sentence(e, attribute, said, start=not lead)
    start = text.lower().index(said.lower())
    return Claim(
        group=group,
        asked={"claim": text, "context": context},
        chance=float(false),
        span=(start, start + len(said)) if false else None,
    )


def told(report: Report, group: str, text: str, said: str, false: bool) -> Claim:
    start = text.index(said)
    return Claim(
        group=group,
        asked={"claim": text[0].upper() + text[1:], "context": report.text()},
        chance=float(false),
        span=(start, start + len(said)) if false else None,
    )


def bounds(report: Report, false: bool) -> Claim:
    """More or less than a figure, or just as much."""
    rng, name = report.rng, report.rng.choice(report.machines)
    attribute = report.drawn("attribute", ("valves", "lamps", "mass"))
    raw, more, step = report.facts[name, attribute], *way_of(report)
    step *= 100 if attribute == "mass" else 1
    figure = raw + step if more == false else raw - step
    above, to = (["more than", "over"], ["at least"]) if more else (["fewer than", "under"], ["at most"])
    word = report.drawn(f"word {bool(step)} {more}", (above + to) if step else above if false else to)
    said = f"{word} {first_form(rng, attribute, figure)}"
    return told(report, "bounds", report.sentence(name, attribute, said, False), said, false)


def way_of(report: Report) -> tuple[bool, int]:
    """Whether it is said to be more, and how far from the figure: every other time, it is the very figure."""
    if report.deal.even:
        return report.drawn("way", tuple((more, step) for more in (True, False) for step in (0, 0, 1, 2)))
    return report.rng.random() < 0.5, report.rng.randint(0, 3)


def compared(report: Report, false: bool) -> Claim:
    """Two machines by one figure."""
    rng = report.rng
    one, other = rng.sample(report.machines, 2)
    attribute = report.drawn("attribute", ("mass", "valves", "lamps", "run", "cool", "checked"))
    if false and report.deal.even and report.drawn("same", (True, False, False, False)):  # then neither is more
        report.facts[other, attribute] = report.facts[one, attribute]
    more = report.facts[one, attribute] > report.facts[other, attribute]
    if report.facts[one, attribute] == report.facts[other, attribute]:
        more = report.drawn("way of the same", (True, False))
    words = {
        "mass": ("heavier", "lighter"),
        "valves": ("more valves", "fewer valves"),
        "lamps": ("more lamps", "fewer lamps"),
        "run": ("longer", "shorter"),
        "cool": ("longer", "shorter"),
        "checked": ("later", "earlier"),
    }[attribute]
    said = words[0] if more != false else words[1]
    form = {
        "mass": "{a} is {s} than {b}.",
        "run": "{a} runs {s} at a time than {b}.",
        "cool": "{a} takes {s} to cool than {b}.",
        "checked": "{a} was checked {s} than {b}.",
    }.get(attribute, "{a} has {s} than {b}.")
    return told(report, "compared", form.format(a=one, b=other, s=said), said, false)


def spoken(report: Report, false: bool) -> Claim:
    """A figure in words, each as often as the others; the report has it, or another."""
    name = report.rng.choice(report.machines)
    every = [("time", raw) for raw in TIMES] + [("mass", raw) for raw in MASSES] + [("count", raw) for raw in WORDS]
    kind, raw = report.drawn("figure", every)
    attribute = report.drawn(
        f"attribute {kind}", {"time": ("run", "cool"), "mass": ("mass",), "count": ("valves", "lamps")}[kind]
    )
    said = {"time": TIMES, "mass": MASSES, "count": WORDS}[kind][raw]
    others = [value for (other, about), value in report.facts.items() if about == attribute and other != name]
    report.facts[name, attribute] = _moved(attribute, raw, others) if false else raw
    return told(report, SPOKEN, report.sentence(name, attribute, said, False), said, false)


def together(report: Report, false: bool) -> Claim:
    """The sum of two."""
    rng = report.rng
    one, other = rng.sample(report.machines, 2)
    attribute = report.drawn("attribute", ("valves", "lamps"))
    total = report.facts[one, attribute] + report.facts[other, attribute]
    said = str(total + report.drawn("step", (-3, -2, 2, 4)) * false)
    form = report.drawn("form", ("{a} and {b} have {s} {w} between them.", "Together, {a} and {b} have {s} {w}."))
    return told(report, "together", form.format(a=one, b=other, s=said, w=attribute), said, false)


def corrected(report: Report, name: str, attribute: str, new: Raw) -> str:
    """A report that corrects itself: what is said last of the two stands."""
    rng = report.rng
    line = rng.choice(["Correction: {}", "This was wrong above; {}", "Since then it was measured again: {}"])
    last = line.format(report.sentence(name, attribute, first_form(rng, attribute, new), False, told=True))
    return report.text(after=last)


def _moved(attribute: str, raw: Raw, others: list[Raw]) -> Raw:
    """Another value of the same kind, that no machine has."""
    step = {"time": 15, "mass": 300, "count": 3, "money": 5}[ATTRIBUTES[attribute][0]]
    made = raw + step
    while made in others:
        made += step
    return made


def vague(rng: random.Random, word: str, public: bool = False) -> Claim:
    report = Report(rng, public)
    name = rng.choice(report.machines)
    form = {
        "for quite a while": "{e} runs {v}.",
        "rather long": "The runs of {e} are {v}.",
        "hardly any time": "{e} takes {v} to cool.",
        "the longest of all": "The runs of {e} are {v}.",
    }[word]
    return Claim(
        group="vague",
        asked={"claim": form.format(e=name, v=word), "context": report.text()},
        chance=VAGUE[word],
        span=None,
    )
