"""`python -m bench.second_ratings FOLDER …`: labels to a verdict where work to rate twice is offered (grader.agreement.
next_ratings) against drawing by lot, on public ratings by people and models, and how often a gate opens that all
labels together keep shut.

A folder holds human_annotations.json (person → item → level) and llm_annotations.json (model → item → level), as those
of the alternative annotator test do (github.com/nitaytech/AltTest, data/summeval, data/10k_prompts, data/cebab_stars);
what follows the last `__` of an item is its criterion where there is more than one. The data are not part of this
repository.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.agreement import Case, Labels, decide
from grader.agreement.labels import median_half_up
from grader.agreement.next_ratings import Rated, Waiting, offers
from grader.agreement.thresholds import Thresholds

LEVELS = (1, 2, 3, 4, 5)
AT_ONCE, LOOK, MOST = 40, 10, 200
"""Work that waits at any time; labels between two looks at the gate; labels after which nobody goes on."""
PATHS = ("by lot", "offered")


@dataclass(frozen=True, kw_only=True)
class RatedSet:
    """One criterion of one set, and one model's levels of it."""

    name: str
    people: Mapping[str, Mapping[str, int]] = field(repr=False)
    judge: Mapping[str, int] = field(repr=False)

    def verdict(self) -> str:
        """Of all labels by all people."""
        people = {who: {item: own[item] for item in own if item in self.judge} for who, own in self.people.items()}
        return _verdict(people, self.judge, frozenset())


def sets_in(folder: Path) -> Iterator[RatedSet]:
    people = json.loads((folder / "human_annotations.json").read_text(encoding="utf-8"))
    models = json.loads((folder / "llm_annotations.json").read_text(encoding="utf-8"))
    items = {item for own in people.values() for item in own}
    ends = {item.rsplit("__", 1)[-1] for item in items}
    for end in sorted(ends) if len(ends) < 10 else [""]:
        for model, said in models.items():
            judge = {item: int(level) for item, level in said.items() if item.endswith(end) and _is_level(level)}
            own = {who: {item: int(level) for item, level in given.items() if item.endswith(end)}
                   for who, given in people.items()}  # fmt: skip
            yield RatedSet(name=f"{folder.name} {end} {model}", people=own, judge=judge)


def _is_level(value: object) -> bool:
    return str(value).strip() in set(map(str, LEVELS))


def _verdict(people: Mapping[str, Mapping[str, int]], judge: Mapping[str, int], chosen: frozenset[str]) -> str:
    labels = Labels(criterion="c", levels=LEVELS, people=people)
    return decide(Case(labels=labels, judge={item: (level,) for item, level in judge.items()}, chosen=chosen),
                  scope="ratings").verdict  # fmt: skip


def walk(rated: RatedSet, path: str, seed: int) -> tuple[str, int]:
    """The first verdict that is one, and the labels that it took."""
    draw = np.random.default_rng(seed)
    queue = [str(item) for item in draw.permutation(sorted(rated.judge))]
    given = {item: two(rated, item, draw) for item in queue[: 3 * MOST]}
    waiting, coming = queue[:AT_ONCE], queue[AT_ONCE : 3 * MOST]
    done: dict[str, bool] = {}
    while waiting and len(done) < MOST:
        item, chosen = (waiting[0], False) if path == "by lot" else _offered(rated, waiting, given, done, seed)
        waiting.remove(item)
        waiting += [coming.pop(0)] if coming else []
        done[item] = chosen
        if len(done) >= 50 and len(done) % LOOK == 0:
            people = {who: {item: given[item][at] for item in done} for at, who in enumerate(("first", "second"))}
            picked = frozenset(item for item, was in done.items() if was)
            found = _verdict(people, {item: rated.judge[item] for item in done}, picked)
            if found != "INCONCLUSIVE":
                return found, len(done)
    return "INCONCLUSIVE", len(done)


def two(rated: RatedSet, item: str, draw: np.random.Generator) -> tuple[int, int]:
    levels = [own[item] for own in rated.people.values() if item in own]
    first, second = draw.permutation(len(levels))[:2]
    return levels[first], levels[second]


def _offered(
    rated: RatedSet, waiting: list[str], given: Mapping[str, tuple[int, int]], done: Mapping[str, bool], seed: int
) -> tuple[str, bool]:
    def levels(chosen: bool) -> Counter[int]:
        return Counter(median_half_up(list(given[item])) for item, was in done.items() if was is chosen)

    shown = [Waiting(item=item, first=given[item][0], judge=rated.judge[item]) for item in waiting]
    so_far = Rated(drawn=levels(False), chosen=levels(True))
    (found,) = offers(shown, so_far, LEVELS, Thresholds(), number=1, lot=str(seed))
    return found.item, found.chosen


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", type=Path, nargs="+")
    arguments.add_argument("--walks", type=int, default=10, help="Walks of each kind, for each criterion and model.")
    chosen = arguments.parse_args()
    labels: dict[str, list[int]] = {path: [] for path in PATHS}
    verdicts = {path: Counter[str]() for path in PATHS}
    wrong = dict.fromkeys(PATHS, 0)
    for rated in (one for folder in chosen.folders for one in sets_in(folder)):
        whole, line = rated.verdict(), []
        for path in PATHS:
            found = [walk(rated, path, seed) for seed in range(chosen.walks)]
            labels[path] += [count for _, count in found]
            verdicts[path] += Counter(verdict for verdict, _ in found)
            wrong[path] += sum(verdict == "ACCEPT" for verdict, _ in found) if whole != "ACCEPT" else 0
            line.append(f"{path} {np.mean([count for _, count in found]):.0f} labels")
        print(f"{rated.name}: all labels {whole}; {', '.join(line)}", flush=True)
    for path in PATHS:
        print(f"{path}: {np.mean(labels[path]):.1f} labels, {dict(verdicts[path])}, wrong ACCEPTs {wrong[path]}")


if __name__ == "__main__":
    main()
