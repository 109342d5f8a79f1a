"""decide(dossier): what to run next month, what it will cost, and what would change that."""

from __future__ import annotations

from experiments import best_experiment
from forecasts import forecast
from reading import read
from sums import best, break_even, moved


def decide(dossier: dict) -> dict:
    """The decision on a dossier, with its addendum if it has one."""
    facts = read(dossier)
    ask = dossier["ask"]
    segment, rows = best_experiment(facts, dossier["experiment"])
    return {
        "choice": best(facts),
        "forecasts": {name: forecast(facts, option) for name, option in facts["options"].items()},
        "break_even": break_even(facts, *ask["between"]),
        "drivers": {each["id"]: best(moved(facts, each)) for each in ask["drivers"]},
        "experiment": {"segment": segment, "rows": rows},
    }
