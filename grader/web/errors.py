"""What went wrong, in the words of whoever asked: never a traceback, never whether something exists."""

from __future__ import annotations

import logging

from flask import g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from grader.errors import GraderError, UsageError
from grader.review.problems import NotFoundError
from grader.web.render import page as rendered

_log = logging.getLogger("grader.web")
_SAID = {
    400: ("This request could not be read", "The browser sent something that this page does not know."),
    403: ("Not from here", "The form was sent from another site. Open the page here and press again."),
    404: ("Nothing here", "There is no such page, or not for you. What you may open is listed above."),
    405: ("Nothing here", "This address is not opened like that. What you may open is listed above."),
    413: (
        "Too much text",
        "The form holds more than a megabyte. Go back, take something out and send it again.",
    ),
    500: ("This did not work", "The fault is the server's, not yours. What was saved before is still there."),
    503: ("The store does not answer", "Nothing was lost. Wait a minute, then try again."),
}


def page(problem: HTTPException) -> ResponseReturnValue:
    """An HTTP error as a page; redirects pass through."""
    status = problem.code or 500
    if status < 400:
        return problem.get_response()
    heading, text = _SAID.get(status, _SAID[500 if status >= 500 else 400])
    return said(heading, text, status)


def too_large(problem: RequestEntityTooLarge) -> ResponseReturnValue:
    return page(problem)


def grader_error(problem: GraderError) -> ResponseReturnValue:
    """What the rules refused, in their words; what the store could not do, as an outage."""
    if isinstance(problem, NotFoundError):
        return page_of(404)
    if isinstance(problem, UsageError):
        return said("That cannot be done", problem.message, 409)
    _log.error("%s %s: %s", request.method, request.url_rule.rule if request.url_rule else "-", problem.message)
    return page_of(503)


def page_of(status: int) -> ResponseReturnValue:
    heading, text = _SAID[status]
    return said(heading, text, status)


def said(heading: str, text: str, status: int) -> ResponseReturnValue:
    """A page with one thing to say."""
    g.inside = ""  # no page of those listed above: which it would have been is not told
    return rendered("said.html.j2", title=heading, text=text), status
