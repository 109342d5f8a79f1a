"""What a supervisor asks: is the process alive, can it serve, how much did it answer. No data of anybody."""

from __future__ import annotations

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from grader.errors import GraderError
from grader.web import visit
from grader.web.counts import may_read


def alive() -> ResponseReturnValue:
    """The process answers; nothing else is looked at."""
    return _said("ok\n", 200)


def ready() -> ResponseReturnValue:
    """The store answers, and has the version of the schema that this program writes."""
    from grader.store.schema import HEAD, version

    try:
        found = version(visit.server().store.engine)
    except GraderError:
        return _said("the store does not answer\n", 503)
    return _said("ok\n", 200) if found == HEAD else _said("the store has another version than this program\n", 503)


def metrics() -> ResponseReturnValue:
    """Counts for a monitor, for whoever has the token; without one, and to everybody else, it is not there."""
    if not may_read(visit.server().config.metrics_token, request.headers.get("Authorization", "")):
        return abort(404)
    return Response(visit.server().counts.text(), 200, content_type="text/plain; version=0.0.4; charset=utf-8")


def _said(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")
