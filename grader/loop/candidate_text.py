"""A candidate's scorecard over the loop, for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.errors import visible
from grader.loop.candidate import Measured, Overview
from grader.review.loop_records import StageDecision


def overview_text(made: Overview, decisions: Sequence[StageDecision] = ()) -> str:
    """A candidate's scorecard for a terminal, with what was decided."""
    lines = [f"Candidate {made.blind}, {made.role}", _whole(made), ""]
    for row in made.rows:
        people = "person" if row.people == 1 else "people"
        lines.append(f"{row.title} (weight {row.weight:g}): {_level(row)}, {row.people} {people}")
        for part in row.measured:
            lines.append(f"  {part.kind}: {part.title}: {_level(part)} ({part.state})")
            lines += _heard(part)
    for part in made.checks:
        lines += [f"facts: {part.title} ({part.state})", *_heard(part)]
    words = {"goes on": "the rule recommends to go on", "open": "open", "below": "below the rule; people decide"}
    for verdict in made.verdicts:
        lines += ["", f"stage {verdict.title}: {words[verdict.word]} (decided by the {verdict.decides})"]
        lines += [f"  {reason}" for reason in verdict.reasons]
        lines += [f"  {line}" for line in _decided(verdict.stage, decisions)]
    return "\n".join(visible(line, 600) for line in lines)


def _decided(stage: str, decisions: Sequence[StageDecision]) -> list[str]:
    lines = []
    for one in decisions:
        if one.stage == stage:
            against = ", against the rule" if one.against else ""
            whose = f", by {one.by}: {one.why}" if one.by else ""
            lines.append(f"decided {one.at[:10]}: {one.outcome}{against}{whose}")
            if one.letter is not None:
                lines.append(f"letter {'released' if one.letter.released else 'kept'} {one.letter.at[:10]}")
    return lines


def _whole(made: Overview) -> str:
    if made.value is None:
        return "Nothing is open yet."
    between = f", between {made.low:.0f} and {made.high:.0f} once all is" if made.low != made.high else ""
    return f"{made.value:.0f} points of 100 in what is known{between}; {made.people} independent people heard"


def _level(one: Any) -> str:
    if one.value is None:
        return "open"
    low, value, high = (1 + part / 25 for part in (one.low, one.value, one.high))
    return f"{value:.1f}" if one.low == one.high else f"{value:.1f} ({low:.1f} to {high:.1f})"


def _heard(part: Measured) -> list[str]:
    lines = []
    for one in part.seen:
        level = one.level or (f"could not judge it: {one.cannot_judge}" if one.cannot_judge else "open")
        lines.append(f"    {one.criterion}, {one.who}: {level}")
        lines += [f"      {text}" for text in one.texts]
    return lines
