"""decide(dossier): what to run next month, what it will cost, and what would change that."""

from __future__ import annotations

from estimates import expected
from experiments import best_experiment
from forecasts import forecasts
from reading import read
from sums import allowed, best, break_even, moved


def decide(dossier: dict) -> dict:
    """The decision on a dossier, with its addendum if it has one."""
    facts = read(dossier)
    ask, eur = dossier["ask"], expected(facts)
    segment, rows = best_experiment(facts, dossier["experiment"])
    return {
        "choice": min(allowed(facts) or eur, key=eur.get),
        "forecasts": forecasts(facts),
        "break_even": break_even(facts, *ask["between"]),
        "drivers": {each["id"]: best(moved(facts, each)) for each in ask["drivers"]},
        "experiment": {"segment": segment, "rows": rows},
    }
