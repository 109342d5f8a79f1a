"""How far people agree over all cases: own numbers for everybody, others' for leads. Nothing is changed by a figure.

Below `FEWEST` shared items only counts are shown: a coefficient of a dozen items says more about chance than about
people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

from flask import request
from flask.typing import ResponseReturnValue

from grader.agreement.labels import Labels, labels_of
from grader.agreement.ratings import Ratings
from grader.agreement.statistic import Statistic
from grader.errors import UsageError
from grader.web import visit
from grader.web.queue import name_of
from grader.web.render import page

FEWEST = 30
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
    """How often somebody gave each level of a criterion, and how far they lie from the others."""

    criterion: str
    rater: str
    counts: tuple[tuple[int, int, float], ...]
    """(level, times, percent of the most)."""
    shared: int
    severity: str


class Cell(NamedTuple):
    """Two people on one criterion."""

    first: str
    second: str
    shared: int
    exact: int
    wide: int


def show() -> ResponseReturnValue:
    """Leads see everybody, once they rate nothing themselves; others, and leads who still rate, their own."""
    ratings, everybody = _ratings()
    me = visit.person().name
    labels = [labels_of(ratings, name) for name in sorted({row.criterion for row in ratings.rows})]
    used = [row for one in labels for row in _used(one) if everybody or row.rater == me]
    cells = {one.criterion: _cells(one) for one in labels} if everybody else {}
    return page(
        "reliability.html.j2", title="Reliability", rows=[_agreed(one) for one in labels], used=used, cells=cells,
        everybody=everybody, fewest=FEWEST, leads=visit.leads(),
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
    rows = [(item, name_of(names.get(item, ""), item), a, b) for item, a, b in both]
    return page("pair.html.j2", title="Two people", criterion=criterion, first=first, second=second, rows=rows)


# ---------------------------------------------------------------------------------------------- figures


def _agreed(labels: Labels) -> Agreed:
    gaps = [abs(a - b) for levels in _by_item(labels).values() for a, b in combinations(levels.values(), 2)]
    items = sum(len(levels) >= 2 for levels in _by_item(labels).values())
    alpha, kappa = _coefficients(labels) if items >= FEWEST else ("", "")
    return Agreed(
        criterion=labels.criterion,
        items=items,
        pairs=len(gaps),
        exact=sum(gap == 0 for gap in gaps),
        near=sum(gap <= 1 for gap in gaps),
        wide=sum(gap >= WIDE for gap in gaps),
        alpha=alpha,
        kappa=kappa,
    )


def _by_item(labels: Labels) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for rater, levels in labels.people.items():
        for item, level in levels.items():
            found.setdefault(item, {})[rater] = level
    return found


def _coefficients(labels: Labels) -> tuple[str, str]:
    """Ordinal alpha and the pairs' mean quadratic kappa; numpy is imported only for them."""
    from grader.agreement.reliability import reliability_of

    found = reliability_of(labels)
    return _said(found.alpha), _said(found.human_qwk)


def _said(figure: Statistic) -> str:
    """A figure with its interval, or why there is none."""
    if figure.value is None:
        return figure.reason
    ends = f" ({figure.low:.2f} to {figure.high:.2f})" if figure.low is not None and figure.high is not None else ""
    return f"{figure.value:.2f}{ends}"


def _used(labels: Labels) -> list[Used]:
    by_item, found = _by_item(labels), []
    for rater, levels in sorted(labels.people.items()):
        counts = Counter(levels.values())
        most = max(counts.values(), default=1)
        others = {item: [level for name, level in by_item[item].items() if name != rater] for item in levels}
        gaps = [levels[item] - sum(rest) / len(rest) for item, rest in others.items() if rest]
        severity = f"{sum(gaps) / len(gaps):+.2f}".replace("-", "−") if len(gaps) >= FEWEST else ""
        bars = tuple((level, counts[level], 100 * counts[level] / most) for level in labels.levels)
        found.append(Used(labels.criterion, rater, bars, len(gaps), severity))
    return found


def _cells(labels: Labels) -> list[Cell]:
    found = []
    for first, second in combinations(sorted(labels.people), 2):
        a, b = labels.people[first], labels.people[second]
        gaps = [abs(a[item] - b[item]) for item in a.keys() & b.keys()]
        if gaps:
            exact, wide = sum(gap == 0 for gap in gaps), sum(gap >= WIDE for gap in gaps)
            found.append(Cell(first, second, len(gaps), exact, wide))
    return found
