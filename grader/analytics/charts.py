"""What a chart holds, and where each mark of its drawing lies. A table of the same figures stands beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 640.0, 220.0
"""Of a drawing with axes, in its own units."""
SERIES = 4
"""As many lines as can be told apart by their dashes."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A figure with its interval: one line of a chart of intervals. Ends are None where there is no interval."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Intervals below each other on one scale, with a mark that they are held to."""

    title: str
    spans: tuple[Span, ...]
    start: float
    end: float
    mark: float | None = None
    percent: bool = False

    def place(self, value: float | None) -> float | None:
        """Where `value` lies, in percent of the width; on the edge where it is beyond."""
        if value is None:
            return None
        return round(100 * min(1.0, max(0.0, (value - self.start) / (self.end - self.start))), 2)


class Line(NamedTuple):
    """One line of a chart of steps: (x, y) from left to right."""

    label: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Shares over time as steps."""

    title: str
    across: str
    lines: tuple[Line, ...]
    end: float

    def drawn(self) -> list[tuple[str, str]]:
        """(label, points of a polyline) of each line; y is a share."""
        return [(line.label, _polyline(line.points, self.end)) for line in self.lines[:SERIES]]


@dataclass(frozen=True, kw_only=True)
class Dots:
    """Two figures of each person against each other, with a line on each axis."""

    title: str
    across: str
    up: str
    dots: tuple[tuple[float, float], ...]
    line: float | None = None
    bar: float | None = None

    def drawn(self) -> tuple[list[tuple[float, float]], float | None, float | None]:
        """Places of the dots, and of the two lines."""
        x, y = _scale([d[0] for d in self.dots], self.line), _scale([d[1] for d in self.dots], self.bar)
        places = [(round(WIDTH * x(a), 1), round(HEIGHT * (1 - y(b)), 1)) for a, b in self.dots]
        line = None if self.line is None else round(WIDTH * x(self.line), 1)
        return places, line, None if self.bar is None else round(HEIGHT * (1 - y(self.bar)), 1)

    def ends(self) -> tuple[float, float, float, float]:
        """Least and greatest of what is across, and of what is up."""
        across, up = [d[0] for d in self.dots], [d[1] for d in self.dots]
        return min(across), max(across), min(up), max(up)


Chart = Spans | Steps | Dots


class _scale:  # noqa: N801 - a function with two figures in it
    """Values as shares of the room, with a margin."""

    def __init__(self, values: Sequence[float], also: float | None) -> None:
        every = [*values, *([] if also is None else [also])]
        self.low, high = min(every), max(every)
        self.room = (high - self.low) or 1.0

    def __call__(self, value: float) -> float:
        return 0.04 + 0.92 * (value - self.low) / self.room


def _polyline(points: Sequence[tuple[float, float]], end: float) -> str:
    """Steps: across first, then up or down."""
    found: list[tuple[float, float]] = []
    for x, y in points:
        if found:
            found.append((x, found[-1][1]))
        found.append((x, y))
    if found and found[-1][0] < end:
        found.append((end, found[-1][1]))
    inside = [(min(x, end), y) for x, y in found]
    return " ".join(f"{WIDTH * x / (end or 1):.1f},{HEIGHT * (1 - y):.1f}" for x, y in inside)
