"""Signing in with a company's identity provider: a person is known by its issuer and subject, never by e-mail."""

from __future__ import annotations


def name() -> str:
    """What the button says; empty where no provider is configured."""
    from grader.web import visit

    provider = visit.server().config.oidc
    return provider.name if provider else ""
