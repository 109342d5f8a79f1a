"""`grade analyse signal`: which round, and which criterion, earns the minutes that it takes of candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from grader.analytics.charts import Span, Spans
from grader.analytics.figures.information import Bits, bits, entropy
from grader.analytics.figures.several import holm
from grader.analytics.report import FEW, LEVEL, TOO_FEW, Report, Value, columns, rows_of, said
from grader.analytics.tables import Reader, within

COLUMNS = columns(
    "round|Round; criterion|Criterion; n|n|count; missing|No outcome yet|count; minutes|Minutes, median|number;"
    "raw_bits|Bits, raw|number; bits|Bits|number; low|from|number; high|to|number;"
    "millibits_per_minute|Millibits a minute|number; p|p|p; p_adjusted|p, of all together|p; words|In words"
)
MOST_ROUNDS = 2_000
BANDS = 5
"""More different levels than this plus one are taken together in so many bands of about the same size."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """What a candidate got in a round, or on one criterion of it, and what came of them; None: not known yet."""

    candidate: str
    round: str
    criterion: str = ""
    level: float
    outcome: bool | None
    minutes: float | None = None
    """Of the candidate's, for the whole round."""


def read_levels(path: Path) -> tuple[Level, ...]:
    """A table with candidate, round, level, outcome, and where they are known criterion and minutes."""
    return Reader(path, ("candidate", "round", "level", "outcome"), ("criterion", "minutes")).records(_level)


def _level(reader: Reader, cells: Mapping[str, str]) -> Level:
    level = reader.number(cells, "level")
    if level is None:
        raise ValueError("column level: empty; leave out what was not rated")
    return Level(
        candidate=reader.text(cells, "candidate"), round=reader.text(cells, "round"),
        criterion=cells.get("criterion", ""), level=level, outcome=reader.yes_no(cells, "outcome"),
        minutes=reader.number(cells, "minutes", least=0),
    )  # fmt: skip


def signal(levels: Sequence[Level]) -> Report:
    """Bits about the outcome of each round and criterion, less what chance gives, by the candidate's minute. Criteria
    share the minutes of their round, so only a round's bits are divided by them."""
    groups: dict[tuple[str, str], list[Level]] = {}
    for one in levels:
        groups.setdefault((one.round, one.criterion), []).append(one)
    within(len(groups), MOST_ROUNDS, "rounds and criteria")
    found = {key: _bits(own) for key, own in groups.items()}
    able = [key for key, one in found.items() if one is not None and one.n >= FEW]
    adjusted = dict(zip(able, holm([information.p for key in able if (information := found[key])]), strict=True))
    alone = {key[0] for key in groups if sum(other[0] == key[0] for other in groups) == 1}
    rows = [
        _row(key, own, found[key], adjusted.get(key), own_minutes=key[0] in alone or not key[1])
        for key, own in sorted(groups.items())
    ]
    known = {one.candidate: one.outcome for one in levels if one.outcome is not None}
    yes = sum(known.values())
    doubt = entropy([yes, len(known) - yes]) if known else 0.0
    notes = (
        f"Outcome: yes for {yes:,} of {len(known):,} candidates, {doubt:.2f} bits of doubt: no round says more.",
        said("""Bits are less what a table of that size shows by chance (Miller-Madow); without that, short and small
        rounds look best. 'Nothing shown' is over all rows together (Holm)."""),
        said("""Where the outcome was decided from the very levels, bits say how it was decided and not how good that
        was: take an outcome that came later."""),
    )
    return Report(
        name="signal", title="Signal: what a candidate's minutes tell", columns=COLUMNS, rows=rows_of(COLUMNS, rows),
        notes=notes, charts=(_chart(rows),),
    )  # fmt: skip


def _bits(own: Sequence[Level]) -> Bits | None:
    known = [(one.level, one.outcome) for one in own if one.outcome is not None]
    if not known:
        return None
    bands = banded([level for level, _ in known])
    table = np.zeros((max(bands) + 1, 2), dtype=int)
    for band, (_, outcome) in zip(bands, known, strict=True):
        table[band, int(bool(outcome))] += 1
    return bits(table.tolist())


def banded(values: Sequence[float], bands: int = BANDS) -> list[int]:
    """Each value's place among the different ones, or its band of about equally many where these are too many."""
    kinds = sorted(set(values))
    if len(kinds) <= bands + 1:
        place = {value: at for at, value in enumerate(kinds)}
        return [place[value] for value in values]
    cuts = np.unique(np.quantile(values, np.arange(1, bands) / bands))
    return [int(at) for at in np.searchsorted(cuts, values, side="right")]


def _row(
    key: tuple[str, str], own: Sequence[Level], found: Bits | None, adjusted: float | None, *, own_minutes: bool
) -> Mapping[str, Value]:
    spent = [one.minutes for one in own if one.minutes is not None]
    minutes = median(spent) if spent else None
    missing = sum(one.outcome is None for one in own)
    row: dict[str, Value] = {"round": key[0], "criterion": key[1], "n": len(own) - missing, "missing": missing,
                             "minutes": minutes}  # fmt: skip
    if found is None or found.n < FEW:
        return {**row, "words": TOO_FEW if len(own) - missing < FEW else "one level or one outcome for all"}
    rate = 1000 * found.corrected / minutes if minutes and own_minutes else None
    shown = adjusted is not None and adjusted < LEVEL
    return {
        **row, "raw_bits": found.raw, "bits": found.corrected, "low": found.low, "high": found.high, "p": found.p,
        "p_adjusted": adjusted, "millibits_per_minute": rate, "words": "tells something" if shown else "nothing shown",
    }  # fmt: skip


def _chart(rows: Sequence[Mapping[str, Value]]) -> Spans:
    def number(value: Value) -> float | None:
        return float(value) if isinstance(value, int | float) else None

    spans = tuple(
        Span(label=" · ".join(filter(None, [str(row["round"]), str(row["criterion"])])), value=number(row.get("bits")),
             low=number(row.get("low")), high=number(row.get("high")), words=str(row["words"]))
        for row in rows
    )  # fmt: skip
    end = max([span.high for span in spans if span.high is not None], default=1.0) or 1.0
    return Spans(title="Bits about the outcome, with 95 % intervals", spans=spans, start=0, end=end)
