"""Signing in with an identity provider: one of our own on this machine, with a real key and real tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from grader.errors import UsageError
from grader.web.config import Oidc, oidc_of
from tests.web_fixtures import House, Visitor, house

pytestmark = pytest.mark.slow


@dataclass
class Provider:
    """Hands out ID tokens for `claims`."""

    issuer: str
    key: RSAKey
    claims: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def token(self, request: Request) -> Response:
        self.asked = request.form.to_dict()
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "grader", "iat": now, "exp": now + 60, **self.claims}
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)
        body = {"access_token": "a", "token_type": "Bearer", "id_token": token}
        return Response(json.dumps(body), content_type="application/json")


@pytest.fixture
def provider(httpserver: HTTPServer) -> Provider:
    made = Provider(httpserver.url_for("").rstrip("/"), RSAKey.generate_key(2048, {"kid": "k1"}, private=True))
    found = {"issuer": made.issuer, "authorization_endpoint": f"{made.issuer}/authorize",
             "token_endpoint": f"{made.issuer}/token", "jwks_uri": f"{made.issuer}/keys",
             "id_token_signing_alg_values_supported": ["RS256"]}  # fmt: skip
    httpserver.expect_request("/.well-known/openid-configuration").respond_with_json(found)
    httpserver.expect_request("/keys").respond_with_json({"keys": [made.key.as_dict(private=False)]})
    httpserver.expect_request("/token").respond_with_handler(made.token)
    return made


@pytest.fixture
def home(provider: Provider, tmp_path: Path) -> Iterator[House]:
    config = Oidc(issuer=provider.issuer, client_id="grader", client_secret="s3cret")
    made = house(tmp_path, oidc=config)
    ann = made.person("Ann")
    made.accounts.bind(ann.id, "oidc", f"{provider.issuer} subject-1")
    yield made
    made.store.close()


def begun(home: House, provider: Provider, **claims: str) -> tuple[Visitor, dict[str, str]]:
    """A visitor who has been sent to the provider, and what was sent along."""
    browser = home.visitor()
    assert "Sign in with your company" in browser.get("/sign-in").text
    answer = browser.get("/oidc/begin")
    target = urlsplit(answer.headers["Location"])
    sent = {name: values[0] for name, values in parse_qs(target.query).items()}
    provider.claims = {"sub": "subject-1", "nonce": sent["nonce"], **claims}
    return browser, sent


def test_whoever_is_bound_comes_in_with_proof_of_the_beginning(home: House, provider: Provider) -> None:
    browser, sent = begun(home, provider)
    assert sent["code_challenge_method"] == "S256"
    answer = browser.get(f"/oidc/return?code=c&state={sent['state']}")
    assert answer.status_code == 303
    assert "Nothing waits for you" in browser.get("/").text
    assert len(provider.asked["code_verifier"]) > 40


@pytest.mark.parametrize(
    "claims",
    [{"sub": "subject-2"}, {"iss": "https://other.example"}, {"aud": "another"}, {"nonce": "another"}],
    ids=["somebody else", "another issuer", "for another server", "of another sign-in"],
)
def test_nobody_else_comes_in(home: House, provider: Provider, claims: dict[str, str]) -> None:
    browser, sent = begun(home, provider, **claims)
    answer = browser.get(f"/oidc/return?code=c&state={sent['state']}")
    assert answer.status_code == 422
    assert browser.get("/").status_code == 303


def test_an_answer_that_was_not_asked_for_by_this_visitor_is_refused(home: House, provider: Provider) -> None:
    browser, sent = begun(home, provider)
    cookie = browser.client.get_cookie("grade-oidc")
    assert cookie is not None
    victim = home.visitor()
    victim.get("/sign-in")
    victim.client.set_cookie("grade-oidc", cookie.value)
    for visitor in (victim, home.visitor()):
        assert visitor.get(f"/oidc/return?code=c&state={sent['state']}").status_code == 422
        assert visitor.get("/").status_code == 303


def test_without_a_provider_there_is_no_such_page(tmp_path: Path) -> None:
    made = house(tmp_path)
    assert made.visitor().get("/oidc/begin").status_code == 404
    assert "Sign in with" not in made.visitor().get("/sign-in").text
    made.store.close()


def test_a_provider_is_named_whole_and_reached_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    assert oidc_of("", "") is None
    with pytest.raises(UsageError, match="GRADER_OIDC_SECRET"):
        oidc_of("https://login.example.com", "grader")
    monkeypatch.setenv("GRADER_OIDC_SECRET", "s")
    with pytest.raises(UsageError, match="over TLS"):
        oidc_of("http://login.example.com", "grader")
    assert oidc_of("https://login.example.com", "grader") is not None
