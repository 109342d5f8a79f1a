"""The templates, an environment that escapes and cleans whatever enters them, and the policy that seals a page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.report.text import clean

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def environment(mask: Callable[[str], str] = str) -> Environment:
    """Jinja with autoescape in HTML; every text that a template prints is cleaned and masked on its way."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=_is_html,  # noqa: S701 - true for HTML; the letter in Markdown is the one text that is not
        finalize=_finalizer(mask),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def letters(folder: Path | None, escape: Callable[[str], str] | None) -> Environment:
    """Jinja for the candidate's letter: templates in `folder` replace ours, and none can do more than print.

    `escape` is put on each text in a template that is not HTML.
    """
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=FileSystemLoader([folder, TEMPLATES] if folder else TEMPLATES),
        autoescape=_is_html,
        finalize=_finalizer(escape or str),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _is_html(name: str | None) -> bool:
    return name is None or ".html" in name


def _finalizer(mask: Callable[[str], str]) -> Callable[[Any], Any]:
    def finalize(value: Any) -> Any:
        return mask(clean(value)) if type(value) is str else value

    return finalize


@cache
def source(name: str) -> str:
    """A style sheet or script as it is put into a page."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def policy(style: str, script: str = "") -> str:
    """A Content-Security-Policy that lets exactly this style and script run, and nothing be loaded."""
    scripts = f" script-src '{_digest(script)}';" if script else ""
    return f"default-src 'none'; style-src '{_digest(style)}';{scripts} base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def css_text(text: str) -> str:
    """`text` as a quoted CSS string that nothing can break out of."""
    return '"' + re.sub(r"[^A-Za-z0-9 .,:-]", lambda found: f"\\{ord(found[0]):x} ", clean(text)) + '"'
