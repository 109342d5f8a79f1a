"""`grade analyse review`: one page for the panel of the quarter, out of what the other reports find: whom to talk
about, what earns nothing for its minutes, who drifts, which gates are closed, what to read again, what a change did.

Each part says what it looked at; few are told as few, and what there is no table of is said to be not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.analytics.charts import Chart, Spans
from grader.analytics.items import Answer, items
from grader.analytics.predict import Question, ScoredHire, predict
from grader.analytics.raters import raters
from grader.analytics.report import FEW, TOO_FEW, Report, Value, columns, rows_of, said
from grader.analytics.signal import Level, signal
from grader.analytics.tables import Reader
from grader.errors import UsageError, visible
from grader.ratings.table import Rating

COLUMNS = columns(
    "section|To talk about; name|What; n|n|count; value|Figure|number; low|from|number; high|to|number;"
    "last|Last time|number; last_low|from|number; last_high|to|number; words|In words"
)
SURPRISES, MINUTES, RATERS, GATES, ITEMS, CHANGES = (
    "surprises", "minutes that earn nothing", "raters who drift", "gates", "items to read again",
    "changed last time",
)  # fmt: skip
LAST = {"last": "value", "last_low": "low", "last_high": "high"}
"""Columns of last time → what they were called then."""
MOST_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A criterion's gate: whether the judge's levels count."""

    criterion: str
    open: bool
    since: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was changed after the last review: `section` and `name` as its page has them, so that they are found."""

    section: str
    name: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a review looks at; None: there is no table of it. `missing`: section → why there is none, where that is
    known."""

    outcomes: Sequence[ScoredHire] | None = None
    question: Question = field(default_factory=Question)
    levels: Sequence[Level] | None = None
    ratings: Sequence[Rating] | None = None
    gates: Sequence[Gate] | None = None
    answers: Sequence[Answer] | None = None
    changes: Sequence[Change] | None = None
    last: Sequence[Mapping[str, Any]] = ()
    """Rows of the last review, as its JSON has them."""
    missing: Mapping[str, str] | None = None


Row = dict[str, Value]


def review(material: Material) -> Report:
    """The page. A section without anything to talk about has one row that says so."""
    charts: list[Chart] = []
    parts: tuple[tuple[str, object, Callable[[list[Chart]], Iterable[Row]]], ...] = (
        (SURPRISES, material.outcomes, lambda c: _surprises(material, c)),
        (MINUTES, material.levels, lambda c: _minutes(material.levels or (), c)),
        (RATERS, material.ratings, lambda c: _drifting(material.ratings or (), c)),
        (GATES, material.gates, lambda _: _gates(material.gates or ())),
        (ITEMS, material.answers, lambda c: _items(material.answers or (), c)),
    )
    rows: list[Row] = []
    for section, given, make in parts:
        found = [{"section": section, **row} for row in make(charts)] if given is not None else []
        rows += found or [{"section": section, "name": "–", "words": _nothing(section, material)}]
    rows += _changed(material, rows)
    return Report(
        name="review", title="Review of the quarter", columns=COLUMNS, rows=rows_of(COLUMNS, rows),
        notes=_notes(), charts=tuple(one for one in charts if _tells(one)),
    )  # fmt: skip


def _tells(chart: Chart) -> bool:
    """Whether anything is drawn in it: a chart of thirty dashes takes the page from what there is to say."""
    return not isinstance(chart, Spans) or any(span.value is not None for span in chart.spans)


def _notes() -> tuple[str, ...]:
    return (
        said("""Go through it together, in this order. Open the assessments behind a surprise before you speak of a
        rule: what was there to be seen? That changes an anchor; a figure of few people does not."""),
        said(f"""Below {FEW} people the words are "{TOO_FEW}". "Nothing shown" is not "shows nothing": look at the upper
        end of the interval. Nothing here changes a level, a weight, a gate or a decision; people do, and write down
        what they changed, so that the next review can look at what it did."""),
        "Columns of last time stand where something was changed since, and are its figures as they were then.",
    )


def _nothing(section: str, material: Material) -> str:
    why = (material.missing or {}).get(section, "")
    return f"not looked at: {why or 'there is no table of it'}"


# ------------------------------------------------------------------------------------------------ the sections


def _surprises(material: Material, charts: list[Chart]) -> Iterator[Row]:
    found = predict(material.outcomes or (), material.question)
    charts += found.charts
    raw = found.rows[0]
    figures = _figures(raw, "n", "value", "low", "high")
    yield {"name": "score against the job, as seen", **figures, "words": raw["words"]}
    if material.question.line is None or material.question.bar is None:
        yield {"name": "–", "words": "nobody is named without --line and --bar"}
        return
    for row in found.rows:
        figure = str(row["figure"])
        if not figure.startswith("surprise: "):
            continue
        kind = figure.removeprefix("surprise: ")
        if row["candidate"]:
            yield {"name": str(row["candidate"]), "value": row["rating"],
                   "words": f"{kind}: score {row['score']:g}, on the job {row['rating']:g}"}  # fmt: skip
        else:
            yield {"name": kind, "n": row["n"], "words": row["words"]}


def _minutes(levels: Sequence[Level], charts: list[Chart]) -> Iterator[Row]:
    found = signal(levels)
    charts += found.charts
    order = {"nothing shown": 0, TOO_FEW: 1}
    for row in sorted(found.rows, key=lambda one: order.get(str(one["words"]), 2)):
        name = " · ".join(str(row[part]) for part in ("round", "criterion") if row[part])
        minutes = row["minutes"]
        words = str(row["words"])
        if words == "nothing shown" and isinstance(minutes, int | float):
            words = f"nothing shown for {minutes:g} minutes"
        yield {"name": name, **_figures(row, "n", "low", "high"), "value": row["bits"], "words": words}


