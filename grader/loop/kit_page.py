"""A kit as a page: to print, to read on a phone, without a script; for who holds the round, or for the candidate."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.loop.kits import Held
from grader.pages.templating import pages, policy, source

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    return pages(TEMPLATES)


@cache
def kit_style() -> str:
    """The style of kits, beside that of all pages."""
    return (TEMPLATES / "kit.css").read_text(encoding="utf-8")


def as_page(held: Held, *, role: str = "", round_id: str = "", who: str = "", hand_outs: bool = False) -> str:
    """One self-contained page, without scripts or network. `who`: the candidate's blind id, empty for a sample.
    `hand_outs`: only what the candidate is told and given."""
    style = source("page.css") + kit_style()
    views: dict[str, Any] = {
        "kit": held.kit, "criteria": held.criteria, "role": role, "round": round_id, "who": who,
        "hand_outs": hand_outs, "style": style, "policy": policy(style), "mask": str,
    }  # fmt: skip
    return _environment().get_template("kit.html.j2").render(views)
