"""Pages out of templates: the report's kit, with what every page of the server has around it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import g, request, url_for
from flask_wtf.csrf import generate_csrf

from grader.analytics.page import TEMPLATES as REPORT_PARTS
from grader.loop.kit_page import TEMPLATES as KIT_PARTS
from grader.pages.templating import pages
from grader.web import static, visit

if TYPE_CHECKING:
    from jinja2 import Environment

OWN = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    return pages(OWN, KIT_PARTS, REPORT_PARTS)


def page(template: str, /, **views: Any) -> str:
    """`template` with `views`, which are words and records made for it, never rows of the store."""
    from grader.web.navigation import entries

    around: dict[str, Any] = {
        "mask": str,
        "link": url_for,
        "asset": static.address,
        "form_token": form_token,
        "saved_text": "",
        "me": visit.person_or_none(),
        "navigation": entries(),
        "request_root": request.script_root,
        "scripts": (),
        "wide": False,
    }
    return _environment().get_template(template).render({**around, **views})


def form_token() -> str:
    """The token for a form on this page; the visitor gets the cookie that it belongs to."""
    g.has_form = True
    return str(generate_csrf())
