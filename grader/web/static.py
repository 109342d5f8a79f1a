"""Style sheets and scripts, at addresses that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, abort, url_for
from flask.typing import ResponseReturnValue

from grader.analytics.page import own_style
from grader.loop.kit_page import kit_style
from grader.pages.templating import source

OWN = Path(__file__).parent / "static"
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_SHARED = {"page.css"}
"""Taken from the report, whose look the pages share."""
_KIT = "kit.css"
"""Taken from the loop's kits, which look on the server as they do on paper."""
_REPORT = "report.css"
"""Taken from `grade analyse`, whose charts look the same here."""
_NAMES = frozenset({"page.css", "report.css", "web.css", "web.js", "kit.css", "rate.js", "htmx.min.js", "icon.svg"})


@cache
def _content(name: str) -> bytes:
    if name == _KIT:
        return kit_style().encode()
    if name == _REPORT:
        return own_style().encode()
    return source(name).encode() if name in _SHARED else (OWN / name).read_bytes()


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:16]


def address(name: str) -> str:
    return url_for("static.file", digest=_digest(name), name=name)


def file(digest: str, name: str) -> ResponseReturnValue:
    if name not in _NAMES or digest != _digest(name):
        abort(404)
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_content(name), content_type=_KINDS[name.rsplit(".", 1)[-1]], headers=kept)
