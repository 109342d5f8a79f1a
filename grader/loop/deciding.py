"""What a stage's rule says when somebody decides, and where the letter after it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from grader import files
from grader.errors import UsageError, visible
from grader.loop.candidate import overview
from grader.loop.matrix import LoadedLoop, Loop, Stage, loaded_from
from grader.loop.stages import LONGEST, PLACES, letter_path
from grader.review.deciding import Advice
from grader.review.loop_records import LoopView, StageDecision

SHIPPED = Path(__file__).parent / "templates" / "new" / "letters"
"""Where a letter begins for a loop whose own were not kept."""
FILES = {"advance": ("goes_on", "goes-on.md"), "decline": ("ends", "ends.md")}


def advise(view: LoopView, stage: str) -> Advice:
    """What the rule of a stage says now, and what of the stage is still under way."""
    loop, _ = loaded_from(view.body)
    verdict = next((one for one in overview(view).verdicts if one.stage == stage), None)
    if verdict is None:
        raise UsageError(f"The loop has no stage {visible(stage, 60)!r}.")
    return Advice(word=verdict.word, people=verdict.people, waits=tuple(_under_way(loop, _stage(loop, stage), view)))


def letters_of(loaded: LoadedLoop) -> dict[str, str]:
    """The drafts of a loop's letters by the names that its stages have for them, to be kept with the agreement. What
    cannot be read is left out: the check of the loop says so."""
    found = {}
    for stage in loaded.loop.stages:
        for which in ("goes_on", "ends"):
            path = letter_path(loaded, stage, which)
            try:
                text = files.read(path, LONGEST).decode("utf-8")[:LONGEST] if path else ""
            except (OSError, UnicodeDecodeError):
                continue
            if text:
                found[str(getattr(stage.letters, which))] = text
    return found


def draft(view: LoopView, decision: StageDecision, *, sender: str, now: datetime) -> str:
    """The letter after a decision as its sender begins with it: all filled in that is known, but the name, which only
    the candidate's own page has."""
    loop, _ = loaded_from(view.body)
    stage = _stage(loop, decision.stage)
    at = loop.stages.index(stage)
    following = loop.stages[at + 1] if at + 1 < len(loop.stages) else None
    which, shipped = FILES[decision.outcome]
    text = _letters(view.body).get(str(getattr(stage.letters, which))) or (SHIPPED / shipped).read_text("utf-8")
    known = {
        "role": loop.role, "stage": stage.title, **({"sender": sender} if sender else {}),
        "next": following.title if following else "what we offer you",
        "answer_by": f"{now + timedelta(seconds=(following or stage).answer):%-d %B %Y}",
    }  # fmt: skip
    return PLACES.sub(lambda found: known.get(found[1], found[0]), text)


def letter_text(view: LoopView, stage: str, *, sender: str, now: datetime) -> str:
    """The letter after the decision in force on a stage: as it was kept last, or its draft. Raises UsageError where
    there is nothing to write about."""
    decision = view.decision(stage)
    if decision is None or decision.outcome not in FILES:
        raise UsageError(
            f"Nothing is decided on {visible(stage, 60)!r} that a letter follows.",
            fix=f"grade loop decide {view.blind} {visible(stage, 40)} advance --by NAME --why TEXT",
        )
    kept = decision.letter
    return kept.text if kept else draft(view, decision, sender=sender, now=now)


def addressed(text: str, name: str) -> str:
    """A letter that has gone out, as the candidate of that name reads it."""
    return PLACES.sub(lambda found: name if found[1] == "name" else found[0], text)


def _letters(body: Mapping[str, Any]) -> Mapping[str, str]:
    found = body.get("letters")
    return found if isinstance(found, dict) else {}


def _stage(loop: Loop, name: str) -> Stage:
    return next(one for one in loop.stages if one.id == name)


def _under_way(loop: Loop, stage: Stage, view: LoopView) -> Iterator[str]:
    for one in loop.rounds:
        if one.id not in stage.rounds:
            continue
        if any(not home.opened and home.challenge in one.challenges for home in view.homes):
            yield f"{one.title}: it is still being rated."
        states = [state for live in view.live if live.round_id == one.id and live.state == "collecting"
                  for _, state in live.asked]  # fmt: skip
        outstanding = sum(state in {"assigned", "draft"} for state in states)
        if outstanding:
            yield f"{one.title}: {outstanding} of those who were asked have not handed in their card."
        elif "submitted" in states:
            yield f"{one.title}: its cards are in and not open yet."
