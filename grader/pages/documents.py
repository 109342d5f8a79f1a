"""Markdown that a stranger wrote, as HTML that cannot do anything: no markup of theirs, no link, no image, no id."""

from __future__ import annotations

from typing import Any

MOST_CHARACTERS = 60_000
LONGEST_LINE = 4_000
_DEEPEST = 20
_TAGS = {
    "p", "br", "hr", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "table",
    "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def rendered(text: str) -> str | None:
    """`text` (Markdown, already clean) as safe HTML; None where it is too large to be rendered.

    Links are shown with their address but cannot be followed: following one tells its owner who reads, and when.
    Headings start at level 4, below those of the page.
    """
    if len(text) > MOST_CHARACTERS or max(map(len, text.split("\n")), default=0) > LONGEST_LINE:
        return None
    import nh3
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("link_close", _link_close)
    reader.add_render_rule("image", _image)
    reader.add_render_rule("heading_open", _heading)
    reader.add_render_rule("heading_close", _heading)
    return nh3.clean(reader.render(text), tags=_TAGS, attributes={}, link_rel=None, strip_comments=True)


def _link_open(_self: Any, tokens: Any, at: int, _options: Any, env: Any) -> str:
    env.setdefault("links", []).append(str(tokens[at].attrGet("href") or ""))
    return ""


def _link_close(_self: Any, tokens: Any, at: int, _options: Any, env: Any) -> str:
    from html import escape

    address = env["links"].pop() if env.get("links") else ""
    before = tokens[at - 1].content if at else ""
    return "" if not address or address == before else f" ({escape(address)})"


def _image(_self: Any, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    from html import escape

    return f"[image: {escape(tokens[at].content or 'no description')}]"


def _heading(_self: Any, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    level = min(6, int(tokens[at].tag[1:]) + 3)
    return f"<h{level}>" if tokens[at].nesting > 0 else f"</h{level}>\n"
