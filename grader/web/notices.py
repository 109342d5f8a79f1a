"""Other systems are told what happened: an order's callback, and webhooks. Only to addresses that the operator named;
no redirect is followed, nothing of a candidate's words, name or work is in it. Signed, tried again with growing pauses,
and each try is an event of the invitation.

    callback   PATCH to the address that came with an order, where the operator allows it: people have decided
    webhook    POST {id, type, at, candidate, challenge} to the operator's one address, signed with their secret
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException

from grader.network import parts_of, why
from grader.portal.desk import PortalDesk
from grader.portal.orders import ORDERED, TOLD
from grader.portal.records import Invitation, read_moment
from grader.review.desk import Desk
from grader.unseen import json_text

SECONDS = 10.0
"""For one request."""
PAUSES = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds after each try that failed before the next one; after the last it is given up."""
OLDEST = timedelta(days=7)
"""What happened longer ago is not told any more: a new webhook is not sent all of history."""
LONGEST = timedelta(days=90)
"""After the window, in which a decision is still waited for."""
TYPES = {"started": "started", "finished": "finished", "withdrawn": "withdrawn", "extended": "extended"}
"""Events of an invitation that are told as they are. An appeal's words are not, nor that there is one."""


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Whom the operator lets be told. `ats_key`, `secret`: what the other side knows us by."""

    callbacks: tuple[str, ...] = ()
    ats_key: str = field(default="", repr=False)
    webhook: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to be told to one address."""

    key: str
    """The same for the same thing, so that it is told once."""
    method: str
    address: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""


Send = Callable[[Notice], int]
"""Sends it: the status that came back. Raises OSError, or HTTPException, where none did."""


def is_ours(address: str, allowed: Sequence[str]) -> bool:
    """Whether an address lies below one that the operator named: the same scheme, host and port, its path below."""
    parts = parts_of(address)
    if not address.isascii() or not address.isprintable() or set(address) & set("\\ @") or ".." in parts.path:
        return False
    for one in allowed:
        wanted = parts_of(one)
        same = (parts.scheme, parts.netloc) == (wanted.scheme, wanted.netloc)
        if same and (parts.path == wanted.path or parts.path.startswith(wanted.path.rstrip("/") + "/")):
            return "%2e" not in parts.path.lower() and "%2f" not in parts.path.lower()
    return False


def tell(portal: PortalDesk, desk: Desk, targets: Targets, *, send: Send | None = None) -> tuple[int, int]:
    """Tells what is due now: how many were told, and how many tries failed."""
    done = failed = 0
    now = portal.clock()
    for one in portal.all():
        for notice in _due(one, desk, targets, now):
            status, words = _tried(notice, send or _send)
            good = 200 <= status < 300
            portal.told(one, {"of": notice.key, "ok": good, "status": status, "why": words})
            done, failed = done + good, failed + (not good)
    return done, failed


def _tried(notice: Notice, send: Send) -> tuple[int, str]:
    try:
        return send(notice), ""
    except (OSError, HTTPException) as problem:  # the second is an answer that is no HTTP
        return 0, why(problem, notice.address)[:200]


def _due(one: Invitation, desk: Desk, targets: Targets, now: datetime) -> Iterator[Notice]:
    tries: dict[str, list[tuple[bool, datetime]]] = {}
    for event in one.events:
        if event.what == TOLD:
            tries.setdefault(str(event.body["of"]), []).append((bool(event.body["ok"]), read_moment(event.at)))
    for notice in _notices(one, desk, targets, now):
        before = tries.get(notice.key, [])
        if any(good for good, _ in before) or len(before) > len(PAUSES):
            continue
        if not before or now >= before[-1][1] + timedelta(seconds=PAUSES[len(before) - 1]):
            yield notice


def _notices(one: Invitation, desk: Desk, targets: Targets, now: datetime) -> Iterator[Notice]:
    happened = [("invited", one.at), *((TYPES[event.what], event.at) for event in one.events if event.what in TYPES),
                *(("handed in", came.at) for came in one.hand_ins)]  # fmt: skip
    order = next((event.body for event in one.events if event.what == ORDERED), None)
    callback = str(order["callback"]) if order else ""
    over = now - read_moment(one.ends_at) > LONGEST  # so that not every case that there was is read each time
    wanted = one.hand_ins and not over and (targets.webhook or callback)
    answer = desk.answered(one.blind, one.challenge, [came.submission for came in one.hand_ins]) if wanted else None
    if answer is not None:
        happened.append(("decided", answer.at))
    recent = [(kind, at) for kind, at in happened if now - read_moment(at) <= OLDEST]
    if targets.webhook:
        yield from (_webhook(one, kind, at, targets, now) for kind, at in sorted(recent, key=lambda pair: pair[1]))
    if callback and targets.ats_key and is_ours(callback, targets.callbacks) and "decided" in dict(recent):
        key = base64.b64encode(f"{targets.ats_key}:".encode()).decode()
        yield Notice(key="callback", method="PATCH", address=callback, headers={"Authorization": f"Basic {key}"})


def _webhook(one: Invitation, kind: str, at: str, targets: Targets, now: datetime) -> Notice:
    name = f"{one.id}:{kind}:{at}"
    body = json_text({"id": hashlib.sha256(name.encode()).hexdigest()[:32], "type": kind, "at": at,
                      "candidate": one.blind, "challenge": one.challenge, "invitation": one.id}).encode()  # fmt: skip
    stamp = str(int(now.timestamp()))
    made = hmac.new(targets.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Grader-Signature": f"t={stamp},v1={made}"}
    return Notice(key=f"webhook:{kind}:{at}", method="POST", address=targets.webhook, headers=headers, body=body)


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the address that answers is the one that the operator named."""

    def redirect_request(self, *_: object) -> None:
        return None


def _send(notice: Notice) -> int:
    asked = urllib.request.Request(  # noqa: S310 - http(s) only: the operator's addresses are checked when they are read
        notice.address, data=notice.body or None, headers=dict(notice.headers), method=notice.method
    )
    try:
        with urllib.request.build_opener(_Stays).open(asked, timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        with problem:
            return int(problem.code)
