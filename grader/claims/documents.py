"""What a submission claims: commands with what they are said to print, and figures, each tied to a command or to none.

Commands come from console blocks of documents, from the line beside a figure, and from `claims.yaml`:

    - command: python measure.py data
      figure: 92 %
    - {command: python bench.py, prints: "p95 0.8 ms", within: 0.3, repeats: 3}

All of it is the candidate's: sizes and counts are bounded here, and what cannot be read is said, not raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from grader.challenge import strict_yaml
from grader.claims import figures
from grader.claims.numbers import Number, most_room, numbers
from grader.errors import UsageError, visible
from grader.pages.decode import decode

NAME = "claims.yaml"
MOST_COMMANDS = 12
MOST_FIGURES = 200
MOST_REPEATS = 5
MOST_NOTES = 100
_BYTES = 200_000
"""Of a document, and of all documents five times that; more is not read."""
_YAML_BYTES = 64_000
_LINE = 2_000
_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)")
_CONSOLE = frozenset({"", "console", "sh", "bash", "shell", "shell-session", "text", "terminal", "zsh"})
_PROMPT = re.compile(r"^[ \t]*\$[ \t]+(\S[^\n]*)$")
_BLANK = re.compile(r"<[A-Za-z][^<>\n]{0,60}>|…|\.\.\.(?:\s|$)")


class Command(NamedTuple):
    """A command of the candidate's. `blank`: what in it is still to be filled in, so that it cannot be run."""

    text: str
    path: str
    line: int
    repeats: int = 1
    blank: str = ""


class Stated(NamedTuple):
    """A figure that is stated: where, the line it stands in, and by which command (its place in the list)."""

    path: str
    line: int
    text: str
    figure: str
    command: int | None = None
    printed: str = ""
    """The line that the command is said to print, where the figure stands in one."""
    at: int = 0
    """Which number of that line it is."""
    within: float | None = None

    @property
    def number(self) -> Number:
        return numbers(self.figure)[0]


