"""Greenhouse's Harvest API: applications, and offers where they are beside them.

Harvest has no history of stages: an application says when it came in, where it is now, and when something last happened
to it. The stage that it is in is dated by that, and keeps the date at which an import saw it first; import often.
"""

from __future__ import annotations

from grader.analytics.imports import key
from grader.analytics.imports.document import Document, Object
from grader.store.hire import HireEvent

SOURCE = "greenhouse"
_EXITS = {"we rejected them": "reject", "they rejected us": "withdraw"}


def events(document: Document) -> list[HireEvent]:
    """Of `{"applications": […], "offers": […]}`, or of a list of applications."""
    found: list[HireEvent] = []
    for place, one in document.objects("applications"):
        found += _application(document, place, one)
    if isinstance(document.content, dict) and "offers" in document.content:
        found += _offers(document)
    return found


def _application(document: Document, place: str, one: Object) -> list[HireEvent]:
    who = document.text(place, one, "id")
    job = _job(document, place, one)
    came = document.time(place, one, "applied_at", needed=True)
    last = document.time(place, one, "last_activity_at") or came
    out = document.time(place, one, "rejected_at")
    status = document.text(place, one, "status", needed=False)
    stage = document.text(f"{place}.current_stage", document.inner(place, one, "current_stage"), "name", needed=False)
    reason = document.inner(f"{place}.rejection_reason", document.inner(place, one, "rejection_reason"), "type")
    how = _EXITS.get(str(reason.get("name", "")).casefold(), "") if out else ""
    first = HireEvent(source=SOURCE, key=key(who, "application"), candidate=who, kind="stage", name="application",
                      job=job, entered_at=came)  # fmt: skip
    name = "hired" if status == "hired" else stage
    if not name:
        return [HireEvent(**{**vars(first), "left_at": out, "exit": how})]
    entered = min(last, out) if out else last
    here = HireEvent(source=SOURCE, key=key(who, name), candidate=who, kind="stage", name=name, job=job,
                     entered_at=max(came, entered), left_at=out, exit=how)  # fmt: skip
    if status == "hired":
        here = HireEvent(**{**vars(here), "left_at": here.entered_at, "exit": "advance"})
    return [first, here]


def _job(document: Document, place: str, one: Object) -> str:
    jobs = one.get("jobs")
    first = jobs[0] if isinstance(jobs, list) and jobs and isinstance(jobs[0], dict) else {}
    return document.text(f"{place}.jobs[0]", first, "name", needed=False)


def _offers(document: Document) -> list[HireEvent]:
    """The latest version of each application's offer that is not deprecated."""
    newest: dict[str, tuple[int, str, Object]] = {}
    for place, one in document.objects("offers"):
        who, version = document.text(place, one, "application_id"), one.get("version")
        number = version if isinstance(version, int) else 0
        if one.get("status") != "deprecated" and number >= newest.get(who, (-1, "", {}))[0]:
            newest[who] = number, place, one
    found = []
    for who, (_, place, one) in newest.items():
        sent, ended = document.time(place, one, "sent_at"), document.time(place, one, "resolved_at")
        how = {"accepted": "advance", "rejected": "withdraw"}.get(str(one.get("status")), "")
        if sent:
            found.append(HireEvent(source=SOURCE, key=key(who, "offer"), candidate=who, kind="offer",
                                   name=str(one.get("status") or ""), entered_at=sent, left_at=ended if how else "",
                                   exit=how if ended else ""))  # fmt: skip
        starts = document.time(place, one, "starts_at")
        if starts and how == "advance":
            found.append(HireEvent(source=SOURCE, key=key(who, "start"), candidate=who, kind="start", name="started",
                                   entered_at=starts))  # fmt: skip
    return found
