"""Source code as lines of HTML, coloured by Pygments within bounds that hostile files cannot stretch."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import PurePosixPath
from typing import Any

_LEXERS = {
    "py": "python.PythonLexer", "pyi": "python.PythonLexer",
    "js": "javascript.JavascriptLexer", "mjs": "javascript.JavascriptLexer", "jsx": "javascript.JavascriptLexer",
    "ts": "javascript.TypeScriptLexer", "tsx": "javascript.TypeScriptLexer",
    "json": "data.JsonLexer", "jsonl": "data.JsonLexer", "ipynb": "data.JsonLexer",
    "yaml": "data.YamlLexer", "yml": "data.YamlLexer", "toml": "configs.TOMLLexer", "ini": "configs.IniLexer",
    "cfg": "configs.IniLexer", "sh": "shell.BashLexer", "bash": "shell.BashLexer", "sql": "sql.SqlLexer",
    "html": "html.HtmlLexer", "css": "css.CssLexer", "go": "go.GoLexer",
    "rs": "rust.RustLexer", "java": "jvm.JavaLexer", "kt": "jvm.KotlinLexer", "c": "c_cpp.CLexer",
    "h": "c_cpp.CLexer", "cpp": "c_cpp.CppLexer", "cs": "dotnet.CSharpLexer", "rb": "ruby.RubyLexer",
    "dockerfile": "configs.DockerLexer", "makefile": "make.MakefileLexer",
}  # fmt: skip
"""Ending, or whole name where there is none → lexer: a table, because guessing reads all the lexers there are. Markdown
is not in it: its lexer imports a dozen others, and the page shows it rendered beside the source."""

MOST_CHARACTERS = 40_000
"""Of one file. Beyond it, and with a line longer than `LONGEST_LINE`, a file is shown without colours."""
LONGEST_LINE = 1_000
_SECONDS = 0.5
"""Safety net for one file. The bounds above keep every lexer of the table far below it."""


def lexer_name(path: str) -> str:
    """The entry of the table for `path`; empty where files of its kind are shown plain."""
    name = PurePosixPath(path).name.lower()
    ending = name.rsplit(".", 1)[-1] if "." in name else name
    return _LEXERS.get(ending, "")


def highlighted(lines: list[str], path: str) -> list[str]:
    """`lines` as HTML, one entry a line, escaped; with colours where the file is small enough and of a known kind."""
    name = lexer_name(path)
    total = sum(map(len, lines)) + len(lines)
    if not name or total > MOST_CHARACTERS or max(map(len, lines), default=0) > LONGEST_LINE:
        return [escape(line, quote=False) for line in lines]
    module, kind = name.rsplit(".", 1)
    lexer = getattr(importlib.import_module(f"pygments.lexers.{module}"), kind)(stripnl=False, ensurenl=False)
    return _lines("\n".join(lines), lexer)


def _lines(text: str, lexer: Any) -> list[str]:
    rows: list[str] = []
    row: list[str] = []
    for mark, piece in _joined(_tokens(text, lexer)):
        for number, part in enumerate(piece.split("\n")):
            if number:
                rows.append("".join(row))
                row = []
            if part:
                shown = escape(part, quote=False)
                row.append(f'<i class="{mark}">{shown}</i>' if mark and not part.isspace() else shown)
    return [*rows, "".join(row)]


def _joined(tokens: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Neighbours of one colour as one piece: half the size of a page."""
    last, pieces = "", list[str]()
    for mark, piece in tokens:
        if mark != last and pieces:
            yield last, "".join(pieces)
            pieces = []
        last = mark
        pieces.append(piece)
    if pieces:
        yield last, "".join(pieces)


def _tokens(text: str, lexer: Any) -> Iterator[tuple[str, str]]:
    """Colour and text, in order, nothing lost: what the lexer cannot finish in time stays plain."""
    marks: dict[Any, str] = {}
    done, until = 0, time.monotonic() + _SECONDS
    for number, (at, kind, piece) in enumerate(lexer.get_tokens_unprocessed(text)):
        if at != done or (number % 512 == 0 and time.monotonic() > until):
            break
        done += len(piece)
        mark = marks.get(kind)
        if mark is None:
            mark = marks[kind] = _mark(str(kind))
        yield mark, piece
    if done < len(text):
        yield "", text[done:]


_MARKS = (
    ("Token.Comment", "c"), ("Token.Literal.String.Doc", "c"), ("Token.Literal.String", "s"), ("Token.Keyword", "k"),
    ("Token.Operator.Word", "k"), ("Token.Literal.Number", "m"), ("Token.Name.Function", "f"),
    ("Token.Name.Class", "f"), ("Token.Name.Tag", "k"), ("Token.Generic.Heading", "k"),
    ("Token.Generic.Subheading", "k"), ("Token.Generic.Strong", "k"),
)  # fmt: skip


def _mark(kind: str) -> str:
    return next((mark for name, mark in _MARKS if kind.startswith(name)), "")
