"""The templates, an environment that escapes and cleans whatever enters them, and the policy that seals a page."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.pages.text import clean
from grader.settings import PLACES

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment
    from jinja2.runtime import Context

KIT = Path(__file__).parent / "templates"
"""What every page shares: its style, its script, its macros."""


@cache
def pages(*folders: Path) -> Environment:
    """Jinja for our own pages, from templates in `folders`, the first first, and the kit's. Every text that a template
    prints is cleaned on its way, and goes through the function that the page was given as `mask`. Compiled templates
    are kept: compiling takes longer than all the rest."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    @pass_context
    def finalize(context: Context, value: Any) -> Any:
        return context["mask"](clean(value)) if type(value) is str else value

    return Environment(
        loader=FileSystemLoader([*folders, KIT]),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled("page"),
    )


def letters(own: Path, folder: Path | None, escape: Callable[[str], str] | None) -> Environment:
    """Jinja for the candidate's letter: templates in `folder` replace those in `own`, and none can do more than print.

    `escape` is put on each text in a template that is not HTML.
    """
    return _sandboxed(own, folder, escape) if folder else _shipped_letters(own, escape)


@cache
def _shipped_letters(own: Path, escape: Callable[[str], str] | None) -> Environment:
    """The same for many letters: what a company has in a folder of its own may change between two of them."""
    return _sandboxed(own, None, escape)


def _sandboxed(own: Path, folder: Path | None, escape: Callable[[str], str] | None) -> Environment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    def finalize(value: Any) -> Any:
        return (escape or str)(clean(value)) if type(value) is str else value

    return SandboxedEnvironment(
        loader=FileSystemLoader([folder, own] if folder else own),
        autoescape=escape is None,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=None if folder else _compiled("letter-html" if escape is None else "letter-text"),
    )


def _compiled(kind: str) -> BytecodeCache:
    """Compiled templates between processes, apart for each `kind` of environment: whether texts are escaped is decided
    when a template is compiled. Where the folder cannot be read or written, nothing is kept."""
    from jinja2 import BytecodeCache, __version__
    from jinja2.bccache import Bucket

    folder = PLACES.cache / "templates" / f"{kind}-jinja-{__version__}"

    class Kept(BytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            with contextlib.suppress(OSError), (folder / bucket.key).open("rb") as file:
                bucket.load_bytecode(file)

        def dump_bytecode(self, bucket: Bucket) -> None:
            with contextlib.suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                partial = folder / f"{bucket.key}.{os.getpid()}"
                partial.write_bytes(bucket.bytecode_to_string())
                partial.replace(folder / bucket.key)

    return Kept()


@cache
def source(name: str) -> str:
    """A style sheet or script of the kit, as it is put into a page."""
    return (KIT / name).read_text(encoding="utf-8")


def policy(style: str, script: str = "") -> str:
    """A Content-Security-Policy that lets exactly this style and script run, and nothing be loaded."""
    scripts = f" script-src '{_digest(script)}';" if script else ""
    return f"default-src 'none'; style-src '{_digest(style)}';{scripts} base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def css_text(text: str) -> str:
    """`text` as a quoted CSS string that nothing can break out of."""
    return '"' + re.sub(r"[^A-Za-z0-9 .,:-]", lambda found: f"\\{ord(found[0]):x} ", clean(text)) + '"'
