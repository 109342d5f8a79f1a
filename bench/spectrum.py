"""`python -m bench.spectrum FOLDER …`: verdicts where a part of the items was written for the purpose, on public
ratings by people and models (the folders are those of bench.second_ratings), and how many gates open that all labels
together keep shut; with check J, which looks at real work alone, and without it.

These sets do not say which of their texts are prototypes, for none is. So a part of each draw is taken as written:

    at random        any of them
    prototypes       those on whose level all people agree
    known            prototypes, and the judge gives people's level on each, as one does who was shown the anchors

All others are drawn from the whole set, as candidates' work comes. What cannot be shown with it: how a judge does on
texts that somebody really wrote to an anchor, and whether candidates' work is as varied as what is in these sets.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.second_ratings import LEVELS, RatedSet, sets_in, two
from grader.agreement import Case, Labels, decide

REAL, WRITTEN = 30, 60
MARKINGS = ("at random", "prototypes", "known")
GATES = ("all as one", "real work apart")


def drawn(rated: RatedSet, marking: str, seed: int) -> tuple[Case, frozenset[str]]:
    """One team's record: REAL items of the set as they come, and WRITTEN ones by `marking`; and which are real."""
    draw = np.random.default_rng([seed, MARKINGS.index(marking)])
    every = [str(item) for item in draw.permutation(sorted(rated.judge)) if len(levels_of(rated, str(item))) > 1]
    theirs, left = every[:REAL], every[REAL:]
    ours = left[:WRITTEN] if marking == "at random" else prototypes(rated, left, WRITTEN)
    given = {item: two(rated, item, draw) for item in (*theirs, *ours)}
    people = {who: {item: levels[at] for item, levels in given.items()} for at, who in enumerate(("first", "second"))}
    known = set(ours) if marking == "known" else set()
    judge = {item: (levels[0] if item in known else rated.judge[item],) for item, levels in given.items()}
    return Case(labels=Labels(criterion="c", levels=LEVELS, people=people), judge=judge), frozenset(theirs)


def levels_of(rated: RatedSet, item: str) -> list[int]:
    return [own[item] for own in rated.people.values() if item in own]


def prototypes(rated: RatedSet, items: Sequence[str], count: int) -> list[str]:
    """Of `items` those on which all agree, levels in turn as far as there are some."""
    by_level: dict[int, list[str]] = {level: [] for level in LEVELS}
    for item in items:
        said = set(levels_of(rated, item))
        if len(said) == 1:
            by_level[said.pop()].append(item)
    turns = [item for at in range(count) for level in LEVELS for item in by_level[level][at : at + 1]]
    return turns[:count]


def verdicts(rated: RatedSet, marking: str, draws: int) -> Mapping[str, Counter[str]]:
    """Gate → how often it came to which verdict."""
    found = {gate: Counter[str]() for gate in GATES}
    for seed in range(draws):
        case, real = drawn(rated, marking, seed)
        plain = Case(labels=case.labels, judge=case.judge)
        apart = Case(labels=case.labels, judge=case.judge, real=real)
        for gate, one in zip(GATES, (plain, apart), strict=True):
            found[gate][decide(one, scope="ratings").verdict] += 1
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", type=Path, nargs="+")
    arguments.add_argument("--draws", type=int, default=10, help="Draws of each kind, for each criterion and model.")
    chosen = arguments.parse_args()
    sums = {(marking, gate): Counter[str]() for marking in MARKINGS for gate in GATES}
    for rated in (one for folder in chosen.folders for one in sets_in(folder)):
        whole = rated.verdict()
        for marking in MARKINGS:
            for gate, found in verdicts(rated, marking, chosen.draws).items():
                sums[marking, gate] += found
                sums[marking, gate]["wrong ACCEPT"] += found["ACCEPT"] if whole != "ACCEPT" else 0
                if found["ACCEPT"]:
                    print(f"{rated.name}: all labels {whole}; {marking}, {gate}: {dict(found)}", flush=True)
    for (marking, gate), found in sums.items():
        print(f"{marking}, {gate}: {dict(sorted(found.items()))}")


if __name__ == "__main__":
    main()
