"""A submission's files as the judge sees them: decoded, made plain, without identities, cut to a budget."""

from __future__ import annotations

import bisect
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.submission import code
from grader.submission.code import Kind
from grader.submission.redact import Redactor
from grader.submission.sanitise import neutral, plain
from grader.submission.shares import shares

MAX_LINE = 2_000
"""Characters of a line that are shown; the rest of a longer line is left out and counted."""
MAX_READ = 400_000
"""Bytes of a file that are looked at; more than any person would read."""
_GUESSED = 32_768
"""Bytes that a guess at the encoding may look at: more changes nothing and costs seconds."""
MAX_LISTED = 40
"""Names of files that are not shown, for one criterion; of more, the number is told."""
_JSON_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"')


@dataclass(frozen=True, kw_only=True)
class View:
    """A text file as it may be shown. Line i of `lines` is line `numbers[i]` of the raw file."""

    path: str
    shown: str
    """The path as the judge reads it: plain and without identities."""
    kind: Kind
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    code_only: tuple[str, ...]
    """The same lines without comments and docstrings; empty lines in documents."""
    bare: tuple[str, ...]
    """The same lines without comments, docstrings and contents of strings; documents unchanged."""
    removed: Mapping[str, int] = field(default_factory=dict)
    redacted: Mapping[str, int] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        return sum(estimate_tokens(line) + 2 for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Text that matched a criterion's evidence and is not shown, and why."""

    shown: str
    what: str
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is shown for one criterion, in the order in which it is shown."""

    views: tuple[View, ...]
    cuts: tuple[Cut, ...]
    ran: Mapping[str, Mapping[int, str]] | None = None
    """What came of running the figures of these files: path → line → a sentence. None where none was looked at."""
    unread: bool = False
    """Whether they could not be looked at, so that each of them is open."""


def estimate_tokens(text: str) -> int:
    """Estimated tokens of `text`: a quarter of its ASCII characters plus all others. An estimate, for budgets only;
    it errs upwards for European languages and code."""
    others = sum(not c.isascii() for c in text) if not text.isascii() else 0
    return (len(text) - others + 3) // 4 + others


def decode(content: bytes) -> str | None:
    """The text of `content`, or None for what is not text."""
    content = content[:MAX_READ]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        if problem.start >= len(content) - 4:
            return content[: problem.start].decode("utf-8-sig")
        return _guess(content)


def _guess(content: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_GUESSED]).best()
    return content.decode(best.encoding, "replace") if best is not None else None


def shown_path(path: str, redactor: Redactor) -> str:
    """`path` as the judge may read it: plain, without identities, on one line."""
    return neutral(redactor.path(plain(path, markup=False).text)).replace("\n", " ")


def view(path: str, content: bytes, redactor: Redactor, most_tokens: int = 0) -> View | None:
    """The file `path` as it may be shown; None for what is not text. More than `most_tokens` of it are never shown (0:
    no such limit), and so what is code in it is not looked for beyond them."""
    text = decode(content)
    if text is None:
        return None
    kind = code.kind_of(path)
    notebook = _notebook(text) if path.lower().endswith(".ipynb") else None
    numbers: Sequence[int]
    text, numbers, outputs = notebook or (text, (), 0)
    cleaned = plain(text, markup=kind == "document")
    redacted, names = redactor.text(cleaned.text, handles=kind == "document")
    neutralised = neutral(redacted)
    lines = neutralised.split("\n")
    removed = Counter(cleaned.removed)
    removed["notebook outputs"] += outputs
    capped = _capped(lines, removed)
    part = "\n".join(lines[: _fitting(capped, most_tokens)] if most_tokens else lines)
    return View(
        path=path,
        shown=shown_path(path, redactor),
        kind=kind,
        lines=capped,
        numbers=tuple(numbers) or tuple(range(1, len(lines) + 1)),
        code_only=_capped(code.without_comments(part, path).split("\n"), Counter()),
        bare=_capped(code.without_words(part, path).split("\n"), Counter()),
        removed={kind: count for kind, count in removed.items() if count},
        redacted=dict(names),
        hidden=cleaned.hidden,
    )


def _capped(lines: Iterable[str], removed: Counter[str]) -> tuple[str, ...]:
    kept = []
    for line in lines:
        removed["characters of overlong lines"] += max(0, len(line) - MAX_LINE)
        kept.append(line[:MAX_LINE])
    return tuple(kept)


def _notebook(text: str) -> tuple[str, list[int], int] | None:
    """A notebook's cells as text, the raw line of each of their lines, and the number of outputs that are left out."""
    try:
        cells = json.loads(text)["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
        outputs = sum(len(cell.get("outputs", [])) for cell in cells)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    places = _places(text)
    lines: list[str] = []
    numbers: list[int] = []
    at = 0
    for kind, source in sources:
        for line in source.split("\n"):
            known = places.get(line, ()) if line else ()
            after = bisect.bisect_left(known, at)
            at = known[after] if after < len(known) else at
            lines.append(line if kind == "code" else f"# {line}")
            numbers.append(at + 1)
    return "\n".join(lines), numbers, outputs


def _places(text: str) -> dict[str, list[int]]:
    """Line of a cell → the raw lines (from 0), in order, that hold it in one of their strings."""
    found: dict[str, list[int]] = {}
    for number, raw in enumerate(text.split("\n")):
        for written in _JSON_STRING.findall(raw):
            try:
                said = json.loads(f'"{written}"', strict=False)
            except ValueError:
                continue
            for line in said.split("\n"):
                known = found.setdefault(line, [])
                if not known or known[-1] != number:
                    known.append(number)
    return found


def select(views: Sequence[View], not_text: Mapping[str, str], *, per_file: int, in_all: int) -> Selection:
    """As much of `views` as the budgets (estimated tokens) allow. Small files are shown whole; what is over is taken
    from the largest, so that filler cannot push another file out. `not_text`: path → what the judge reads for it."""
    wanted = [min(item.tokens, per_file) for item in views]
    most = shares(wanted, in_all)
    what = "not text (an image, a PDF or another binary file)"
    cuts = [Cut(shown=shown, what=what, path=path) for path, shown in list(not_text.items())[:MAX_LISTED]]
    if len(not_text) > MAX_LISTED:
        cuts.append(Cut(shown=f"{len(not_text) - MAX_LISTED:,} more files", what=what))
    kept = []
    for item, share in zip(views, most, strict=True):
        short = _shorten(item, share)
        if len(short.lines) < len(item.lines):
            first = item.numbers[len(short.lines)]
            what = f"lines {first} to {item.numbers[-1]} (over the token budget)"
            cuts.append(Cut(shown=item.shown, what=what, path=item.path))
        kept.append(short)
    return Selection(views=tuple(item for item in kept if item.lines), cuts=tuple(cuts))


def _shorten(item: View, tokens: int) -> View:
    count = _fitting(item.lines, tokens)
    return replace(item, lines=item.lines[:count], numbers=item.numbers[:count])


def _fitting(lines: Sequence[str], tokens: int) -> int:
    """How many of `lines` fit into `tokens`."""
    used = 0
    for count, line in enumerate(lines):
        used += estimate_tokens(line) + 2
        if used > tokens:
            return count
    return len(lines)
