"""What a server needs to know, checked before it answers anybody."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.network import parts_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LOCAL = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where the pages are, where their store is, and whom the server believes what."""

    store: str = "sqlite:///grader.db"
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """Address that people type; where empty, this machine's own, over plain HTTP."""
    proxies: tuple[Network, ...] = ()
    """Peers whose `X-Forwarded-For` and user header are believed."""
    user_header: str = ""
    """Header in which a proxy names the person it has signed in; empty: no header is ever believed."""
    challenges: Path | None = None
    hand_ins: Path | None = None
    """Folder that what candidates hand in is kept in; None: beside a store in a file."""
    repositories: tuple[str, ...] = ()
    """Hosts that repositories are fetched from; empty: the usual public ones."""
    oidc: Oidc | None = None
    metrics_token: str = field(default="", repr=False)
    """What a monitor sends to read `/metrics`; empty: there is none."""
    ats_key: str = field(default="", repr=False)
    """What an applicant tracking system sends; empty: it has no address here."""
    callbacks: tuple[str, ...] = ()
    """Addresses below which an order may name the one to be told at; empty: none is ever called."""
    webhook: str = ""
    webhook_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if 0 < len(self.metrics_token) < 16:
            raise UsageError("The token for /metrics can be guessed: it takes 16 characters or more.",
                             fix="export GRADER_METRICS_TOKEN=$(openssl rand -hex 16)")  # fmt: skip
        if self.ats_key and not 16 <= len(self.ats_key) <= 170:
            raise UsageError("GRADER_ATS_KEY has 16 to 170 characters.", fix="openssl rand -hex 32")
        if self.webhook and len(self.webhook_secret) < 16:
            raise UsageError("A webhook is signed: GRADER_WEBHOOK_SECRET has 16 characters or more.",
                             fix="openssl rand -hex 32")  # fmt: skip
        for address in (*self.callbacks, *filter(None, [self.webhook])):
            _check_told(address)
        _check_address(self.host, self.public_url)
        if self.user_header and not self.proxies:
            raise UsageError(
                f"The header {self.user_header} would be believed from anybody.",
                fix="name the proxy's address: grade serve --user-header NAME --proxy 10.0.0.7",
            )

    @classmethod
    def read(cls) -> Config:
        """From the environment and grader.toml: what a server other than `grade serve` is started with."""
        import os

        from grader.settings import Settings
        from grader.store.vouched import found

        public = os.environ.get("GRADER_PUBLIC_URL", "")
        provider = oidc_of(os.environ.get("GRADER_OIDC_ISSUER", ""), os.environ.get("GRADER_OIDC_CLIENT", ""))
        proxies = LOCAL if public.startswith("https://") else ()
        hand_ins = os.environ.get("GRADER_HAND_INS", "")
        token = os.environ.get("GRADER_METRICS_TOKEN", "")
        return cls(store=found(Settings.read()), hand_ins=Path(hand_ins) if hand_ins else None, public_url=public,
                   proxies=proxies, oidc=provider, metrics_token=token, **told())  # fmt: skip

    @property
    def url(self) -> str:
        """The public address, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def prefix(self) -> str:
        """Path that all pages are below; empty where they have a host of their own."""
        return parts_of(self.url).path.rstrip("/")

    def believes(self, peer: str) -> bool:
        """Whether the machine at the other end of the connection is a proxy of ours."""
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)


@dataclass(frozen=True, kw_only=True)
class Oidc:
    """An identity provider: what its administrator hands out."""

    issuer: str
    client_id: str
    client_secret: str
    name: str = "your company's account"


def oidc_of(issuer: str, client_id: str) -> Oidc | None:
    """The provider, with its secret out of the environment; None without one. Raises UsageError."""
    import importlib.util
    import os

    if not issuer and not client_id:
        return None
    secret = os.environ.get("GRADER_OIDC_SECRET", "")
    if not (issuer and client_id and secret):
        raise UsageError("An identity provider takes --oidc-issuer, --oidc-client and GRADER_OIDC_SECRET.")
    if not issuer.startswith("https://") and not is_local(parts_of(issuer).hostname or ""):
        raise UsageError(f"The identity provider {issuer} is not reached over TLS; its address begins with https://.")
    if any(importlib.util.find_spec(name) is None for name in ("authlib", "requests")):
        raise UsageError(
            "An identity provider needs packages that are not installed.", fix="pip install 'grader[oidc]'"
        )
    return Oidc(issuer=issuer, client_id=client_id, client_secret=secret)


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and ranges as `--proxy` takes them. Raises UsageError."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError as problem:
            raise UsageError(f"--proxy {text}: {problem}. Write 10.0.0.7 or 10.0.0.0/24.") from problem
    return tuple(found)


LOCAL: tuple[Network, ...] = _LOCAL
"""This machine."""


def told() -> dict[str, Any]:
    """Whom the operator lets be told, out of the environment: secrets are no words of a command line."""
    import os

    names = os.environ.get("GRADER_ATS_CALLBACK", "").split()
    return {"ats_key": os.environ.get("GRADER_ATS_KEY", ""), "callbacks": tuple(names),
            "webhook": os.environ.get("GRADER_WEBHOOK", ""),
            "webhook_secret": os.environ.get("GRADER_WEBHOOK_SECRET", "")}  # fmt: skip


def _check_told(address: str) -> None:
    parts = parts_of(address)
    good = parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname or ""))
    if not good or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise UsageError(f"{address} is no address to tell anybody at: https://, without name, ? and #.",
                         fix="write https://app.greenhouse.io/integrations/testing_partners/")  # fmt: skip


def _check_address(host: str, url: str) -> None:
    """Passwords never cross a network in the clear."""
    public = parts_of(url)
    if url and (public.scheme not in {"http", "https"} or not public.hostname):
        raise UsageError(f"{url} is no public address; write https://grade.example.com.")
    if public.query or public.fragment:
        raise UsageError("The public address has neither ? nor #.")
    open_host = public.hostname or host
    if public.scheme != "https" and not is_local(open_host):
        raise UsageError(
            f"People would sign in to {open_host} over plain HTTP, and their passwords could be read on the way.",
            fix="put a proxy with TLS in front and name it: grade serve --public-url https://grade.example.com",
        )


def is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _LOCAL)
