"""When the judge and the hidden tests tell different stories, a person looks."""

from __future__ import annotations

from collections.abc import Sequence

from grader.records import CriterionResult

HIGH = 0.75
"""Share of the scale from which a judged level is high: level 4 of 5."""
LOW = 0.4
"""Share of the objective points up to which the hidden tests' result is low."""


def route(criteria: Sequence[CriterionResult], objective_share: float | None) -> tuple[str, ...]:
    """A flag for each accepted judge's level that is high while the hidden tests' share of points is low.

    `objective_share` is 0..1, None where there are no hidden tests. The judge itself never sees it.
    """
    if objective_share is None or objective_share > LOW:
        return ()
    return tuple(
        f"{result.id}: the judge gave level {result.level} of {result.max_level}, but the hidden tests gave"
        f" {objective_share:.0%} of their points; a person should look at both."
        for result in criteria
        if result.accepted
        and result.source == "judge"
        and result.level is not None
        and (result.level - 1) / (result.max_level - 1) >= HIGH
    )
