"""Text of any language cut into tokens that renaming, reformatting and comments do not change.

Names become one token, literals another; keywords and operators stay. Prose is cut into words. The patterns match
whatever comes, in time proportional to its length: a string or comment that is never closed ends with its line or file.
"""

from __future__ import annotations

import re
import zlib

import numpy as np

MOST_BYTES = 400_000
"""More of a file is not looked at."""

CODE = (".py", ".pyi", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".java", ".kt", ".go", ".rs", ".c", ".h", ".cc", ".cpp",
        ".hpp", ".cs", ".rb", ".php", ".swift", ".scala", ".sh", ".sql", ".r", ".jl", ".ipynb")  # fmt: skip
PROSE = (".md", ".txt", ".rst", ".tex")

_HASH_COMMENTS = (".py", ".pyi", ".rb", ".sh", ".r", ".jl", ".ipynb")
_STRINGS = r"""\"{3}(?:[^\\"]++|\\.|"(?!""))*+(?:\"{3}|\Z)|'{3}(?:[^\\']++|\\.|'(?!''))*+(?:'{3}|\Z)"""
_STRINGS += r"""|"(?:[^"\\\n]++|\\.)*+"?|'(?:[^'\\\n]++|\\.)*+'?|`(?:[^`\\]++|\\.)*+`?"""
_REST = r"(?P<number>\d[\w.]*+)|(?P<name>[^\W\d]\w*+)|(?P<space>\s++)|(?P<sign>[<>=!+*/%&|^:~-]=|->|=>|&&|\|\||.|\\)"
_FLAGS = re.DOTALL
_HASHED = re.compile(rf"(?P<comment>\#[^\n]*+)|(?P<string>{_STRINGS})|{_REST}", _FLAGS)
_SLASHED = re.compile(
    rf"(?P<comment>//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))|(?P<string>{_STRINGS})|{_REST}", _FLAGS
)
_WORDS = re.compile(r"\w++")

_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """and as assert async await break case catch class const continue def default del do elif else enum except
        extends false finally fn for from func function global if impl implements import in interface is lambda let
        match new nil none nonlocal not null or package pass private protected public raise return self static struct
        super switch this throw true try type var void while with yield""",
    )
)
NAME, LITERAL, NUMBER = "n", "s", "0"


class Cut:
    """The tokens of one file as numbers, with the line (from 1) of each. `numbers` and `lines` have the same length."""

    def __init__(self, numbers: np.ndarray, lines: np.ndarray, prose: bool) -> None:
        self.numbers, self.lines, self.prose = numbers, lines, prose


def cut(path: str, content: bytes) -> Cut | None:
    """The tokens of `content`; nothing for a file that is neither code nor prose."""
    name = path.lower()
    if not name.endswith((*CODE, *PROSE)):
        return None
    text = content[:MOST_BYTES].decode("utf-8", "replace")
    prose = name.endswith(PROSE)
    tokens, places = _words(text) if prose else _code(text, _HASHED if name.endswith(_HASH_COMMENTS) else _SLASHED)
    known: dict[str, int] = {}
    numbers = np.fromiter((_number(token, known) for token in tokens), dtype=np.uint64, count=len(tokens))
    return Cut(numbers, _lines(text, places), prose)


def _words(text: str) -> tuple[list[str], list[int]]:
    found = list(_WORDS.finditer(text))
    return [word[0].casefold() for word in found], [word.start() for word in found]


def _code(text: str, pattern: re.Pattern[str]) -> tuple[list[str], list[int]]:
    tokens, places = [], []
    for found in pattern.finditer(text):
        kind = found.lastgroup
        if kind in {"space", "comment"}:
            continue
        token = found[0]
        if kind == "name":
            token = token if token.lower() in _KEYWORDS else NAME
        elif kind != "sign":
            token = NUMBER if kind == "number" else LITERAL
        tokens.append(token)
        places.append(found.start())
    return tokens, places


def _number(token: str, known: dict[str, int]) -> int:
    if token not in known:
        known[token] = zlib.crc32(token.encode("utf-8", "surrogatepass")) + 1
    return known[token]


def _lines(text: str, places: list[int]) -> np.ndarray:
    breaks = np.fromiter((found.start() for found in re.finditer("\n", text)), dtype=np.int64)
    return np.searchsorted(breaks, np.asarray(places, dtype=np.int64)) + 1
