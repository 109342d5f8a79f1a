"""Figures in the text of documents, and the commands that stand beside them: the one place that finds either.

All expressions take time in proportion to the text, whatever was written (tests/test_linear.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

MOST = 60
"""Lines with figures in a list for people; beyond it a list is not read."""
_LONGEST = 160
_NEAR = 8
"""Lines above and below a figure in which its command is looked for."""
_DOCUMENT = re.compile(r"\.(?:md|markdown|txt|rst)$", re.IGNORECASE)
FIGURE = re.compile(
    r"(?<![\w./:#-])[-+−]?(?:\d{1,3}(?:[ ,.’]\d{3}){1,6}|\d+)(?:[.,]\d+)?"
    r"(?:\s?(?:%|‰|ms|s|sec|seconds|min|minutes|h|kB|MB|GB|EUR|€|\$|tokens?|calls?|points?|x|×)(?!\w)"
    r"|\s?(?:of|out of|von)\s+(?:the\s+)?\d+|(?<=\d[.,]\d)(?![\w-])|(?<=[.,]\d\d)(?![\w-])|(?<=[.,]\d\d\d)(?![\w-]))"
)
COMMAND = re.compile(
    r"`((?:\$ )?(?:(?:python3?|pytest|make|uv run|bash|sh)(?=[ `])|\./)[^`\n]{0,200})`|^[ \t]*+(?:\$[ \t]+|>>>[ \t]*)?"
    r"((?:python3?|pytest|make|uv run|bash|sh)\s[^\n]{1,200})$",
    re.MULTILINE,
)
_SCRIPT = re.compile(r"[\w./-]+\.(?:py|sh|ipynb)\b|(?<=-m )[\w.]+")


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
        if states_one(line)
    )
    return tuple(one for one, _ in zip(found, range(MOST), strict=False))


def states_one(line: str) -> bool:
    """Whether a line states a figure, beside the commands that it may name."""
    return FIGURE.search(without_commands(line)) is not None


def without_commands(line: str) -> str:
    return COMMAND.sub(" ", line)


def shortened(line: str) -> str:
    """A line of a document as a list shows it."""
    text = line.strip().lstrip("#>*-| ").strip()
    return text[:_LONGEST] + ("…" if len(text) > _LONGEST else "")


def commands_in(line: str) -> list[str]:
    """The commands that a line names."""
    return [(found[1] or found[2]).removeprefix("$ ").strip() for found in COMMAND.finditer(line)]


def command_in(line: str) -> str:
    """The first of them; empty where it names none."""
    return next(iter(commands_in(line)), "")


def command_near(lines: Sequence[str], number: int) -> str:
    """The command that is named nearest to line `number` (from 1), at most _NEAR lines away; empty for none."""
    near = range(1, _NEAR + 1)
    around = [number, *(place for step in near for place in (number - step, number + step) if 0 < place <= len(lines))]
    return next((found for place in around if (found := command_in(lines[place - 1]))), "")


def _figure(path: str, number: int, lines: Sequence[str], paths: Iterable[str]) -> Figure:
    command = command_near(lines, number)
    script = _SCRIPT.search(command)
    name = script[0].removeprefix("./") if script else ""
    wanted = {name, f"{name.replace('.', '/')}.py", f"{name.replace('.', '/')}/__main__.py"} if name else set()
    there = any(path in wanted or any(path.endswith(f"/{one}") for one in wanted) for path in paths)
    return Figure(path, number, shortened(lines[number - 1]), command, name, there)
