"""How often each report calls out what was planted, and what was not, over 200 made-up years of candidates.

    python -m bench.analytics [SEEDS]

Nothing may be called out where nothing is planted in more than five in a hundred years, for each report.
"""

from __future__ import annotations

import sys
import time as clock
from collections.abc import Callable, Mapping

from grader.analytics.funnel import funnel
from grader.analytics.impact import counted, impact
from grader.analytics.items import items
from grader.analytics.raters import raters
from grader.analytics.signal import signal
from grader.analytics.time import time
from tests.analytics_cohorts import END, Planted, answers, called_out, events, levels, ratings

NOTHING = Planted()


def longest(seed: int, planted: Planted) -> set[str]:
    note = called_out(time(events(seed, planted=planted)[0], until=END).notes, "Longest stage")
    return set() if "not shown" in note else {note.split(": ")[1].split(" (")[0]}


def narrowest(seed: int, planted: Planted) -> set[str]:
    note = called_out(funnel(events(seed, planted=planted)[0]).notes, "Narrowest stage")
    return set() if "not shown" in note else {note.split(": ")[1].split(" (")[0]}


def cohorts(seed: int, planted: Planted) -> set[str]:
    note = called_out(funnel(events(seed, planted=planted)[0], by="quarter").notes, "Between cohorts")
    return set() if "no difference" in note else {note}


def gaps(seed: int, planted: Planted) -> set[str]:
    found, groups = events(seed, planted=planted)
    rows = impact(counted(found, groups)).rows
    return {str(row["stage"]) for row in rows if row["words"] == "gap, conclusive"} - {"overall"}


def dif(seed: int, planted: Planted) -> set[str]:
    rows = items(answers(seed, planted=planted), focal="B").rows
    return {str(row["item"]) for row in rows if "read its content" in str(row["words"])}


def silent(seed: int, planted: Planted) -> set[str]:
    """Rounds that are said to tell nothing."""
    rows = signal(levels(seed, planted=planted)).rows
    return {str(row["round"]) for row in rows if row["words"] == "nothing shown"}


def telling(seed: int, planted: Planted) -> set[str]:
    """Rounds that are said to tell something, where none does."""
    rows = signal(levels(seed, planted=planted, tell=0.0)).rows
    return {str(row["round"]) for row in rows if row["words"] == "tells something"}


def drifting(seed: int, planted: Planted) -> set[str]:
    return {str(row["rater"]) for row in raters(ratings(seed, planted=planted)).rows if "grows" in str(row["words"])}


CASES: Mapping[str, tuple[Callable[[int, Planted], set[str]], Planted, set[str]]] = {
    "time: the slow stage": (longest, Planted(slow_stage="interview"), {"interview"}),
    "time: none planted": (longest, NOTHING, set()),
    "funnel: the narrow stage": (narrowest, Planted(narrow_stage="take-home"), {"take-home"}),
    "funnel: none planted": (narrowest, NOTHING, set()),
    "funnel: cohorts alike": (cohorts, NOTHING, set()),
    "impact: the unlike stage": (gaps, Planted(unlike_group=0.3), {"interview"}),
    "impact: none planted": (gaps, NOTHING, set()),
    "items: the hard item": (dif, Planted(hard_item="item-03"), {"item-03"}),
    "items: none planted": (dif, NOTHING, set()),
    "signal: the useless round": (silent, Planted(useless_round="screen"), {"screen"}),
    "signal: no round tells": (telling, NOTHING, set()),
    "raters: the drifting one": (drifting, Planted(drifting_rater="rater-4"), {"rater-4"}),
    "raters: none planted": (drifting, NOTHING, set()),
}


def main(seeds: int = 200) -> None:
    """Prints a line for each case: how often all that was planted was found, and how often anything else was."""
    print(f"{'case':28} {'found':>7} {'else':>7}   of {seeds} years")
    for name, (look, planted, truth) in CASES.items():
        begin = clock.monotonic()
        seen = [look(seed, planted) for seed in range(seeds)]
        found = f"{sum(truth <= one for one in seen)}" if truth else "—"
        other = sum(bool(one - truth) for one in seen)
        print(f"{name:28} {found:>7} {other:>7}   {clock.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
