"""Whether a pack tells weak, typical and strong work apart, on which stretch of its scale, and whatever the seed.

Works that stand for a level say so in submissions.yaml (`spread: typical`). Each is run on some variants of the data;
what they earn has to keep its order on every one of them, lie apart in the mean, and hardly depend on the variant.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.authoring import promises, shipped
from grader.authoring.entries import Listed
from grader.authoring.runs import Ran, Runner, Say, Task
from grader.challenge.findings import Finding, advice, broken, found, left_out
from grader.errors import visible

PROMISE = "spread"
LEVELS = ("weak", "typical", "strong")
CHEAT = "cheat"
WHOLE = 50
"""Variants behind a figure that a pack is published with."""
APART = 15.0
"""Points of 100 by which the means of neighbouring levels differ at least."""
MOVED = 2.0
"""Points of 100 by which the variant moves the same work at most: a standard deviation over the variants."""
NEAR = 10.0
"""Points of 100 by which typical work may miss the pass mark before that is worth a look."""
LEAST = 2
"""Variants without which nothing is said of what a variant moves."""
SHOWN = 4
WIDTH = 50
"""Characters of a bar that stand for 100 points."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """What one work earned, in points of 100 of the hidden tests, a variant each."""

    path: str
    level: str
    place: str
    points: tuple[float, ...]
    by_test: dict[str, float]
    """Points of 100 that each test brought, in the mean."""

    @property
    def mean(self) -> float:
        return statistics.fmean(self.points)

    @property
    def moved(self) -> float:
        """What the variant moves it by, a standard deviation; 0 with one variant."""
        return statistics.stdev(self.points) if len(self.points) > 1 else 0.0


def declared(entries: Sequence[tuple[Listed, Ran]]) -> list[tuple[Listed, Ran]]:
    """Works that stand for a level and were graded."""
    return [(one, ran) for one, ran in entries if one.entry.spread and ran.observed]


def run(runner: Runner, entries: Sequence[tuple[Listed, Ran]], seeds: int, say: Say) -> list[Spread] | Finding:
    """What the declared works earn on `seeds` variants, of which `entries` holds the first. A finding where one of them
    could not be run. Raises InfrastructureError."""
    works = declared(entries)
    tasks = [
        Task(name=f"{one.entry.path}, seed {n + 1}", submission=submission, seed=runner.seed(submission, n))
        for one, _ in works
        for submission in [shipped.read(runner.challenge, shipped.of(one))]
        for n in range(1, seeds)
    ]
    say(f"running {len(works)} works of known level on {seeds} variants")
    ran = runner.run(tasks, lambda each, done: say(f"spread {done} of {len(tasks)}: {each.name} {each.share:.0%}"))
    failed = next((each for each in ran if each.problem), None)
    if failed is not None:
        return broken(PROMISE, f"{failed.name}: {failed.problem}", str(runner.challenge.root))
    more = iter(ran)
    return [_spread(one, [first, *(next(more) for _ in range(1, seeds))]) for one, first in works]


def _spread(one: Listed, runs: Sequence[Ran]) -> Spread:
    most = runs[0].points.max_points or 1.0
    by_test = {
        test.id: statistics.fmean(
            100 * next((other.points for other in ran.points.tests if other.id == test.id), 0.0) / most for ran in runs
        )
        for test in runs[0].points.tests
    }
    points = tuple(100 * ran.share for ran in runs)
    return Spread(path=one.entry.path, level=one.entry.spread, place=one.place, points=points, by_test=by_test)


# ------------------------------------------------------------------------------------------------ what is promised


def findings(
    works: Sequence[Spread], cheats: Sequence[tuple[Listed, Ran]], pass_mark: float | None, place: str
) -> list[Finding]:
    """What holds and what does not; `cheats` are those that ran on one variant only. Pure."""
    missing = [level for level in LEVELS if not _of(works, level)]
    if missing:
        text = f"no submission is declared {' and none '.join(missing)} (`spread:` in submissions.yaml)"
        return [broken(PROMISE, text, place)]
    known = {work.path for work in works}
    single = [
        Spread(path=one.entry.path, level=CHEAT, place=one.place, points=(100 * ran.share,), by_test={})
        for one, ran in cheats
        if one.entry.path not in known and ran.observed
    ]
    wrong = [*_order(works), *_apart(works, place), *_cheats([*_of(works, CHEAT), *single], works), *_moved(works)]
    seeds = len(works[0].points)
    shown = ", ".join(f"{level} {_range(_of(works, level))}" for level in LEVELS)
    on = f"on {seeds} variant{'s' if seeds > 1 else ''}" + ("" if seeds >= WHOLE else f" ({WHOLE} are the whole)")
    facts = {work.path: [round(each, 2) for each in work.points] for work in works}
    told = [] if wrong else [found(PROMISE, f"points of 100 {on}: {shown}, apart and in order", place, points=facts)]
    if seeds < LEAST:
        told.append(left_out(PROMISE, "one variant says nothing of what a variant moves: --seeds 2 or more", place))
    return [*wrong, *told, *_near(works, pass_mark)]


def _of(works: Sequence[Spread], level: str) -> list[Spread]:
    return [work for work in works if work.level == level]


def _range(works: Sequence[Spread]) -> str:
    low, high = min(work.mean for work in works), max(work.mean for work in works)
    return f"{low:.1f}" if high - low < 0.05 else f"{low:.1f} to {high:.1f}"


def _order(works: Sequence[Spread]) -> list[Finding]:
    """On each variant, whatever is of the lower level earns less."""
    told = []
    for low, high in pairwise(LEVELS):
        for lower in _of(works, low):
            for higher in _of(works, high):
                out = [n for n, pair in enumerate(zip(lower.points, higher.points, strict=True)) if pair[0] >= pair[1]]
                if out:
                    a, b = lower.points[out[0]], higher.points[out[0]]
                    text = f"{lower.path} ({low}) earns {a:.1f} points of 100, {higher.path} ({high}) {b:.1f}"
                    text += f": out of order on {len(out)} of {len(lower.points)} variants, first on {out[0] + 1}"
                    told.append(broken(PROMISE, text, lower.place))
    return told


def _apart(works: Sequence[Spread], place: str) -> list[Finding]:
    """The best of a level is far enough below the least of the next."""
    told = []
    for low, high in pairwise(LEVELS):
        lower = max(_of(works, low), key=lambda work: work.mean)
        higher = min(_of(works, high), key=lambda work: work.mean)
        gap = higher.mean - lower.mean
        if gap < APART:
            text = f"{low} and {high} work are {gap:.1f} points of 100 apart, at least {APART:g} are wanted: "
            text += f"{lower.path} {lower.mean:.1f}, {higher.path} {higher.mean:.1f}"
            told.append(broken(PROMISE, text, higher.place or place))
    return told


def _cheats(cheats: Sequence[Spread], works: Sequence[Spread]) -> list[Finding]:
    """Nothing that is no work earns more than weak work does."""
    weak = min(_of(works, "weak"), key=lambda work: work.mean)
    return [
        broken(
            PROMISE,
            f"{cheat.path} earns {cheat.mean:.1f} points of 100, more than {weak.path} (weak) with {weak.mean:.1f}",
            cheat.place,
        )
        for cheat in cheats
        if cheat.mean > weak.mean + 100 * promises.TOLERANCE
    ]


def _moved(works: Sequence[Spread]) -> list[Finding]:
    """The same work earns about the same on another variant. A cheat only has to stay at or below weak work: what luck
    it has below that decides nothing."""
    return [
        broken(
            PROMISE,
            f"{work.path}: the variant moves it by {work.moved:.1f} points of 100 (standard deviation over "
            f"{len(work.points)}: {min(work.points):.1f} to {max(work.points):.1f}), at most {MOVED:g} are wanted: ask "
            "more questions of each kind, or draw each kind equally often",
            work.place,
        )
        for work in works
        if work.moved > MOVED and work.level != CHEAT
    ]


def _near(works: Sequence[Spread], pass_mark: float | None) -> list[Finding]:
    """Where the pass mark lies is where a pack has to tell apart; typical work is what it is set by."""
    typical = _of(works, "typical")
    if pass_mark is None or not typical:
        return []
    off = [work for work in typical if abs(work.mean - pass_mark) > NEAR]
    return [
        advice(
            PROMISE,
            f"{work.path} (typical) earns {work.mean:.1f} points of 100, the pass mark is {pass_mark:g}",
            work.place,
        )
        for work in off
    ]


# ------------------------------------------------------------------------------------------------ the curve


def curve(works: Sequence[Spread]) -> list[str]:
    """Where on the scale the pack tells apart, as lines: each work, and between two neighbours how many points lie
    there, the tests that they come from, and how clear that is against what a variant moves."""
    if not works:
        return []
    ordered = sorted(works, key=lambda work: work.mean)
    width = max(len(visible(work.path)) for work in ordered)
    seeds = len(ordered[0].points)
    lines = [f"Where the tests tell apart, in points of 100 on {seeds} variants (± moved by the variant):"]
    for at, work in enumerate(ordered):
        if at:
            lines.append(_stretch(ordered[at - 1], work, width))
        bar = "#" * round(work.mean * WIDTH / 100)
        lines.append(
            f"{visible(work.path).ljust(width)}  {work.mean:5.1f} ± {work.moved:3.1f}  {work.level.ljust(7)}  {bar}"
        )
    rest = 100 - ordered[-1].mean
    return [*lines, f"{''.ljust(width)}  above it nobody was tried: {rest:.1f} points"]


def _stretch(low: Spread, high: Spread, width: int) -> str:
    gaps = {test: high.by_test.get(test, 0.0) - low.by_test.get(test, 0.0) for test in high.by_test or low.by_test}
    most = sorted(gaps, key=lambda test: -abs(gaps[test]))[:SHOWN]
    names = ", ".join(
        f"{visible(test.rpartition('::')[2])} {gaps[test]:+.1f}" for test in most if abs(gaps[test]) >= 0.5
    )
    error = ((low.moved**2 + high.moved**2) / 2) ** 0.5
    clear = f"{(high.mean - low.mean) / error:.1f} times what a variant moves" if error else "no variant moves it"
    return f"{''.ljust(width)}  {high.mean - low.mean:+5.1f}  {clear}" + (f"; {names}" if names else "")


def without_level(listed: Sequence[Listed], place: str) -> Finding | None:
    """What is said where no work is declared."""
    if any(one.entry.spread for one in listed):
        return None
    return left_out(PROMISE, "not checked: no submission says `spread: weak`, `typical` or `strong`", place)


def not_asked_for(listed: Sequence[Listed], ran: Sequence[Listed], place: str) -> Finding | None:
    """What is said where works of a declared level are there and were not asked for."""
    left = {one.entry.path: one.entry.spread for one in listed if one.entry.spread}
    for one in ran:
        left.pop(one.entry.path, None)
    if not any(level in LEVELS for level in left.values()):
        return None
    names = ", ".join(f"{visible(path, 60)} ({level})" for path, level in left.items() if level in LEVELS)
    return left_out(PROMISE, f"not looked at, since works of a declared level were not asked for: {names}", place)
