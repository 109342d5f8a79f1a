"""`grade analyse exposure`: how often each template of a task was given out, and whether it has become easier since.

What is called out may have got about; it may have been learned in the meantime, too, or later candidates may be others.
It says nothing about anybody: what helps is to let the template rest, and to write another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from grader.agreement.kappa import Floats
from grader.agreement.significance import student_cdf, student_quantile, wilson
from grader.analytics.charts import Span, Spans
from grader.analytics.figures.several import holm
from grader.analytics.report import FEW, LEVEL, TOO_FEW, Report, Value, columns, rows_of, said
from grader.analytics.tables import Reader, within

COLUMNS = columns(
    "template|Template; n|Given to|count; exposure|of all|share; low|from|share; high|to|share; since|Since; last|Last;"
    "mean|Of its points|share; earlier_n|Earlier half|count; earlier|of its points|share; later_n|Later half|count;"
    "later|of its points|share; drift|Later less earlier, against the rest|number; drift_low|from|number;"
    "drift_high|to|number; p|p|p; p_adjusted|p, of all together|p; words|In words"
)
MOST_TEMPLATES = 2_000
SIDE = 10
"""The least number of earlier candidates, and of later ones: those of one day are never torn apart."""
SMALL = 0.05
"""A drift of less than this share of the points is not called out, however sure it is."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A template that was given to a candidate who handed work in: when, and the share of its points that it earned."""

    candidate: str
    template: str
    share: float
    at: datetime


def read_given(path: Path) -> tuple[Given, ...]:
    """A table with candidate, template, share (0 to 1), at."""
    return Reader(path, ("candidate", "template", "share", "at")).records(_given)


def _given(reader: Reader, cells: Mapping[str, str]) -> Given:
    share = reader.number(cells, "share")
    if share is None or not 0 <= share <= 1:
        raise ValueError("column share: a number from 0 to 1; leave out what was not graded")
    return Given(candidate=reader.text(cells, "candidate"), template=reader.text(cells, "template"), share=share,
                 at=reader.moment(cells, "at"))  # fmt: skip


def exposure(given: Sequence[Given]) -> Report:
    """Templates by name. A candidate who was given one twice counts with the last time."""
    newest = {(one.candidate, one.template): one for one in sorted(given, key=lambda one: one.at)}
    names = sorted({template for _, template in newest})
    people = len({candidate for candidate, _ in newest})
    within(len(names), MOST_TEMPLATES, "templates")
    rest = _rest(newest.values())
    rows = [_row(name, [one for one in newest.values() if one.template == name], rest, people) for name in names]
    told = [row for row in rows if isinstance(row["p"], float)]
    adjusted = holm([float(row["p"] or 0) for row in told])
    for row, p in zip(told, adjusted, strict=True):
        row["p_adjusted"] = p
        row["words"] = _words(row, p)
    return Report(
        name="exposure", title="Templates: given out, and easier since", columns=COLUMNS,
        rows=rows_of(COLUMNS, rows), notes=_notes(people, len(told)), charts=(_chart(rows),),
    )  # fmt: skip


def _notes(people: int, told: int) -> tuple[str, ...]:
    return (
        said(f"""{people:,} candidates. Drift is what later candidates got more of the template's points than earlier
        ones, each held against what the same candidate got of the rest, so that later candidates who are better at
        all are no drift. The halves part between two times, nearest to the middle; p is Welch's, over all templates
        together (Holm); under {SMALL:g} of the points nothing is called out."""),
        said(f"""{told} templates had enough to be told. What is called out may have got about, or may have been
        learned, or a change of the pack did it: let it rest, and look. It says nothing about any candidate."""),
    )  # fmt: skip


def _rest(given: Iterable[Given]) -> Mapping[tuple[str, str], float]:
    """Candidate and template → by how much their other templates went better than those did in the mean, so that hard
    company is no drift; nothing where there are no others."""
    given = list(given)
    every: dict[str, list[float]] = defaultdict(list)
    for one in given:
        every[one.template].append(one.share)
    means = {name: sum(shares) / len(shares) for name, shares in every.items()}
    better: dict[str, dict[str, float]] = defaultdict(dict)
    for one in given:
        better[one.candidate][one.template] = one.share - means[one.template]
    return {
        (who, name): (sum(own.values()) - share) / (len(own) - 1)
        for who, own in better.items() if len(own) > 1 for name, share in own.items()
    }  # fmt: skip


def _row(name: str, given: Sequence[Given], rest: Mapping[tuple[str, str], float], people: int) -> dict[str, Value]:
    given = sorted(given, key=lambda one: (one.at, one.candidate))
    ends = wilson(len(given), people) or (None, None)
    row: dict[str, Value] = {
        "template": name, "n": len(given), "exposure": len(given) / people, "low": ends[0], "high": ends[1],
        "since": given[0].at.date().isoformat(), "last": given[-1].at.date().isoformat(),
        "mean": sum(one.share for one in given) / len(given), "p": None, "words": TOO_FEW,
    }  # fmt: skip
    held = [one for one in given if (one.candidate, name) in rest]
    turns = [at for at in range(1, len(held)) if held[at - 1].at < held[at].at]
    half = min(turns, key=lambda at: abs(at - len(held) / 2), default=0)
    if len(held) < FEW:
        return row
    if min(half, len(held) - half) < SIDE:
        return {**row, "words": "nearly all at one time: too few are earlier or later"}
    against = np.array([one.share - rest[one.candidate, name] for one in held])
    row |= {
        "earlier_n": half, "earlier": sum(one.share for one in held[:half]) / half, "later_n": len(held) - half,
        "later": sum(one.share for one in held[half:]) / (len(held) - half),
        "words": "the same for all: it tells nothing",
    }  # fmt: skip
    return row | _drift(against, half)


def _drift(against: Floats, half: int) -> dict[str, Value]:
    """How much the later ones are above the earlier, with Welch's interval and p."""
    early, late = against[:half], against[half:]
    drift = float(late.mean() - early.mean())
    parts = [float(side.var(ddof=1)) / side.size for side in (early, late)]
    if sum(parts) < 1e-12:  # each side all the same: no spread to hold a difference against
        sure = abs(drift) > 1e-9
        return {"drift": drift, **({"drift_low": drift, "drift_high": drift, "p": 0.0} if sure else {})}
    sizes = (early.size, late.size)
    df = sum(parts) ** 2 / sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))
    error = sum(parts) ** 0.5
    reach = student_quantile(0.975, df) * error
    p = 2 * student_cdf(-abs(drift) / error, df)
    return {"drift": drift, "drift_low": drift - reach, "drift_high": drift + reach, "p": p, "words": ""}


def _words(row: Mapping[str, Value], p: float) -> str:
    drift = row["drift"]
    if not isinstance(drift, float) or p >= LEVEL or abs(drift) < SMALL:
        return "no drift shown"
    return "easier since: let it rest, and look" if drift > 0 else "harder since: look at the template"


def _chart(rows: Sequence[Mapping[str, Value]]) -> Spans:
    def number(value: Value) -> float | None:
        return float(value) if isinstance(value, int | float) else None

    spans = tuple(
        Span(label=str(row["template"]), value=number(row.get("drift")), low=number(row.get("drift_low")),
             high=number(row.get("drift_high")), words=str(row["words"]))
        for row in rows
    )  # fmt: skip
    return Spans(title="Drift in shares of the points, with 95 % intervals", spans=spans, start=-1, end=1, mark=0)
