"""The drift of each rater as a drawing of the reliability page, with its figures in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from grader.agreement.control import Point
from grader.agreement.drift import Drift

WIDTH, HEIGHT = 640.0, 140.0
"""Of the drawing, in its own units."""
ROOM = 1.1
"""How far its edges lie out, as a multiple of what lies furthest out: a ring on the edge would be cut."""


class Step(NamedTuple):
    """One case of a chart. `x` and `y` are the drawing's."""

    number: int
    mean: str
    low: str
    high: str
    beyond: bool
    x: float
    y: float


class Drawn(NamedTuple):
    """One rater. Without `steps`, `reason` says why."""

    rater: str
    n: int
    anchors: int
    """Of the cases, those that were put into the queue to be compared."""
    reason: str
    steps: tuple[Step, ...]
    band: str
    """Outline of the limits, as the points of a polygon."""
    line: str
    """The means, as the points of a polyline."""
    top: str
    """The level that the upper edge of the drawing stands for; the lower edge is minus that."""
    first: int | None


def drawn(one: Drift, anchors: int = 0) -> Drawn:
    """`one` as it is drawn: its own scale, with 0 in the middle."""
    reach = ROOM * max((abs(edge) for point in one.points for edge in (point.mean, point.low, point.high)), default=1.0)
    steps = tuple(_step(number, point, len(one.points), reach) for number, point in enumerate(one.points, 1))
    return Drawn(
        rater=one.rater,
        n=one.n,
        anchors=anchors,
        reason=one.reason,
        steps=steps,
        band=_band(one.points, reach),
        line=" ".join(f"{step.x:.1f},{step.y:.1f}" for step in steps),
        top=_signed(reach),
        first=one.first,
    )


def _step(number: int, point: Point, count: int, reach: float) -> Step:
    return Step(
        number, _signed(point.mean), _signed(point.low), _signed(point.high), point.signals,
        _across(number, count), _down(point.mean, reach),
    )  # fmt: skip


def _band(points: Sequence[Point], reach: float) -> str:
    upper = [(_across(at, len(points)), _down(point.high, reach)) for at, point in enumerate(points, 1)]
    lower = [(_across(at, len(points)), _down(point.low, reach)) for at, point in enumerate(points, 1)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in [*upper, *reversed(lower)])


def _across(number: int, count: int) -> float:
    return WIDTH * (number - 0.5) / count


def _down(value: float, reach: float) -> float:
    return HEIGHT / 2 * (1 - value / reach)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−").replace("+0.00", "0.00").replace("−0.00", "0.00")
