"""`grade reveal RUN`: what all assessors said, side by side, and the grade that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.cli.reviewed import STORE_OPTION

if TYPE_CHECKING:
    from grader.records import Grade
    from grader.review.records import Decision
    from grader.review.visible import SideBySide, View, Voice


@click.command()
@click.argument("run")
@click.option("--early", is_flag=True, help="Close what is outstanding as late; at least two have to be in.")
@click.option("--why", default="", metavar="TEXT", help="The reason for closing early; everybody sees it.")
@STORE_OPTION
def command(run: str, early: bool, why: str, store: str) -> int:
    """Open all assessments of RUN (a result folder, or a run's id or blind id) to all at once, and print them side by
    side, the widest gap first. Asked again, print them again.

    It takes two independent assessments, and that everybody who was asked is in; else it says no, and never who is
    missing. From then on grade.json and report.html have people's levels, and grade.machine.json the machine's own.
    """
    from grader.cli.reviewed import begun, grade_of, operator, reviewed
    from grader.review.problems import NotReadyError

    with reviewed(run, store) as found:
        case = begun(found)
        try:
            found.desk.reveal(operator(), case.id, early=early, why=why)
        except NotReadyError as problem:  # never who is missing: whoever asks may be one of those who rate
            out = f"grade assess {run} --rater NAME --recuse WHY"
            problem.fix += f"; who was asked by mistake steps aside: {out}"
            raise
        click.echo(text(found.desk.view(operator(), case.id), grade_of(found)))
        if found.desk.publish(case.id) is None:
            click.echo(f"The result folder {case.folder} is not here, or holds another run; the store has it all.")
    return 0


def text(view: View, grade: Grade) -> str:
    """A revealed case for the terminal. No assessor is named: what is printed may be shown to a candidate."""
    from grader.errors import visible

    names = {str(one["id"]): str(one.get("title") or one["id"]) for one in view.rubric["criteria"]}
    lines = [f"Closed early: {visible(view.early_why)}"] if view.early_why else []
    lines += [sides(side, names[side.criterion]) for side in view.criteria]
    lines += [_voice(voice) for voice in view.voices]
    if view.decision:
        lines.append(f"Decided by {visible(view.decided_by)}: {decided(view.decision)}")
    return "\n\n".join([*lines, outcome(grade)])


def decided(made: Decision) -> str:
    """A decision with its reason; one against the recommendation is marked so."""
    from grader.errors import visible

    against = f", against the recommendation ({made.recommendation})" if made.against else ""
    return f"{made.outcome}{against}. {visible(made.why, 2_000)}"


def sides(side: SideBySide, name: str) -> str:
    """One criterion: every level with what it rests on, and what they come to."""
    from grader.errors import visible

    combined = side.combined
    level = f"level {combined.level}" if combined.level is not None else "open"
    lines = [f"{name}: {level}" + (f" · gap {combined.gap}" if combined.gap else "")]
    for one in side.sides:
        said = one.said
        place = ", ".join(f"{where.path}:{where.start_line}" for where in said.found)
        words = said.note or said.cannot_judge
        shown = "cannot judge" if said.level is None else f"level {said.level}"
        lines.append("  ".join(part for part in (f"  {one.who:11}", shown, visible(place, 200), visible(words, 600))
                               if part))  # fmt: skip
    return "\n".join([*lines, f"  {combined.reason[0].upper()}{combined.reason[1:]}."])


def _voice(voice: Voice) -> str:
    from grader.errors import visible

    said = [voice.lean.replace("_", " ")] if voice.lean else []
    said += [text for text in (voice.rationale, voice.integrity) if text]
    if voice.informed is not None:
        said.append("amended after the reveal (informed, not counted)")
    if voice.response is not None:
        said.append(f"{'agrees' if voice.response.agrees else 'dissents'}: {voice.response.words}".rstrip(": "))
    return f"{voice.who}: {visible('; '.join(said) or 'nothing on the whole', 2_000)}"


def outcome(grade: Grade) -> str:
    """The score and what it recommends."""
    if grade.score is None:
        return ""
    score = grade.score
    range_ = "final" if score.final else f"{score.low:.1f} to {score.high:.1f}, not final"
    return (
        f"score  {score.value:.1f} of {score.max:g} ({range_}): {grade.recommendation.replace('_', ' ')}\n"
        f"       {grade.recommendation_reason}"
    )