@dataclass(frozen=True, kw_only=True)
class Claims:
    """All that was found. `notes`: what was not read, or not taken, one sentence each."""

    commands: tuple[Command, ...] = ()
    stated: tuple[Stated, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Found:
    commands: list[Command] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def command(self, text: str, path: str, line: int, repeats: int = 1) -> int | None:
        """The place of a command in the list, put there where it is new; None where the list is full."""
        text = text.strip()
        for at, known in enumerate(self.commands):
            if known.text == text:
                self.commands[at] = known._replace(repeats=max(known.repeats, repeats))
                return at
        if len(self.commands) >= MOST_COMMANDS:
            self.note(f"More than {MOST_COMMANDS} commands are named; the others were not run.")
            return None
        blank = _BLANK.search(text)
        self.commands.append(Command(text, path, line, repeats, blank[0].strip() if blank else ""))
        return len(self.commands) - 1

    def state(self, one: Stated) -> None:
        if len(self.stated) < MOST_FIGURES:
            self.stated.append(one)
        else:
            self.note(f"More than {MOST_FIGURES} figures are stated; the others were not looked at.")

    def note(self, text: str) -> None:
        if len(self.notes) == MOST_NOTES:
            self.notes.append("More was not taken, which is not listed.")
        if len(self.notes) < MOST_NOTES and text not in self.notes:
            self.notes.append(text)


def read(files: Mapping[str, bytes], given: Mapping[str, bytes] | None = None) -> Claims:
    """What the documents of a submission claim; those that were `given` and are unchanged claim nothing. Never raises:
    what is wrong with them is a note."""
    found, given = _Found(), given or {}
    files = {path: content for path, content in files.items() if given.get(path) != content}
    if NAME in files:
        _from_yaml(files[NAME], found)
    texts = _texts(files, found)
    prose: list[tuple[str, int, Sequence[str]]] = []
    for path, lines in texts.items():
        prose += [(path, number, lines) for number in _blocks(path, lines, found)]
    for path, number, lines in prose:
        _from_line(path, number, lines, found)
    return Claims(commands=tuple(found.commands), stated=tuple(found.stated), notes=tuple(found.notes))


def of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of `files` that `read` looks at: a submission may hold a hundred times as much."""
    return {path: content for path, content in files.items() if path == NAME or figures.is_document(path)}


def _texts(files: Mapping[str, bytes], found: _Found) -> dict[str, Sequence[str]]:
    """Document → its lines, as far as they are read."""
    texts: dict[str, Sequence[str]] = {}
    left = 5 * _BYTES
    for path in sorted(path for path in files if figures.is_document(path)):
        most = min(_BYTES, left)
        if len(files[path]) > most:
            found.note(f"Of {visible(path, 80)} only the first {most:,} bytes were looked at.")
        decoded = decode(files[path][:most]) if most else None
        left -= min(len(files[path]), most)
        if decoded is not None:
            texts[path] = [line[:_LINE] for line in decoded.text.split("\n")]
    return texts


# ---------------------------------------------------------------------------------------------- console blocks


def _blocks(path: str, lines: Sequence[str], found: _Found) -> Iterator[int]:
    """Takes commands and what they print out of the fenced blocks; gives the numbers of all lines outside of them."""
    fence, console, current = "", False, None
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2]:
                fence, current = "", None
            elif console:
                current = _console_line(path, number, line, current, found)
        elif mark:
            fence, console, current = mark[1], mark[2].lower() in _CONSOLE, None
        else:
            yield number


def _console_line(path: str, number: int, line: str, current: int | None, found: _Found) -> int | None:
    """One line of a console: a command, which then is the current one, or what the current one printed."""
    prompt = _PROMPT.match(line)
    command = prompt[1] if prompt else figures.command_in(line) if figures.COMMAND.fullmatch(line.strip()) else ""
    if command:
        return found.command(command.split("  #")[0], path, number)
    for at, one in enumerate(numbers(line)):
        found.state(Stated(path, number, figures.shortened(line), one.text, current, line.strip(), at))
    return current


# ---------------------------------------------------------------------------------------------- prose


def _from_line(path: str, number: int, lines: Sequence[str], found: _Found) -> None:
    line = lines[number - 1]
    for named in figures.commands_in(line):
        found.command(named, path, number)
    if not figures.states_one(line):
        return
    near = figures.command_near(lines, number)
    command = found.command(near, path, number) if near else None
    prose = figures.without_commands(line)
    for one in figures.FIGURE.finditer(prose):
        if prose[: one.start()].rstrip().endswith(("Python", "python")):
            continue  # a version
        text = one[0].strip()
        tied = next((s.command for s in found.stated if s.printed == "" and s.path == NAME and s.figure == text), None)
        found.state(Stated(path, number, figures.shortened(line), text, command if tied is None else tied))


# ---------------------------------------------------------------------------------------------- claims.yaml


def _from_yaml(raw: bytes, found: _Found) -> None:
    if len(raw) > _YAML_BYTES:
        found.note(f"{NAME} is larger than {_YAML_BYTES:,} bytes and was not read.")
        return
    try:
        data, lines = strict_yaml.loads(raw, NAME, UsageError)
    except UsageError as problem:
        found.note(f"{NAME} was not read: {visible(problem.message, 200)}")
        return
    rows = data.get("claims") if isinstance(data, dict) else data
    top = ("claims",) if isinstance(data, dict) else ()
    for at, row in enumerate(rows if isinstance(rows, list) else []):
        line = lines.get((*top, at), 1)
        if wrong := _row(row, line, found):
            found.note(f"{NAME}:{line} was not taken: {wrong}.")
    if not isinstance(rows, list):
        found.note(f"{NAME} is no list of claims, and was not taken.")


_KEYS = frozenset({"command", "figure", "prints", "within", "repeats"})


def _row(row: Any, line: int, found: _Found) -> str:
    """Takes one claim; what is wrong with it, or an empty text."""
    if not isinstance(row, dict) or not isinstance(row.get("command"), str) or not row["command"].strip():
        return "it has no command"
    if unknown := sorted(str(key) for key in row if key not in _KEYS):
        return f"unknown key {visible(unknown[0], 40)!r}"
    within, repeats = row.get("within"), row.get("repeats", 1)
    if within is not None and (
        isinstance(within, bool) or not isinstance(within, int | float) or not 0 <= within < 1e15
    ):
        return "within is a number, at least 0"
    if isinstance(repeats, bool) or not isinstance(repeats, int) or not 1 <= repeats <= MOST_REPEATS:
        return f"repeats is 1 to {MOST_REPEATS}"
    command = found.command(row["command"][:_LINE].replace("\n", " "), NAME, line, repeats)
    figure = str(row["figure"]) if row.get("figure") is not None else ""
    if figure and not numbers(figure):
        return "figure holds no number"
    stated = [one for text in (figure, str(row.get("prints") or "")[:_BYTES]) for one in numbers(text)]
    if within is not None and any(within > most_room(one) for one in stated):
        return "within is at most half of each figure, of a percentage a quarter: anything could be said with more"
    if figure:
        found.state(Stated(NAME, line, figures.shortened(figure), figure.strip()[:80], command, within=within))
    for printed in str(row.get("prints") or "").splitlines()[:40]:
        for at, one in enumerate(numbers(printed[:_LINE])):
            text = figures.shortened(printed)
            found.state(Stated(NAME, line, text, one.text, command, printed[:_LINE].strip(), at, within))
    return ""
