"""What a batch says at its end, and the code that it ends with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.batch.attempts import BatchOutcome
    from grader.batch.entries import BatchEntry

LISTED = 20
"""Names and lines of one kind that are shown."""
EDITED = "The challenge was edited meanwhile: all rests on it as it was at the start; start again for the new version."


def summary(outcomes: Sequence[BatchOutcome], problems: Sequence[str], passed_over: Sequence[str], out: Path) -> str:
    """The end of a batch in a few lines: counts, then apart what the machine failed."""
    from grader.batch.display import result_line
    from grader.errors import visible

    def count(*states: str) -> int:
        return sum(outcome.state in states for outcome in outcomes)

    before = sum(outcome.was_there and outcome.state == "graded" for outcome in outcomes)
    lines = [
        "",
        f"  graded       {count('graded')} of {len(outcomes)}" + (f", {before} of them before" if before else ""),
    ]
    lines += [f"  refused      {count('refused')}"] if count("refused") else []
    failed = [outcome for outcome in outcomes if outcome.state not in {"graded", "refused"}]
    lines += [f"  no grade     {len(failed)}; start again to go on"] if failed else []
    lines += [f"    {result_line(outcome)}" for outcome in failed[:LISTED]]
    lines += [f"    and {len(failed) - LISTED} more"] if len(failed) > LISTED else []
    lines += _silent_judge(outcomes)
    lines += [f"  passed over  {', '.join(visible(name) for name in passed_over[:LISTED])}"] if passed_over else []
    lines += [f"  note         {problem}" for problem in problems]
    return "\n".join([*lines, f"  cohort       {out / 'index.html'}"])


def _silent_judge(outcomes: Sequence[BatchOutcome]) -> list[str]:
    """Where the judge was asked and did not answer: of how many, why, and what asks it again."""
    from collections import Counter

    reasons = Counter(outcome.unanswered for outcome in outcomes if outcome.unanswered)
    if not reasons:
        return []
    (why, _), *_rest = reasons.most_common(1)
    again = "Their criteria stay open; the same command asks it again, without running the submissions."
    return [f"  judge        no answer for {reasons.total()} of {len(outcomes)}: {why} {again}"]


def exit_code(outcomes: Sequence[BatchOutcome], *, require_judge: bool = False, edited: bool = False) -> int:
    """`require_judge`: whether a judge that did not answer ends the command with a code of its own. `edited`: the pack
    is another one by now, so that there is something left to grade."""
    states = {outcome.state for outcome in outcomes}
    if states & {"infrastructure_error", "not_started"} or edited:
        return 5
    if "challenge_error" in states:
        return 4
    from grader.errors import NO_JUDGEMENT

    return NO_JUDGEMENT if require_judge and any(outcome.unanswered for outcome in outcomes) else 0


def of_others(out: Path, entries: Sequence[BatchEntry]) -> list[str]:
    """What lies in the output folder and is of none of these submissions: it is on no page, and in no list of names."""
    from grader.batch.entries import RESERVED
    from grader.errors import visible

    known = RESERVED | {entry.name for entry in entries}
    others = sorted(path.parent.name for path in out.glob("*/grade.json") if path.parent.name not in known)
    shown = ", ".join(visible(name, 60) for name in others[:LISTED])
    more = f" and {len(others) - LISTED} more" if len(others) > LISTED else ""
    return [f"{out} also holds results of submissions that are not in this batch: {shown}{more}."] if others else []
