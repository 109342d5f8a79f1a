"""What in a source file is code, what is comment, and what is string: by line, with line numbers kept."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal

Kind = Literal["code", "document", "data"]
Place = tuple[int, int]
"""Line (from 1) and column (from 0), as the tokenizer counts."""

_PYTHON = {".py", ".pyi", ".ipynb"}
_SLASH = {
    ".js", ".jsx", ".mjs", ".ts", ".tsx", ".go", ".rs", ".java", ".kt", ".c", ".h", ".cc", ".cpp", ".hpp", ".cs",
    ".swift", ".scala", ".php", ".css", ".dart",
}  # fmt: skip
_HASH = {".sh", ".bash", ".rb", ".r", ".pl", ".jl", ".tf", ".mk"}
_DASH = {".sql", ".lua", ".hs"}
_DOCUMENT = {"", ".md", ".markdown", ".rst", ".txt", ".adoc", ".org", ".html", ".htm", ".tex", ".svg", ".xml"}
_NAMES = {"Dockerfile": ".sh", "Makefile": ".mk", "Justfile": ".sh"}

_STRING = r"(?P<string>\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?|`(?:[^`\\]++|\\.)*+`?)"
"""A string that is not closed ends with its line, or the file: nothing is gone over twice."""
_COMMENTS = {
    "slash": re.compile(_STRING + r"|(?P<comment>//[^\n]*+|/\*.*?(?:\*/|\Z))", re.DOTALL),
    "hash": re.compile(_STRING + r"|(?P<comment>#[^\n]*+)", re.DOTALL),
    "dash": re.compile(_STRING + r"|(?P<comment>--[^\n]*+|/\*.*?(?:\*/|\Z))", re.DOTALL),
}
_ROUGH = re.compile(
    r"(?P<doc>(?:\"\"\"|''').*?(?:\"\"\"|'''|\Z))|(?P<string>\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?)|"
    r"(?P<comment>#[^\n]*+)",
    re.DOTALL,
)
LONGEST_LINE = 1_000
"""Longer lines are not cut into tokens one by one: Python's own way to do that takes their length squared."""


def suffix(path: str) -> str:
    """The suffix of `path` in lower case; well-known names without one count as their language."""
    name = PurePosixPath(path)
    return _NAMES.get(name.name, name.suffix.lower())


def kind_of(path: str) -> Kind:
    """Whether `path` is code, a document or data, by its name."""
    end = suffix(path)
    if end in _PYTHON | _SLASH | _HASH | _DASH:
        return "code"
    return "document" if end in _DOCUMENT else "data"


def is_about_code(globs: list[str] | tuple[str, ...]) -> bool:
    """Whether a criterion whose evidence is `globs` rests on code alone."""
    return bool(globs) and all(suffix(glob) != "" and kind_of(glob) == "code" for glob in globs)


def without_comments(text: str, path: str) -> str:
    """`text` with comments and docstrings blanked; lines stay where they are."""
    return _strip(text, path, strings=False)


def without_words(text: str, path: str) -> str:
    """`text` with comments, docstrings and the contents of strings blanked; lines stay where they are."""
    return _strip(text, path, strings=True)


def _strip(text: str, path: str, *, strings: bool) -> str:
    end = suffix(path)
    if end in _PYTHON:
        if max(map(len, text.split("\n"))) > LONGEST_LINE:
            return _rough(_ROUGH, text, strings=strings)
        try:
            return _strip_python(text, strings=strings)
        except (tokenize.TokenError, SyntaxError, IndexError, ValueError):
            return _rough(_ROUGH, text, strings=strings)
    style = "slash" if end in _SLASH else "hash" if end in _HASH else "dash" if end in _DASH else ""
    return _rough(_COMMENTS[style], text, strings=strings) if style else text


def _rough(pattern: re.Pattern[str], text: str, *, strings: bool) -> str:
    comments = _comments_of(pattern)

    def blank(found: re.Match[str]) -> str:
        if found.lastgroup == "string":
            if len(found[0]) < 2 or found[0][0] != found[0][-1]:  # not closed: an apostrophe, and what stands behind it
                return comments.sub(blank, found[0])
            return found[0][0] + "\n" * found[0].count("\n") + found[0][-1] if strings else found[0]
        return "\n" * found[0].count("\n")

    return pattern.sub(blank, text)


@lru_cache(maxsize=8)
def _comments_of(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """`pattern` without its strings."""
    return re.compile(pattern.pattern[pattern.pattern.index("(?P<comment>") :], re.DOTALL)


def _strip_python(text: str, *, strings: bool) -> str:
    lines = [list(line) for line in text.split("\n")]
    for start, end, is_string in _spans(text):
        if strings or not is_string:
            _blank(lines, start, end)
    return "\n".join("".join(line) for line in lines)


@lru_cache(maxsize=4)
def _spans(text: str) -> tuple[tuple[Place, Place, bool], ...]:
    """What is not code: (start, end, whether it is the inside of a string). Cached, as both readings of a file need it.

    Raises what the tokenizer raises for text that is not Python.
    """
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    alone = _docstrings(tokens)
    middle = getattr(tokenize, "FSTRING_MIDDLE", -1)
    spans: list[tuple[Place, Place, bool]] = []
    for token in tokens:
        if token.type == tokenize.COMMENT or token.start in alone:
            spans.append((token.start, token.end, False))
        elif token.type == middle:
            spans.append((token.start, token.end, True))
        elif token.type == tokenize.STRING:
            spans += _inside(token)
    return tuple(spans)


def _docstrings(tokens: Sequence[tokenize.TokenInfo]) -> set[Place]:
    """Where strings start that stand alone as a statement."""
    layout = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
    spoken = [token for token in tokens if token.type not in (tokenize.NL, tokenize.COMMENT)]
    return {
        token.start
        for before, token, after in zip([None, *spoken], spoken, [*spoken[1:], None], strict=False)
        if token.type == tokenize.STRING
        and (before is None or before.type in layout)
        and (after is None or after.type in (tokenize.NEWLINE, tokenize.ENDMARKER))
    }


def _inside(token: tokenize.TokenInfo) -> list[tuple[Place, Place, bool]]:
    opened = re.match(r"[A-Za-z]*(\"\"\"|'''|\"|')", token.string)
    if opened is None:
        return []
    start = (token.start[0], token.start[1] + opened.end())
    return [(start, (token.end[0], token.end[1] - len(opened[1])), True)]


def _blank(lines: list[list[str]], start: tuple[int, int], end: tuple[int, int]) -> None:
    for row in range(start[0], end[0] + 1):
        line = lines[row - 1]
        first = start[1] if row == start[0] else 0
        last = end[1] if row == end[0] else len(line)
        line[first:last] = " " * (min(last, len(line)) - first)
