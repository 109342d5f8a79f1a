"""What a proxy says about a request: believed from named peers, taken away from everybody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from grader.web.config import Config

_TOLD = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PREFIX",
         "HTTP_FORWARDED", "HTTP_X_REAL_IP")  # fmt: skip
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
USER = "grader.user"
"""Where the person named by the proxy stands in the environment; no header from outside can be called so."""


class Proxy:
    """Sets the address that a request came from, the scheme of the public address, and the path below it."""

    def __init__(self, app: Wsgi, config: Config) -> None:
        self._app, self._config = app, config
        self._header = "HTTP_" + config.user_header.upper().replace("-", "_") if config.user_header else ""

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if self._config.believes(str(environ.get("REMOTE_ADDR", ""))):
            self._believe(environ)
        for name in (*_TOLD, self._header):
            environ.pop(name, None)
        environ["wsgi.url_scheme"] = "https" if self._config.secure else "http"
        prefix, path = self._config.prefix, str(environ.get("PATH_INFO", ""))
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = prefix, path[len(prefix) :]
        elif prefix:
            environ["SCRIPT_NAME"] = prefix
        return self._app(environ, start)

    def _believe(self, environ: dict[str, Any]) -> None:
        chain = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
        # The last one that is not a proxy of ours: what stands before it, whoever asked may have written.
        outside = [part for part in chain if not self._config.believes(part)]
        if outside:
            environ["REMOTE_ADDR"] = outside[-1]
        if self._header and environ.get(self._header):
            environ[USER] = str(environ[self._header])
