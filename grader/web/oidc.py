"""Signing in with a company's identity provider: a person is known by its issuer and subject, never by e-mail.

Whom nobody has bound (`grade people bind --oidc`) has no access, however well the provider knows them; roles come from
our own table. Needs the extra `oidc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from grader.web import visit
from grader.web.sign_in import form, inside

if TYPE_CHECKING:
    from grader.web.config import Oidc

COOKIE = "grade-oidc"
MOST_SECONDS = 600
"""How long somebody may take to sign in there."""
SECONDS = 10
"""How long the provider may take to answer."""


def begin() -> ResponseReturnValue:
    """To the provider, with PKCE. What comes back is held against what a cookie of ten minutes keeps, which is signed
    and good for this visitor only."""
    answer: Response = _provider().authorize_redirect(_returning())
    kept = {key: value for key, value in session.items() if key.startswith("_state_")}
    kept["next"] = request.args.get("next", "")
    g.has_form = True
    answer.set_cookie(
        COOKIE, _signer().dumps([visit.token(), kept]), max_age=MOST_SECONDS, httponly=True, samesite="Lax",
        secure=visit.server().config.secure, path=visit.server().config.prefix or "/",
    )  # fmt: skip
    return answer


def finish() -> ResponseReturnValue:
    """Back from the provider: a session for whoever is bound to the issuer and subject in the ID token."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    provider, kept = _provider(), _recalled()
    session.update(kept)
    try:
        claims: Any = provider.authorize_access_token()["userinfo"]
        known_as = f"{claims['iss']} {claims['sub']}"
    except (AuthlibBaseError, JoseError, RequestException, KeyError, TypeError, ValueError):
        return form(wrong="The identity provider did not say who you are. Try once more."), 422
    person = visit.server().accounts.bound("oidc", known_as)
    if person is None or visit.person_of(person) is None:
        return form(wrong="You are signed in there, and not known here. Ask an administrator of this server."), 422
    visit.sign_in(person, "oidc")
    return redirect(inside(str(kept.get("next", ""))), 303)


def _recalled() -> dict[str, Any]:
    """What this visitor's own beginning left; empty where there was none, or it is too long ago."""
    try:
        token, kept = _signer().loads(request.cookies.get(COOKIE, ""), max_age=MOST_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return {}
    return dict(kept) if token == visit.token() else {}


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="oidc")


def name() -> str:
    """What the button says; empty where no provider is configured."""
    provider = visit.server().config.oidc
    return provider.name if provider else ""


def _returning() -> str:
    config = visit.server().config
    return config.url.removesuffix(config.prefix) + url_for("oidc.finish")


def _provider() -> Any:
    """Authlib's client for the configured provider; without one there is no such page."""
    config = visit.server().config.oidc
    return _client(config) if config is not None else abort(404)


def _client(config: Oidc) -> Any:
    from authlib.integrations.flask_client import OAuth

    return OAuth(current_app).register(
        "provider",
        server_metadata_url=f"{config.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=config.client_id,
        client_secret=config.client_secret,
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": SECONDS},
    )
