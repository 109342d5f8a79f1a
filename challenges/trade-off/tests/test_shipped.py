# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import json
import re
import statistics

import pytest
from grader_kit import stream
from support import checked, even, interval, problems, sharpness, worths
from world.futures import regret
from world.names import OPTIONS
from world.starter import main
from world.sums import best, best_experiment, moved

LARGEST = 64_000
WORDS = 1100
"""Most words of a memo of two pages."""
CLOSE = 0.011
"""By how much a figure of the memo may differ from the decision's: it may be rounded."""


@pytest.fixture
def decision(candidate):
    """decision.json as a reply about the dossier of the starter, after the change."""
    return checked(main(), candidate.files.json("decision.json", most=LARGEST))


def parts_of(case, reply) -> dict[str, float]:
    """Share of the credit by part of a decision."""
    asked = case.dossier["ask"]["drivers"]
    right = [(reply.drivers or {}).get(each["id"]) == best(moved(case.reading, each)) for each in asked]
    most = best_experiment(case.reading, case.dossier["experiment"])[2]
    return {
        "choice": float(regret(case.loss, reply.choice or "") == 0),
        "break_even": even(case, reply),
        "drivers": max(0.0, 2 * sum(right) / len(right) - 1),
        "forecasts": max(0.0, min(1.0, (4.0 - statistics.fmean(sharpness(case, reply))) / 2.0)),
        "experiment": max(0.0, min(1.0, worths(case, reply) / most / 0.9)),
    }


@pytest.mark.points(4, group="shipped")
def test_the_decision_on_the_dossier_stands(decision, metric):
    """The decision on the starter's dossier, after the change, stands in all of its parts"""
    got = parts_of(main(), decision)
    metric("decision", statistics.fmean(got.values()), floor=0.25, target=0.95)
    print(", ".join(f"{name} {value:.2f}" for name, value in got.items()), problems([(main(), decision)]))


def names(case, seed) -> tuple[dict[str, str], dict[str, str]]:
    """Other names for the options, and back: who only knows the answer to the dossier as it is handed out has none."""
    own = list(case.reading.lines)
    other = stream(seed, "other names").sample([each for each in OPTIONS if each not in own], len(own))
    return dict(zip(own, other, strict=True)), dict(zip(other, own, strict=True))


def named(value, new):
    """`value` with the options' names changed, as keys and as texts of their own."""
    text = json.dumps(value)
    for old, name in new.items():
        text = text.replace(json.dumps(old), json.dumps(name))
    return json.loads(text)


def same(one, other) -> bool:
    """Whether two intervals, or figures, are the same but for rounding."""
    pairs = zip(one, other, strict=True) if one and other else [(one, other)]
    return all(a is not None and b is not None and abs(a - b) <= CLOSE * max(abs(a), abs(b)) for a, b in pairs)


@pytest.mark.points(2, group="shipped")
def test_the_decision_is_what_decide_gives(desk, decision, metric):
    """decision.json is what decide gives for the same dossier, where it is the best choice"""
    case = main()
    there, back = names(case, desk.seed)
    reply = checked(case, named(desk.candidate.call("decide", named(case.dossier, there)), back))
    assert decision.choice == reply.choice == best(case.reading), (
        "decide and decision.json do not both make the best choice"
    )
    both = [
        same(interval((reply.forecasts or {}).get(name), what), interval((decision.forecasts or {}).get(name), what))
        for name in case.reading.lines for what in ("cost", "p95", "right")
    ]  # fmt: skip
    metric("same", statistics.fmean(both) if both else 0.0, floor=0.5, target=1.0)


@pytest.mark.points(2, group="shipped")
def test_the_memo_says_what_the_decision_says(candidate, decision, metric):
    """The memo's table of figures is the decision's, and the memo has at most two pages"""
    case, text = main(), candidate.files.text("MEMO.md")
    assert decision.choice == best(case.reading), "the decision that the memo is about is not the best one"
    assert len(text.split()) <= WORDS, f"the memo has {len(text.split())} words; two pages are {WORDS}"
    table = {row[0].casefold(): row[1] for row in re.findall(r"^\|([^|\n]+)\|([^|\n]+)\|", text, re.MULTILINE)}
    cells = {name.strip(): cell for name, cell in table.items()}
    said = (decision.forecasts or {}).get(decision.choice)
    plan = decision.experiment or {}
    checks = [
        figures(cells.get("choice", "")) == [] and decision.choice.casefold() in cells.get("choice", "").casefold(),
        *(near(cells.get(row, ""), interval(said, what)) for row, what in ROWS.items()),
        near(cells.get("break-even, requests", ""), [decision.break_even] if decision.break_even else []),
        near(cells.get("experiment, rows", ""), [plan.get("rows", -1)]),
    ]
    metric("figures", statistics.fmean(checks), floor=0.5, target=1.0)


ROWS = {"cost of the month, eur": "cost", "p95, ms": "p95", "right, share": "right"}


def figures(cell: str) -> list[float]:
    """Numbers of a cell, with or without commas between thousands."""
    found = re.findall(r"\d[\d,]*(?:\.\d+)?", cell)
    return [float(each.replace(",", "")) for each in found]


def near(cell: str, wanted) -> bool:
    """Whether a cell names these figures, and no others."""
    got = figures(cell)
    return (
        wanted is not None and len(got) == len(wanted) and (not got or same(got, list(wanted))) and bool(cell.strip())
    )
