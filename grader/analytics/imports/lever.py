"""Lever's API: opportunities with their stage changes. Names of stages come from `stages` beside them, if given."""

from __future__ import annotations

from grader.analytics.imports import chained, key
from grader.analytics.imports.document import Document, Object
from grader.store.hire import HireEvent

SOURCE = "lever"


def events(document: Document) -> list[HireEvent]:
    """Of `{"data": […], "stages": [{"id", "text"}]}`, or of a list of opportunities."""
    names: dict[str, str] = {}
    if isinstance(document.content, dict) and "stages" in document.content:
        for place, one in document.objects("stages"):
            names[document.text(place, one, "id")] = document.text(place, one, "text")
    return [event for place, one in document.objects("data", "opportunities")
            for event in _opportunity(document, place, one, names)]  # fmt: skip


def _opportunity(document: Document, place: str, one: Object, names: dict[str, str]) -> list[HireEvent]:
    who = document.text(place, one, "id")
    archived = document.inner(place, one, "archived")
    out = document.time(f"{place}.archived", archived, "archivedAt")
    steps = []
    for at, (inside, change) in enumerate(document.each(one.get("stageChanges") or [], f"{place}.stageChanges")):
        stage = document.text(inside, change, "toStageId")
        steps.append(HireEvent(source=SOURCE, key=key(who, at, stage), candidate=who, kind="stage",
                               name=names.get(stage, stage),
                               entered_at=document.time(inside, change, "updatedAt", needed=True)))  # fmt: skip
    if not steps:
        created = document.time(place, one, "createdAt", needed=True)
        steps = [HireEvent(source=SOURCE, key=key(who, 0), candidate=who, kind="stage", name="created",
                           entered_at=created)]  # fmt: skip
    found = chained(steps)
    if out:
        last = found[-1]
        reason = document.text(f"{place}.archived", archived, "reason", needed=False)
        found[-1] = HireEvent(**{**vars(last), "left_at": max(out, last.entered_at), "exit": _exit(reason)})
    return found


def _exit(reason: str) -> str:
    """Lever archives for reasons that each team names itself; where the name does not say how, nobody knows."""
    plain = reason.casefold()
    if plain == "hired":
        return "advance"
    if any(word in plain for word in ("withdr", "declined our", "candidate declined", "not interested")):
        return "withdraw"
    return "reject" if any(word in plain for word in ("reject", "underqualified", "unqualified")) else ""
