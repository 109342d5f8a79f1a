"""What every report hands back: rows of named columns, notes in words, and charts; and how a cell is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from grader.analytics.charts import Chart
from grader.pages.text import number

Kind = Literal["text", "count", "share", "number", "p"]
Value = str | int | float | bool | None
FEW = 30
"""Below this many people in a comparison the words are "too few to tell"."""
LEVEL = 0.05
"""How often a report may call something out that is not there, over all that it looks at."""
TOO_FEW = "too few to tell"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A figure by its name in JSON and CSV, and as a reader sees it."""

    name: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report. A cell of `rows` is None where there is no figure: never 0; its `words` say why."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = field(default=())

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        for row in self.rows:
            if list(row) != names:
                raise ValueError(f"{self.name}: {sorted(set(row) ^ set(names))} is not in both row and columns")

    def shown(self) -> tuple[Column, ...]:
        """Columns in which at least one row has something."""
        return tuple(one for one in self.columns if any(row[one.name] not in {None, ""} for row in self.rows))


def columns(spec: str) -> tuple[Column, ...]:
    """`name|Title|kind` separated by semicolons, the kind left out for text."""
    parts = [[part.strip() for part in one.split("|")] for one in spec.split(";") if one.strip()]
    return tuple(Column(name=part[0], title=part[1], kind=_kind(part[2:])) for part in parts)


def _kind(given: Sequence[str]) -> Kind:
    kinds: dict[str, Kind] = {"text": "text", "count": "count", "share": "share", "number": "number", "p": "p"}
    return kinds[given[0]] if given else "text"


def rows_of(columns: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> tuple[Mapping[str, Value], ...]:
    """`rows` in the order of `columns`; what a row does not name is None. Raises KeyError for a name that is none."""
    names = {column.name for column in columns}
    for row in rows:
        if not set(row) <= names:
            raise KeyError(f"no column for {sorted(set(row) - names)}")
    return tuple({column.name: row.get(column.name) for column in columns} for row in rows)


def said(text: str) -> str:
    """A note that was written over several lines, as one."""
    return " ".join(text.split())


def p_said(p: float) -> str:
    """`p 0.012`, `p under 0.001`."""
    return f"p {cell(min(p, 1.0), 'p')}"


def cell(value: Value, kind: Kind) -> str:
    """As a reader sees it; an em dash where there is no figure, nothing where there is nothing to say."""
    if value is None or value == "":
        return "" if kind == "text" else "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if kind == "share":
        return f"{number(100 * value, 1)} %"
    if kind == "p":
        return "under 0.001" if value < 0.001 else number(value, 3)
    return f"{value:,}" if isinstance(value, int) else number(value, 2 if abs(value) < 100 else 1)


def as_json(report: Report) -> dict[str, object]:
    """What `--json` prints."""
    return {"report": report.name, "rows": [dict(row) for row in report.rows], "notes": list(report.notes)}
