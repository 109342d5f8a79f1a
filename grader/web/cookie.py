"""The one cookie: a random id. Who it belongs to stands in the store; the form token is computed from it.

A visitor who is not signed in has an id too, which nothing is kept of, so that forms for strangers have a token.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, cast

from flask import Flask, Request, Response, g
from flask.sessions import SessionInterface, SessionMixin

from grader.web.accounts import LONGEST, Accounts, new_token
from grader.web.config import Config


class Visitor(dict[str, Any], SessionMixin):
    """What Flask calls the session: only the form token is in it."""

    def __init__(self, token: str, key: str, *, known: bool) -> None:
        form_token = hmac.new(key.encode(), b"form\0" + token.encode(), hashlib.sha256).hexdigest()
        super().__init__(csrf_token=form_token)
        self.token = token
        self.known = known
        """Whether the browser sent it, and need not be given it."""


class Cookie(SessionInterface):
    """Reads the id from the cookie, and sets one where a page has a form or somebody has signed in."""

    def __init__(self, accounts: Accounts, config: Config) -> None:
        self._key = accounts.secret("forms")
        self._secure = config.secure
        self.name = "__Host-grade" if config.secure and not config.prefix else "grade"
        self._path = config.prefix or "/"

    def open_session(self, app: Flask, request: Request) -> Visitor:
        sent = request.cookies.get(self.name, "")
        known = 40 <= len(sent) <= 60 and sent.isascii()
        return Visitor(sent if known else new_token(), self._key, known=known)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if g.get("new_token"):  # signed in, or out
            self._set(response, g.new_token)
        elif not cast("Visitor", session).known and g.get("has_form"):
            self._set(response, cast("Visitor", session).token)

    def renewed(self, token: str) -> None:
        """From this answer on the browser has `token`. A form in the same answer gets its token already."""
        from flask import session

        g.new_token = token
        session["csrf_token"] = Visitor(token, self._key, known=False)["csrf_token"]
        g.pop("csrf_token", None)

    def _set(self, response: Response, token: str) -> None:
        response.set_cookie(
            self.name, token, max_age=int(LONGEST.total_seconds()), path=self._path, secure=self._secure,
            httponly=True, samesite="Lax",
        )  # fmt: skip
