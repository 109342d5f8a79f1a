"""Who asks, and what the server works with, for the length of one request."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Response, abort, current_app, g, request, session
from flask.globals import request_ctx

from grader.portal.desk import PortalDesk
from grader.review.desk import Desk
from grader.review.records import Actor, Person
from grader.web.accounts import Accounts, Clock
from grader.web.config import Config
from grader.web.cookie import Cookie, Visitor
from grader.web.counts import Counts
from grader.web.proxy import USER

if TYPE_CHECKING:
    from grader.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Server:
    """What all requests share."""

    config: Config
    store: Store
    accounts: Accounts
    desk: Desk
    clock: Clock
    portal: PortalDesk
    counts: Counts = field(default_factory=Counts)

    def now(self) -> datetime:
        return self.clock()


def server() -> Server:
    return cast("Server", current_app.extensions["grader"])


def desk() -> Desk:
    return server().desk


def begin() -> None:
    """Finds out who asks. Asked of the store only where the address is not for everybody."""
    g.began = time.monotonic()
    if request_ctx.url_adapter is None:  # asked for by a name that is not the server's
        abort(Response("This server is not called that.\n", 400, content_type="text/plain; charset=utf-8"))
    g.person = None
    if request.endpoint in {"ops.alive", "ops.ready", "ops.metrics", "static.file"}:
        return
    if (request.endpoint or "").startswith("handing."):  # a candidate's page is the same whoever opens it
        return
    found = server().accounts.session(token()) if cast("Visitor", session).known else None
    g.person = person_of(found.person) if found else _named_by_proxy()


def _named_by_proxy() -> Person | None:
    name = request.environ.get(USER)
    known = server().accounts.bound("proxy", name) if name else None
    return person_of(known) if known else None


def person_of(person: str) -> Person | None:
    """The person with this id, while they have access."""
    found = desk().person(person) if person else None
    return found if found and found.id == person and found.active else None


def token() -> str:
    """The id in the visitor's cookie."""
    return cast("Visitor", session).token


def person_or_none() -> Person | None:
    return cast("Person | None", g.get("person"))


def person() -> Person:
    """Who is signed in. Routes for strangers do not call this."""
    return cast("Person", g.person)


def actor() -> Actor:
    """Who is signed in, as the desk knows them."""
    return Actor(person=person(), how="page")


def leads() -> bool:
    return bool({"lead", "admin"} & set(person().roles))


def sign_in(person_id: str, via: str) -> None:
    """A new session; whatever the cookie held before ends."""
    accounts = server().accounts
    if cast("Visitor", session).known:
        accounts.end(token())
    cast("Cookie", current_app.session_interface).renewed(accounts.start(person_id, via))
    g.person = person_of(person_id)
    desk().log(actor(), "signed in", {"via": via})


def sign_out() -> None:
    from grader.web.accounts import new_token

    server().accounts.end(token())
    cast("Cookie", current_app.session_interface).renewed(new_token())
    g.person = None