def _drifting(ratings: Sequence[Rating], charts: list[Chart]) -> Iterator[Row]:
    found = raters(ratings)
    charts += found.charts
    for row in found.rows:
        drift = {"value": row["drift"], "low": row["drift_low"], "high": row["drift_high"]}
        yield {"name": str(row["rater"]), "n": row["n"], **drift, "words": row["words"]}
    if not found.rows:
        yield {"name": "–", "words": f"{TOO_FEW}: nobody shares work with anybody"}


def _gates(gates: Sequence[Gate]) -> Iterator[Row]:
    for one in sorted(gates, key=lambda gate: (gate.open, gate.criterion)):
        since = f" since {one.since[:10]}" if one.since else ""
        why = f": {one.why}" if one.why else ""
        yield {"name": one.criterion, "words": f"{'open' if one.open else 'closed'}{since}{why}"}
    if not gates:
        yield {"name": "–", "words": "no gate has closed"}


def _items(answers: Sequence[Answer], charts: list[Chart]) -> Iterator[Row]:
    found = items(answers)
    charts += found.charts
    telling = [row for row in found.rows if row["words"] and row["words"] != TOO_FEW]
    for row in telling:
        ends = {"value": row["discrimination"], "low": row["discrimination_low"], "high": row["discrimination_high"]}
        yield {"name": str(row["item"]), "n": row["n"], **ends, "words": row["words"]}
    few = sum(row["words"] == TOO_FEW for row in found.rows)
    if few:
        yield {"name": f"{few} items", "words": TOO_FEW}
    elif not telling:
        yield {"name": f"all {len(found.rows)} items", "words": "nothing to read again is shown"}


def _figures(row: Mapping[str, Value], *names: str) -> Row:
    return {name: row[name] for name in names}


# ------------------------------------------------------------------------------------------------ what a change did


def _changed(material: Material, rows: Sequence[Row]) -> list[Row]:
    """Each change with its figure then and now. Two intervals that touch show no move; without one there is no word."""
    if material.changes is None:
        return [{"section": CHANGES, "name": "–", "words": "not looked at: nobody wrote down what was changed"}]
    then = {(str(one.get("section")), str(one.get("name"))): one for one in material.last}
    now = {(str(one["section"]), str(one["name"])): one for one in rows}
    found: list[Row] = []
    for one in material.changes:
        key = (one.section, one.name)
        before, after = then.get(key), now.get(key)
        row: Row = {"section": CHANGES, "name": f"{one.section}: {one.name}"}
        row |= {name: after.get(name) for name in ("n", "value", "low", "high")} if after else {}
        row |= {name: _number(before.get(figure)) for name, figure in LAST.items()} if before else {}
        found.append({**row, "words": f"{one.what}: {_moved(before, after)}"})
    return found or [{"section": CHANGES, "name": "–", "words": "nothing was changed"}]


def _moved(before: Mapping[str, Any] | None, after: Mapping[str, Value] | None) -> str:
    if before is None:
        return "it is not in the last review"
    if after is None:
        return "it no longer stands in the figures"
    ends = [_number(side.get(name)) for side in (before, after) for name in ("low", "high")]
    low, high, now_low, now_high = ends
    if low is None or high is None or now_low is None or now_high is None:
        return f"{TOO_FEW}: there is no interval then or now"
    if now_low > high:
        return "higher than last time"
    return "lower than last time" if now_high < low else "no move shown"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


# ------------------------------------------------------------------------------------------------ tables


def read_gates(path: Path) -> tuple[Gate, ...]:
    """A table with criterion, open (yes or no), and where they are known since and why."""
    return Reader(path, ("criterion", "open"), ("since", "why")).records(_gate)


def _gate(reader: Reader, cells: Mapping[str, str]) -> Gate:
    is_open = reader.yes_no(cells, "open")
    if is_open is None:
        raise ValueError("column open: empty; write yes or no")
    return Gate(criterion=reader.text(cells, "criterion"), open=is_open, since=cells.get("since", ""),
                why=cells.get("why", ""))  # fmt: skip


def read_changes(path: Path) -> tuple[Change, ...]:
    """A table with section and name, as the last review has them, and what: in words, what was changed."""
    return Reader(path, ("section", "name", "what")).records(_change)


def _change(reader: Reader, cells: Mapping[str, str]) -> Change:
    section = reader.text(cells, "section")
    known = (SURPRISES, MINUTES, RATERS, GATES, ITEMS)
    if section not in known:
        raise ValueError(f"column section: {visible(section, 60)!r} is none of: {', '.join(known)}")
    return Change(section=section, name=reader.text(cells, "name"), what=reader.text(cells, "what"))


def read_last(path: Path) -> tuple[Mapping[str, Any], ...]:
    """The rows of a review that was kept as JSON. Raises UsageError."""
    wrong = UsageError(f"{visible(str(path))} is no review that was kept as JSON.",
                       fix="grade analyse review … --out DIR writes review.json")  # fmt: skip
    if path.stat().st_size > MOST_BYTES:
        raise wrong
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(dict(row) for row in data["rows"]) if data["report"] == "review" else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as problem:
        raise wrong from problem
    if rows is None:
        raise wrong
    return rows
