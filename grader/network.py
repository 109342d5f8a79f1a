"""Why something on the network did not answer, in words, for every client that there is: one walk along the chain of
exceptions, and one reading of the words of programs such as git.

A sentence names the cause and, where a setting decides it, the setting.
"""

from __future__ import annotations

import errno
import re
import socket
import urllib.parse
from collections.abc import Iterator

from grader.errors import visible

_MOST = 40
CERTIFICATE = "its certificate is not trusted here; SSL_CERT_FILE names a file with the certificates of your own"
NO_TLS = "it does not speak TLS at that port: http:// instead of https://?"
TLS_ONLY = "it speaks TLS at that port: https:// instead of http://?"
NO_NAME = "its name is not known (DNS)"
REFUSED = "nothing listens there (connection refused)"
CLOSED = "it closed the connection without an answer"
SLOW = "it did not answer in time"
NO_ROUTE = "there is no route to it"
SOCKS = "the proxy {proxy} is a SOCKS proxy, which needs a package that is not installed: pip install socksio"


def chain(problem: BaseException) -> Iterator[BaseException]:
    """`problem` and what lies behind it: causes, contexts, and the reasons that libraries put into arguments."""
    waiting, seen = [problem], set[int]()
    while waiting and len(seen) < _MOST:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [found for found in inner if isinstance(found, BaseException)]


def why(problem: BaseException, url: str = "") -> str:
    """What kept `problem` from being an answer, as a phrase about the other side ("it …"). `url` is what was asked: a
    proxy that lies on the way is named."""
    found = list(chain(problem))
    proxy = proxy_of(url)
    if proxy and any("SOCKS" in str(one) for one in found if isinstance(one, ImportError | ValueError)):
        return SOCKS.format(proxy=proxy)
    through = f" (asked through the proxy {proxy})" if proxy else ""
    for one in found:
        if phrase := _phrase(one):
            return phrase + through
    return from_words(" ".join(map(str, found))) or f"{visible(_deepest(found), 160)}{through}"


def _phrase(problem: BaseException) -> str:
    """For errors whose type says it. The order matters: many are kinds of OSError."""
    import ssl  # here, as below: each grading asks what an address is, and few ask anything of the network

    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"{CERTIFICATE} ({problem.verify_message})"
    if isinstance(problem, ssl.SSLError):
        return NO_TLS if "WRONG_VERSION" in str(problem) or "RECORD_LAYER" in str(problem) else f"TLS failed: {problem}"
    if isinstance(problem, socket.gaierror):
        return NO_NAME
    if isinstance(problem, ConnectionRefusedError):
        return REFUSED
    if isinstance(problem, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return CLOSED
    if isinstance(problem, TimeoutError):
        return SLOW
    unreachable = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EHOSTDOWN}
    return NO_ROUTE if isinstance(problem, OSError) and problem.errno in unreachable else ""


_WORDS = (
    (r"407|proxy authentication", "the proxy wants a user name and a password (407)"),
    (r"could not resolve proxy", "the name of the proxy is not known (DNS)"),
    (r"certificate|ssl ca cert|self.signed", CERTIFICATE),
    (r"wrong version number|record layer", NO_TLS),
    (r"http request to an https server", TLS_ONLY),
    (
        r"could not resolve host|name or service not known|name resolution|nodename nor servname|no such host",
        NO_NAME,
    ),
    (r"host key verification failed", "its host key is not known: connect once with ssh, and confirm the key"),
    (r"permission denied \(", "it took none of the SSH keys that are offered (ssh-add -l lists them)"),
    (
        r"authentication failed|could not read (username|password)|terminal prompts disabled|invalid username",
        "it wants a user name and a token: put them into the address (https://USER:TOKEN@…) or use ssh",
    ),
    (r"connection refused", REFUSED),
    (r"timed out|timeout", SLOW),
    (r"network is unreachable|no route to host", NO_ROUTE),
    (r"without sending|closed by remote|reset by peer|hung up|disconnected|incomplete|peer closed", CLOSED),
    (r"returned error: 5\d\d", "it has a fault of its own; try again later"),
    (r"returned error: 429", "it is over its limit of requests; try again later"),
)


def from_words(text: str) -> str:
    """The cause that a program's or a library's own words tell, as `why` says it; empty where they tell none."""
    said = text.lower()
    return next((phrase for pattern, phrase in _WORDS if re.search(pattern, said)), "")


def _deepest(found: list[BaseException]) -> str:
    telling = [one for one in found if not isinstance(one, NameError | LookupError | TypeError | AttributeError)]
    words = [str(one) for one in telling if str(one).strip()]
    return without_login(words[-1]) if words else type(found[-1]).__name__


def parts_of(url: str) -> urllib.parse.SplitResult:
    """As `urlsplit`; with nothing in it where the address is none: that one raises for a bracket, and later for a port,
    and addresses come from candidates, headers and settings."""
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError:
        return urllib.parse.SplitResult("", "", "", "", "")
    return parts


def proxy_of(url: str) -> str:
    """The variable and the address, without a password, of the proxy that requests to `url` go through; empty for
    none."""
    import urllib.request

    parts = parts_of(url)
    known = urllib.request.getproxies()
    host = parts.hostname or ""
    if not host or urllib.request.proxy_bypass(host):
        return ""
    kind = parts.scheme if known.get(parts.scheme) else "all"
    return f"{kind.upper()}_PROXY={without_login(known[kind])}" if known.get(kind) else ""


def without_password(text: str) -> str:
    """`text` with no password in the addresses that stand in it; a user's name stays."""
    return re.sub(r"(?<=://)([^/@\s:#]*):[^/@\s#]*@", r"\1@", text)


_SECRET = re.compile(r"(?i)([?&;][\w.-]{0,40}(?:token|key|secret|passw|pwd|auth|sig|cred)[\w.-]{0,40}=)[^&;#\s'\"]+")
"""A field of an address that is as good as a password."""


def without_login(text: str) -> str:
    """`text` with no user name, password or token in the addresses that stand in it."""
    return _SECRET.sub(r"\1…", re.sub(r"(?<=://)[^/\s]*@", "", text))


def without_secrets(address: str) -> str:
    """As `without_login`, for a text that is one address, however it is written: a password may hold blanks, `@`, `#`
    or `/` that nobody encoded."""
    scheme, sign, rest = address.partition("://")
    head, slash, path = rest.partition("/")
    cut = ":" in head and "@" not in head and not re.search(r":\d{0,5}$", head)
    if sign and cut and "@" in path:
        head, slash, path = path.rpartition("@")[2].partition("/")
    return without_login(f"{scheme}{sign}{head.rpartition('@')[2] if sign else head}{slash}{path}")
