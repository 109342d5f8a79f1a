"""What all tests use: asking `decide`, checking the shape of each part of a reply before anything rests on it, measures."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader_kit import problem_of, stream, unusable, wrong_choice, wrong_keys, wrong_number
from world.futures import NORMAL, interval_score, outcomes, regret, scale
from world.pick import Case
from world.sums import break_even, worth

PARTS = ("choice", "forecasts", "break_even", "drivers", "experiment")
QUANTITIES = ("cost", "p95", "right")
WORST = 8.0
"""Most that an interval's score counts, in scores of a right one."""
CLOSE, FAR = 0.05, 0.25
"""A break-even within the one earns all, beyond the other nothing."""
PADDING = 4000


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What was replied about a dossier; parts that are of no use are None, and `problem` says what was wrong."""

    choice: str | None = None
    forecasts: dict[str, Any] | None = None
    break_even: Any = None
    drivers: dict[str, Any] | None = None
    experiment: dict[str, Any] | None = None
    problem: str = ""


def checked(case: Case, value: Any) -> Reply:
    """`value` as a reply; each part that is not usable is left out, the others stand."""
    problem = problem_of(value, lambda reply: wrong_keys(reply, PARTS, "decide"))
    if problem:
        return Reply(problem=problem)
    dossier = case.dossier
    options = [row["id"] for row in dossier["options"]]
    asked = [row["id"] for row in dossier["ask"]["drivers"]]
    tests: dict[str, Callable[[Any], str]] = {
        "choice": lambda part: wrong_choice(part, options, "an option of the dossier"),
        "forecasts": lambda part: wrong_keys(part, options, "decide, for forecasts,"),
        "break_even": lambda part: "" if part is None else wrong_number(part, "break_even", 0, 1e12),
        "drivers": lambda part: wrong_keys(part, asked, "decide, for drivers,"),
        "experiment": lambda part: wrong_experiment(part, dossier),
    }
    problems = {name: problem_of(value[name], test) for name, test in tests.items()}
    kept = {name: value[name] for name, bad in problems.items() if not bad}
    if problems["break_even"]:
        kept["break_even"] = math.nan
    return Reply(**kept, problem=next((bad for bad in problems.values() if bad), ""))


def wrong_experiment(part: Any, dossier: dict[str, Any]) -> str:
    segments = [row["id"] for row in dossier["segments"]]
    return (
        wrong_keys(part, ("segment", "rows"), "decide, for experiment,")
        or wrong_choice(part["segment"], segments, "a segment of the dossier")
        or wrong_number(part["rows"], "rows", 0, dossier["experiment"]["most"])
    )


Judged = list[tuple[Case, Reply]]
Intervals = Mapping[str, Mapping[str, tuple[float, float]]]
"""Low and high end by option and quantity."""


class Desk:
    """The candidate's `decide`, with the seed of the submission."""

    def __init__(self, candidate: Any, seed: Any) -> None:
        self.candidate, self.seed = candidate, seed

    def judge(self, cases: Sequence[Case]) -> Judged:
        """The replies to `cases`; one that ends in an error costs that dossier, not the test, unless all do."""
        asked = [padded(case) for case in cases]
        values = self.candidate.map("decide", asked, errors="return")
        judged = [(case, checked(case, value)) for case, value in zip(cases, values, strict=True)]
        usable = any(reply != Reply(problem=reply.problem) for _, reply in judged)
        assert usable, f"No decision was usable in any part.{problems(judged)}"
        return judged


def padded(case: Case) -> dict[str, Any]:
    """The dossier with a field of no meaning, as long as is drawn: how long it is must not tell what is in it."""
    rng = stream(case.seed, "padding")
    return case.dossier | {"checksum": f"{rng.getrandbits(4 * PADDING):x}"[: rng.randrange(PADDING)]}


# ---------------------------------------------------------------------------------------------- measures


def mean_regret(cases: Iterable[Case], choices: Iterable[str | None]) -> float:
    """What the choices cost more than the best ones, 0 for the best and 1 for the dearest, in the mean."""
    return statistics.fmean(regret(case.loss, choice or "") for case, choice in zip(cases, choices, strict=True))


def sharpness(case: Case, reply: Reply, quantities: Sequence[str] = QUANTITIES) -> list[float]:
    """Interval scores of the forecasts of a dossier, each as a share of a right interval's; `WORST` for none."""
    said = reply.forecasts or {}
    return sharpness_of(case, {name: usable(said.get(name)) for name in case.reading.lines}, quantities)


def usable(said: Any) -> dict[str, tuple[float, float]]:
    """The intervals of a forecast that can be scored."""
    found = {name: interval(said, name) for name in QUANTITIES}
    return {name: ends for name, ends in found.items() if ends}


def sharpness_of(case: Case, said: Intervals, quantities: Sequence[str]) -> list[float]:
    """As `sharpness`, for intervals by option and quantity."""
    scores = []
    for option in case.world.options:
        came, unit = outcomes(case.seed, case.world, option), scale(case.world, case.dossier, option)
        for name in quantities:
            ends = said[option.name].get(name)
            score = interval_score(*ends, came[name]) / (NORMAL * unit[name]) if ends else WORST
            scores.append(min(WORST, score))
    return scores


def interval(said: Any, name: str) -> tuple[float, float] | None:
    """The two ends of an interval, None where there are none."""
    ends = said.get(name) if isinstance(said, dict) else None
    if not isinstance(ends, list) or len(ends) != 2:
        return None
    if any(wrong_number(each, name, -1e12, 1e12) for each in ends) or ends[0] > ends[1]:
        return None
    return float(ends[0]), float(ends[1])


def crossing(case: Case) -> float | None:
    """The break-even that a dossier asks for, None where there is none."""
    one, other = case.dossier["ask"]["between"]
    return break_even(case.reading, (one, other))


def even(case: Case, reply: Reply) -> float:
    """Credit for a break-even: all within 5 %, nothing beyond 25 %, a straight line between."""
    truth = crossing(case)
    if reply.forecasts is None and reply.choice is None:
        return 0.0
    if truth is None or reply.break_even is None:
        return float(truth is None and reply.break_even is None)
    off = abs(reply.break_even / truth - 1)
    return max(0.0, min(1.0, (FAR - off) / (FAR - CLOSE))) if off == off else 0.0


def worths(case: Case, reply: Reply) -> float:
    """EUR that the proposed experiment is worth; nothing where none was proposed in a usable way."""
    plan = reply.experiment
    return worth(case.reading, case.dossier["experiment"], plan["segment"], int(plan["rows"])) if plan else 0.0


def problems(judged: Judged) -> str:
    """A sentence on replies that were not usable in some part, "" where all were."""
    return unusable(reply.problem for _, reply in judged)
