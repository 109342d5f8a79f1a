"""A report as one self-contained page: its notes, its charts, and a table of all figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.analytics.charts import SERIES, Chart, Dots, Span, Spans, Steps
from grader.analytics.report import Report, cell
from grader.pages import templating
from grader.pages.text import number

TEMPLATES = Path(__file__).parent / "templates"


def render(report: Report) -> str:
    """The page as HTML. Nothing is loaded from anywhere, no script runs, every text is escaped and cleaned."""
    from markupsafe import Markup

    style = templating.source("page.css") + own_style()
    return templating.pages(TEMPLATES).get_template("report.html.j2").render(
        mask=str,
        csp=templating.policy(style),
        style=Markup(style),  # noqa: S704 - our own files
        made=f"{datetime.now(UTC):%Y-%m-%d}",
        **views(report),
    )  # fmt: skip


def own_style() -> str:
    """The style of reports, beside that of all pages."""
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")


def views(report: Report) -> dict[str, Any]:
    """What a template shows of a report: words and numbers made for it."""
    shown = report.shown()
    return {
        "title": report.title, "notes": report.notes, "charts": [_chart(chart) for chart in report.charts],
        "columns": shown, "rows": [[(one.kind, cell(row[one.name], one.kind)) for one in shown] for row in report.rows],
    }  # fmt: skip


def _chart(chart: Chart) -> dict[str, Any]:
    if isinstance(chart, Spans):
        return _spans(chart)
    return _steps(chart) if isinstance(chart, Steps) else _dots(chart)


def _spans(chart: Spans) -> dict[str, Any]:
    def shown(value: float | None) -> str:
        if value is None:
            return "—"
        return f"{number(100 * value, 1)} %" if chart.percent else number(value, 2)

    return {
        "kind": "spans", "title": chart.title, "start": shown(chart.start), "end": shown(chart.end),
        "mark": chart.place(chart.mark), "spans": [_span(one, chart, shown) for one in chart.spans],
    }  # fmt: skip


def _span(one: Span, chart: Spans, shown: Callable[[float | None], str]) -> dict[str, Any]:
    ends = "—" if one.low is None and one.high is None else f"{shown(one.low)} to {shown(one.high)}"
    places = {name: chart.place(getattr(one, name)) for name in ("value", "low", "high")}
    return {**places, "label": one.label, "words": one.words, "figure": shown(one.value), "interval": ends}


def _steps(chart: Steps) -> dict[str, Any]:
    lines = chart.drawn()
    return {
        "kind": "steps", "title": chart.title, "across": chart.across, "end": number(chart.end, 0), "lines": lines,
        "label": ", ".join(name for name, _ in lines), "more": max(0, len(chart.lines) - SERIES),
    }  # fmt: skip


def _dots(chart: Dots) -> dict[str, Any]:
    places, line, bar = chart.drawn()
    pairs = [(number(x), number(y)) for x, y in sorted(chart.dots)]
    return {
        "kind": "dots", "title": chart.title, "across": chart.across, "up": chart.up, "dots": places, "line": line,
        "bar": bar, "ends": [number(end) for end in chart.ends()], "pairs": pairs,
    }  # fmt: skip
