"""What happens to a request, in order: who asks, from where, whether the address is theirs, whether the form is ours.

An address without a declared rule answers to nobody. What somebody may not know of is "not found", never "forbidden".
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from importlib import import_module
from traceback import format_tb
from typing import Any

from flask import Flask, Response, abort, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from grader.errors import GraderError, visible
from grader.network import parts_of
from grader.portal.desk import PortalDesk
from grader.review.desk import Desk
from grader.store import open_store
from grader.store.store import Store, moment
from grader.web import errors, forms, visit
from grader.web.accounts import Accounts, Clock, utcnow
from grader.web.config import Config
from grader.web.cookie import Cookie
from grader.web.proxy import Proxy
from grader.web.routes import ROUTES, Route

LARGEST_FORM = 1_000_000
_SAFE = {"GET", "HEAD", "OPTIONS"}
_log = logging.getLogger("grader.web")


def build(config: Config, *, store: Store | None = None, clock: Clock = utcnow) -> Flask:
    """The application; see `grader.web.create_app`. Tests hand in a store and a clock."""
    opened = store or open_store(config.store)
    app = _App("grader.web", static_folder=None, template_folder=None)
    accounts = Accounts(engine=opened.engine, clock=clock)
    app.config.update(_settings(config, accounts))
    desk = Desk(opened.engine, clock=lambda: moment(clock()))
    app.extensions["grader"] = visit.Server(
        config=config, store=opened, accounts=accounts, desk=desk, clock=clock,
        portal=PortalDesk(engine=opened.engine, clock=clock),
    )  # fmt: skip
    app.session_interface = Cookie(accounts, config)
    csrf = CSRFProtect(app)
    rules = {route.endpoint: route for route in ROUTES}
    for route in ROUTES:
        app.add_url_rule(route.path, route.endpoint, _view(route), methods=[*route.methods])
    app.before_request(visit.begin)
    app.before_request(_refuse_foreign_forms)
    app.before_request(lambda: _admit(rules))
    app.before_request(lambda: _check_token(csrf, rules))
    app.after_request(_seal)
    app.register_error_handler(CSRFError, forms.give_back)
    app.register_error_handler(RequestEntityTooLarge, errors.too_large)
    app.register_error_handler(HTTPException, errors.page)
    app.register_error_handler(GraderError, errors.grader_error)
    app.wsgi_app = Proxy(app.wsgi_app, config)  # type: ignore[method-assign, assignment]
    return app


class _App(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """A fault of ours, with where it happened. The rule of the address, not the address, which may hold a token."""
        kind, problem, trace = exc_info
        rule = request.url_rule.rule if request.url_rule else "-"
        said = visible(str(problem), 300)
        for part in (request.view_args or {}).values():
            said = said.replace(str(part), "…")
        steps = "".join(format_tb(trace)).rstrip()
        _log.error("%s %s: %s: %s\n%s", request.method, rule, getattr(kind, "__name__", kind), said, steps)


def _settings(config: Config, accounts: Accounts) -> dict[str, Any]:
    host = parts_of(config.url).hostname or config.host
    return {
        "SECRET_KEY": accounts.secret("pages"),
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,
        "MAX_FORM_PARTS": 2_000,
        "TRUSTED_HOSTS": [host, "127.0.0.1", "localhost", "[::1]"],
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a page left open over lunch loses nobody's words
        "WTF_CSRF_CHECK_DEFAULT": False,  # asked for in `_check_token`, once it is known who asks
    }


def _view(route: Route) -> Callable[..., ResponseReturnValue]:
    module, _, name = route.endpoint.partition(".")
    found: Callable[..., ResponseReturnValue] = getattr(import_module(f"grader.web.{module}"), name)
    return found


# ---------------------------------------------------------------------------------------------- before a view


def _refuse_foreign_forms() -> None:
    """A form that another site sends, in the browser of somebody who is signed in here. The token in each form is the
    first wall; this is the second, and says no before anything is given back."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("Origin", "")
    foreign = origin not in {"", "null"} and parts_of(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403, "This form was sent from another site.")


def _admit(rules: dict[str, Route]) -> ResponseReturnValue | None:
    route = rules.get(request.endpoint or "")
    if route is None:
        return abort(404)
    g.route = route
    return route.rule.admit()


def _check_token(csrf: CSRFProtect, rules: dict[str, Route]) -> None:
    if request.method not in _SAFE and rules[request.endpoint or ""].rule.token:
        csrf.protect()


# ---------------------------------------------------------------------------------------------- after it

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def _seal(response: Response) -> Response:
    """The headers of every answer."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Vary"] = "Cookie, HX-Request"
    if visit.server().config.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    _write_down(response)
    return response


def _write_down(response: Response) -> None:
    """Counts it, and a line of the access log: the rule of the address, not the address, which may hold a token or an
    id."""
    rule = request.url_rule.rule if request.url_rule else "-"
    visit.server().counts.add(response.status_code)
    took = (time.monotonic() - g.get("began", time.monotonic())) * 1000
    _log.info("%s %s %d %.0f ms", request.method, rule, response.status_code, took)
