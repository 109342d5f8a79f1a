"""Ashby's API: applications, each with what application.listHistory says of it under `history`."""

from __future__ import annotations

from grader.analytics.imports import chained, key
from grader.analytics.imports.document import Document, Object
from grader.store.hire import HireEvent

SOURCE = "ashby"
_EXITS = {"rejectedbyorg": "reject", "rejectedbycandidate": "withdraw"}


def events(document: Document) -> list[HireEvent]:
    """Of `{"results": […]}`, or of a list of applications."""
    return [event for place, one in document.objects("results", "applications")
            for event in _application(document, place, one)]  # fmt: skip


def _application(document: Document, place: str, one: Object) -> list[HireEvent]:
    who = document.text(place, one, "id")
    job = document.text(f"{place}.job", document.inner(place, one, "job"), "title", needed=False)
    steps = [
        HireEvent(source=SOURCE, key=key(who, document.text(inside, step, "id")), candidate=who, kind="stage", job=job,
                  name=document.text(inside, step, "title"),
                  entered_at=document.time(inside, step, "enteredStageAt", needed=True),
                  left_at=document.time(inside, step, "leftStageAt"))
        for inside, step in document.each(one.get("history"), f"{place}.history")
    ]  # fmt: skip
    ordered = sorted(steps, key=lambda step: step.entered_at)
    found = [HireEvent(**{**vars(step), "left_at": step.left_at or ordered[at + 1].entered_at, "exit": "advance"})
             for at, step in enumerate(ordered[:-1])]  # fmt: skip
    return chained([*found, *(_last(document, place, one, step) for step in ordered[-1:])])


def _last(document: Document, place: str, one: Object, step: HireEvent) -> HireEvent:
    """The stage in which it is now, or ended."""
    status = document.text(place, one, "status", needed=False)
    if status == "Hired":
        return HireEvent(**{**vars(step), "left_at": step.left_at or step.entered_at, "exit": "advance"})
    if status != "Archived" or not step.left_at:
        return step
    reason = document.inner(place, one, "archiveReason")
    return HireEvent(**{**vars(step), "exit": _EXITS.get(str(reason.get("reasonType", "")).casefold(), "")})
