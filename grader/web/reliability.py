"""How far people agree over all cases: own numbers for everybody, others' for leads. Nothing is changed by a figure.

Below `FEWEST` shared items only counts are shown: a coefficient of a dozen items says more about chance than about
people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from flask import request
from flask.typing import ResponseReturnValue

from grader.agreement.labels import Labels, labels_of
from grader.agreement.statistic import Statistic
from grader.agreement.thresholds import FEW as FEWEST
from grader.errors import UsageError
from grader.ratings.table import Ratings
from grader.web import visit
from grader.web.drift import drawn
from grader.web.queue import name_of
from grader.web.render import page

if TYPE_CHECKING:
    from grader.agreement.severity import Severity
    from grader.agreement.shared import Shared

WIDE = 2
"""Levels apart from which on two people have not seen the same."""


class Agreed(NamedTuple):
    """One criterion: items that two people or more rated, and how their levels lie. Shares are percent of pairs."""

    criterion: str
    items: int
    pairs: int
    exact: int
    near: int
    wide: int
    alpha: str
    kappa: str


class Used(NamedTuple):
    """How often somebody gave each level of a criterion."""

    criterion: str
    rater: str
    counts: tuple[tuple[int, int, float], ...]
    """(level, times, percent of the most)."""


class Person(NamedTuple):
    """One rater over all criteria, in levels; empty where too little is shared. `block`: number of the group of raters
    that shared cases tie together; people of two groups cannot be compared."""

    rater: str
    shared: int
    block: int
    severity: str
    raw: str
    spread: str
    halo: str


class Cell(NamedTuple):
    """Two people on one criterion."""

    first: str
    second: str
    shared: int
    exact: int
    wide: int


def show() -> ResponseReturnValue:
    """Leads see everybody, once they rate nothing themselves; others, and leads who still rate, their own."""
    from grader.agreement.drift import drift
    from grader.agreement.severity import severity  # numpy comes with it
    from grader.agreement.shared import shared

    ratings, everybody = _ratings()
    me = visit.person().name
    labels = [labels_of(ratings, name) for name in sorted({row.criterion for row in ratings.rows})]
    both = [(one, shared(one)) for one in labels]
    independent = [row for row in ratings.rows if row.role != "adjudicator"]
    used = [row for one, found in both for row in _used(one, found) if everybody or row.rater == me]
    people = [_person(one) for one in severity(independent) if everybody or one.rater == me]
    anchors = visit.desk().anchor_ratings(visit.actor()) if everybody else ()  # blind to those who rated them
    given = Counter(rater for rater, _ in {(one.rater, one.item) for one in anchors if one.role == "rater"})
    moving = [drawn(one, given[one.rater]) for one in drift([*ratings.rows, *anchors]) if everybody or one.rater == me]
    cells = {one.criterion: _cells(one) for one in labels} if everybody else {}
    return page(
        "reliability.html.j2", title="Reliability", rows=[agreed(*one) for one in both], used=used, cells=cells,
        people=people, drift=moving, everybody=everybody, fewest=FEWEST, leads=visit.leads(),
    )  # fmt: skip


def _ratings() -> tuple[Ratings, bool]:
    """The levels that may be added up for this person, and whether they are everybody's."""
    if visit.leads():
        try:
            return visit.desk().ratings(visit.actor()), True
        except UsageError:  # still rates: as any rater
            pass
    return visit.desk().ratings_beside(visit.actor()), False


def pair() -> ResponseReturnValue:
    """The items that two people rated on one criterion, the widest gap first."""
    ratings = visit.desk().ratings(visit.actor())
    criterion, first, second = (request.args.get(name, "")[:200] for name in ("criterion", "a", "b"))
    levels: dict[str, dict[str, int]] = {}
    for row in ratings.rows:
        if row.criterion == criterion and row.rater in {first, second} and row.role != "adjudicator":
            levels.setdefault(row.item, {})[row.rater] = row.level
    both = [(item, found[first], found[second]) for item, found in levels.items() if len(found) == 2]
    both.sort(key=lambda one: (-abs(one[1] - one[2]), one[0]))
    names = visit.desk().case_names(visit.actor(), [item for item, _, _ in both])
    rows = [(item, name_of(names[item], item), a, b) for item, a, b in both if item in names]
    return page("pair.html.j2", title="Two people", criterion=criterion, first=first, second=second, rows=rows)


# ---------------------------------------------------------------------------------------------- figures


def agreed(labels: Labels, found: Shared | None = None) -> Agreed:
    """One criterion in words. Shares, too, are said only from `FEWEST` items on; before, how many of how many.
    `found`: its figures, where they are computed already."""
    from grader.agreement.shared import shared

    found = found or shared(labels)
    gaps = [abs(a - b) for levels in _by_item(labels).values() for a, b in combinations(levels, 2)]
    return Agreed(
        criterion=labels.criterion,
        items=found.n,
        pairs=len(gaps),
        exact=sum(gap == 0 for gap in gaps),
        near=sum(gap <= 1 for gap in gaps),
        wide=sum(gap >= WIDE for gap in gaps),
        alpha=_said(found.alpha) if found.n >= FEWEST else "",
        kappa=_said(found.kappa) if found.n >= FEWEST else "",
    )


def _by_item(labels: Labels) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for levels in labels.people.values():
        for item, level in levels.items():
            found.setdefault(item, []).append(level)
    return found


def _said(figure: Statistic) -> str:
    """A figure with its interval, or why there is none."""
    if figure.value is None:
        return figure.reason
    ends = f" ({figure.low:.2f} to {figure.high:.2f})" if figure.low is not None and figure.high is not None else ""
    return f"{figure.value:.2f}{ends}".replace("-", "−")


def _used(labels: Labels, found: Shared) -> list[Used]:
    most = max((times for counts in found.used.values() for times in counts), default=0) or 1
    return [
        Used(labels.criterion, rater, tuple(
            (level, times, 100 * times / most) for level, times in zip(labels.levels, counts, strict=True)
        ))
        for rater, counts in found.used.items()
    ]  # fmt: skip


def _person(one: Severity) -> Person:
    """One rater over all criteria; below `FEWEST` shared levels the number of them and nothing else."""
    few = one.n < FEWEST
    return Person(
        rater=one.rater,
        shared=one.n,
        block=one.block + 1,
        severity="" if few else _said(one.shrunk),
        raw="" if few else _said(one.raw),
        spread="" if few else _said(one.spread),
        halo="" if few else _said(one.halo),
    )


def _cells(labels: Labels) -> list[Cell]:
    found = []
    for first, second in combinations(sorted(labels.people), 2):
        a, b = labels.people[first], labels.people[second]
        gaps = [abs(a[item] - b[item]) for item in a.keys() & b.keys()]
        if gaps:
            exact, wide = sum(gap == 0 for gap in gaps), sum(gap >= WIDE for gap in gaps)
            found.append(Cell(first, second, len(gaps), exact, wide))
    return found
