"""What a supervisor asks: is the process alive, and can it serve. No data in either."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from grader.errors import GraderError
from grader.web import visit


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


def _said(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")
