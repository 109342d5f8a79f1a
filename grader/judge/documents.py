"""A submission's files as the judge sees them: decoded, made plain, without identities, cut to a budget."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from grader.judge import code
from grader.judge.code import Kind
from grader.judge.sanitise import neutral, plain
from grader.submission.redact import Redactor

MAX_LINE = 2_000
"""Characters of a line that are shown; the rest of a longer line is left out and counted."""
MAX_READ = 400_000
"""Bytes of a file that are looked at; more than any person would read."""


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


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is shown for one criterion, in the order in which it is shown."""

    views: tuple[View, ...]
    cuts: tuple[Cut, ...]


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

    best = from_bytes(content[:100_000]).best()
    return content.decode(best.encoding, "replace") if best is not None else None


def view(path: str, content: bytes, redactor: Redactor) -> View | None:
    """The file `path` as it may be shown; None for what is not text."""
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
    shown = redactor.path(plain(path, markup=False).text)
    return View(
        path=path,
        shown=neutral(shown).replace("\n", " "),
        kind=kind,
        lines=_capped(lines, removed),
        numbers=tuple(numbers) or tuple(range(1, len(lines) + 1)),
        code_only=tuple(code.without_comments(neutralised, path).split("\n")),
        bare=tuple(code.without_words(neutralised, path).split("\n")),
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
    raw = text.split("\n")
    lines: list[str] = []
    numbers: list[int] = []
    at = 0
    for kind, source in sources:
        for line in source.split("\n"):
            wanted = json.dumps(line, ensure_ascii=False)[1:-1], json.dumps(line)[1:-1]
            found = next((n for n in range(at, len(raw)) if line and any(w in raw[n] for w in wanted)), at)
            at = found
            lines.append(line if kind == "code" else f"# {line}")
            numbers.append(found + 1)
    return "\n".join(lines), numbers, outputs


def matching(paths: Iterable[str], globs: Sequence[str], required: Sequence[str] = ()) -> list[str]:
    """The paths that a criterion's globs name, in the grader's own order: required files first, then by the first
    glob that names them, then files near the root, then by name. A candidate's file names do not change it but
    within a folder."""

    def order(path: str) -> tuple[bool, int, int, str]:
        first = next(n for n, glob in enumerate(globs) if fnmatchcase(path, glob))
        return path not in required, first, path.count("/"), path

    return sorted((path for path in paths if any(fnmatchcase(path, glob) for glob in globs)), key=order)


def select(views: Sequence[View], not_text: Sequence[str], *, per_file: int, in_all: int) -> Selection:
    """As much of `views` as the budgets (estimated tokens) allow. Small files are shown whole; what is over is taken
    from the largest, so that filler cannot push another file out."""
    wanted = [min(item.tokens, per_file) for item in views]
    shares = _shares(wanted, in_all)
    cuts = [Cut(shown=path, what="not text (an image, a PDF or another binary file)") for path in not_text]
    kept = []
    for item, share in zip(views, shares, strict=True):
        short = _shorten(item, share)
        if len(short.lines) < len(item.lines):
            first = item.numbers[len(short.lines)]
            cuts.append(Cut(shown=item.shown, what=f"lines {first} to {item.numbers[-1]} (over the token budget)"))
        kept.append(short)
    return Selection(views=tuple(item for item in kept if item.lines), cuts=tuple(cuts))


def _shares(wanted: Sequence[int], in_all: int) -> list[int]:
    """Water-filling: everyone gets what it wants up to a common level that uses up `in_all`."""
    shares = [0] * len(wanted)
    left, waiting = in_all, sorted(range(len(wanted)), key=lambda n: wanted[n])
    while waiting:
        level = left // len(waiting)
        index = waiting.pop(0)
        shares[index] = min(wanted[index], level)
        left -= shares[index]
    return shares


def _shorten(item: View, tokens: int) -> View:
    used = 0
    for count, line in enumerate(item.lines):
        used += estimate_tokens(line) + 2
        if used > tokens:
            return replace(item, lines=item.lines[:count], numbers=item.numbers[:count])
    return item
