"""Challenges, tests and criteria made of a few numbers, and hypothesis strategies of them: for tests of arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from grader.challenge import Challenge
from grader.records import COMPETENCIES, CriterionResult, Metric, TestResult, TestStatus

PRIMARY = "coding_fundamentals"


def challenge(
    *,
    objective: float = 60.0,
    subjective: float = 40.0,
    mark: float = 70.0,
    minimums: Mapping[str, float] | None = None,
    groups: Mapping[str, str] | None = None,
) -> Challenge:
    """`groups`: group → competency."""
    return Challenge.model_validate(
        {
            "schema": 1,
            "id": "c",
            "version": "1.0.0",
            "title": "C",
            "primary_competency": PRIMARY,
            "interface": {"kind": "documents"},
            "weights": {"objective": objective, "subjective": subjective},
            "pass_mark": mark,
            "minimums": dict(minimums or {}),
            "groups": {name: {"competency": competency} for name, competency in (groups or {}).items()},
        }
    )


def ran(
    points: float = 1.0,
    of: float = 1.0,
    *,
    id: str = "t.py::t",  # noqa: A002 - as the record has it
    group: str = "g",
    status: str = "",
    **more: Any,
) -> TestResult:
    """The result of a test: passed unless it earned nothing."""
    state = TestStatus(status or ("passed" if points else "failed"))
    return TestResult(id=id, group=group, status=state, points=points, max_points=of, seconds=0.0, **more)


def criterion(
    level: int | None = None,
    *,
    id: str = "k",  # noqa: A002 - as the record has it
    weight: float = 1.0,
    competency: str = "system_design",
    low: float | None = None,
    high: float | None = None,
    **details: Any,
) -> CriterionResult:
    """A criterion with an accepted level of 5, or without one."""
    return CriterionResult(
        id=id, competency=competency, weight=weight, level=level, max_level=5,
        source="none" if level is None else "human", accepted=level is not None, reason="why", low=low, high=high,
        details=details,
    )  # fmt: skip


shares = st.floats(0, 1, allow_nan=False)
statuses = st.sampled_from(["passed", "failed", "error", "not_run"])


@st.composite
def results(draw: st.DrawFn, least: int = 0) -> tuple[TestResult, ...]:
    """Tests with points, some of which could not be judged."""
    made = []
    for number in range(draw(st.integers(least, 6))):
        status, most = draw(statuses), draw(st.sampled_from([0.0, 0.5, 1.0, 3.0, 7.25]))
        earned = round(most * draw(shares), 6) if status == "passed" else 0.0
        group = draw(st.sampled_from(["a", "b", "c"]))
        made.append(ran(earned, most, id=f"t.py::t{number}", group=group, status=status))
    return tuple(made)


@st.composite
def criteria(draw: st.DrawFn, least: int = 0) -> tuple[CriterionResult, ...]:
    """Criteria with a person's level, a judge's with an interval, or none."""
    made = []
    for number in range(draw(st.integers(least, 5))):
        level = draw(st.none() | st.integers(1, 5))
        bounds: dict[str, float] = {}
        if level is not None and draw(st.booleans()):
            bounds = {"low": draw(st.floats(0, 6)), "high": draw(st.floats(0, 6))}
        weight, competency = draw(st.sampled_from([0.25, 1.0, 2.0, 10.0])), draw(st.sampled_from(COMPETENCIES))
        made.append(criterion(level, id=f"k{number}", weight=weight, competency=competency, **bounds))
    return tuple(made)


@st.composite
def challenges(draw: st.DrawFn) -> Challenge:
    weights = draw(st.sampled_from([(60.0, 40.0), (1.0, 1.0), (0.0, 100.0), (100.0, 0.0), (33.3, 66.7)]))
    minimums = draw(st.dictionaries(st.sampled_from(COMPETENCIES), shares, max_size=3))
    groups = {"a": draw(st.sampled_from(COMPETENCIES)), "b": draw(st.sampled_from(COMPETENCIES))}
    mark = draw(st.sampled_from([0.0, 50.0, 70.0, 100.0]))
    return challenge(objective=weights[0], subjective=weights[1], mark=mark, minimums=minimums, groups=groups)


def measured(value: float, floor: float = 0.0, target: float = 1.0) -> Metric:
    return Metric(name="m", value=value, floor=floor, target=target)
