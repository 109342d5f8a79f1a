"""What a rater would look up by hand: the figures that documents state, and the techniques that they name. Pure.

Nothing here judges. A figure without a command may be true, and a name without a hit may stand for honest work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

MOST = 60
"""Rows of either list; beyond it a list is not read."""
_LONGEST = 160
_NEAR = 8
"""Lines above and below a figure in which its command is looked for."""
_DOCUMENT = re.compile(r"\.(?:md|markdown|txt|rst)$", re.IGNORECASE)
_NO_CODE = re.compile(r"\.(?:jsonl?|csv|tsv|ya?ml|toml|lock|md|markdown|txt|rst|svg|html)$", re.IGNORECASE)
_FIGURE = re.compile(
    r"(?<![\w./:#-])[-+−]?(?:\d{1,3}(?:[ ,.’]\d{3}){1,6}|\d+)(?:[.,]\d+)?"
    r"(?:\s?(?:%|‰|ms|s|sec|seconds|min|minutes|h|kB|MB|GB|EUR|€|\$|tokens?|calls?|points?|x|×)(?!\w)"
    r"|\s?(?:of|out of|von)\s+(?:the\s+)?\d+|(?<=\d[.,]\d)(?![\w-])|(?<=[.,]\d\d)(?![\w-])|(?<=[.,]\d\d\d)(?![\w-]))"
)
_COMMAND = re.compile(
    r"`((?:\$ )?(?:python3?|pytest|make|uv run|bash|sh|\./)[^`\n]{0,200})`|^[ \t]*+(?:\$[ \t]+|>>>[ \t]*)?"
    r"((?:python3?|pytest|make|uv run|bash|sh)\s[^\n]{1,200})$",
    re.MULTILINE,
)
_SCRIPT = re.compile(r"[\w./-]+\.(?:py|sh|ipynb)\b|(?<=-m )[\w.]+")
_TERMS = (
    "BM25", "TF-IDF", "NFKC", "NFC", "casefold", "stemming", "stop words", "cosine", "embedding", "rerank", "RRF",
    "fuzzy", "Levenshtein", "synonym", "alias", "regex", "retry", "backoff", "idempotency", "circuit breaker",
    "timeout", "cache", "bootstrap", "confidence interval", "Wilson", "kappa", "Krippendorff", "cross-validation",
    "held-out",
    "calibration", "isotonic", "Platt", "logistic regression", "naive Bayes", "threshold", "LLM judge", "canary",
    "prompt injection", "delimiter", "schema", "lock", "transaction", "log-odds", "chi-square", "mutation",
)  # fmt: skip


class Figure(NamedTuple):
    """A line of a document that states a figure. `command`: what is named beside it; `script`: the file in it."""

    path: str
    line: int
    text: str
    command: str
    script: str
    there: bool
    """Whether the script that is named is among the files."""

    @property
    def state(self) -> str:
        """In words, whether the figure comes with a way to get it again."""
        if not self.command:
            return "no command named near it"
        if not self.script:
            return "a command is named"
        return f"{self.script} is {'there' if self.there else 'not among the files'}"


class Term(NamedTuple):
    """A technique that documents name: how often there, and in how many lines of code."""

    term: str
    documents: int
    code: int


def is_document(path: str) -> bool:
    return _DOCUMENT.search(path) is not None


def figures(texts: Mapping[str, Sequence[str]], among: Iterable[str] = ()) -> tuple[Figure, ...]:
    """The lines of the documents among `texts` (path → lines) that state a figure, in order. `among`: the files in
    which a script may be, besides."""
    paths = (*texts, *among)
    found = (
        _figure(path, number, lines, paths)
        for path, lines in texts.items()
        if is_document(path)
        for number, line in enumerate(lines, 1)
        if _FIGURE.search(line) and not _COMMAND.search(line.strip("` "))
    )
    return tuple(one for one, _ in zip(found, range(MOST), strict=False))


def _figure(path: str, number: int, lines: Sequence[str], paths: Iterable[str]) -> Figure:
    text = lines[number - 1].strip().lstrip("#>*-| ").strip()
    near = range(1, _NEAR + 1)
    around = [number, *(place for step in near for place in (number - step, number + step) if 0 < place <= len(lines))]
    command = next((_command(lines[place - 1]) for place in around if _command(lines[place - 1])), "")
    script = _SCRIPT.search(command)
    name = script[0].removeprefix("./") if script else ""
    wanted = {name, f"{name.replace('.', '/')}.py", f"{name.replace('.', '/')}/__main__.py"} if name else set()
    there = any(path in wanted or any(path.endswith(f"/{one}") for one in wanted) for path in paths)
    return Figure(path, number, text[:_LONGEST] + ("…" if len(text) > _LONGEST else ""), command, name, there)


def _command(line: str) -> str:
    found = _COMMAND.search(line)
    return (found[1] or found[2]).removeprefix("$ ").strip() if found else ""


def terms(texts: Mapping[str, Sequence[str]]) -> tuple[Term, ...]:
    """Techniques that the documents among `texts` name, those without a hit in the code first."""
    documents = "\n".join(line for path, lines in texts.items() if is_document(path) for line in lines).casefold()
    code = [line.casefold() for path, lines in texts.items() if not _NO_CODE.search(path) for line in lines]
    found = []
    for term in _TERMS:
        pattern = re.compile(
            r"(?<![a-z])" + re.escape(term.casefold()).replace(r"\-", "[- _]?").replace(r"\ ", "[ _-]?")
        )
        named = len(pattern.findall(documents))
        if named:
            found.append(Term(term, named, sum(pattern.search(line) is not None for line in code)))
    return tuple(sorted(found, key=lambda one: (one.code > 0, one.term.casefold())))
