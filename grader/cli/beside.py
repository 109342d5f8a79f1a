"""What commands share at which a person rates: a line of input, the work without names, the anchors beside it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence

import click

WIDE = 120
"""Columns from which on the anchors stand beside the text."""


def line(prompt: str) -> str | None:
    """A line from standard input, or None at its end."""
    click.echo(prompt, nl=False)
    said = sys.stdin.readline()
    return said.strip() if said else None


@contextlib.contextmanager
def stopping(said: str) -> Iterator[None]:
    """Ctrl-C inside ends the command with `said`: what is kept, and how to go on. Raises Interrupted."""
    from grader.errors import Interrupted

    try:
        yield
    except KeyboardInterrupt as stop:
        raise Interrupted(said) from stop


def plain(text: str) -> str:
    """`text` on one line."""
    return " ".join(text.split())


def safe(text: str) -> str:
    """Text of several lines, made safe for a terminal."""
    from grader.errors import visible

    return "\n".join(visible(line, 2_000) for line in text.splitlines())


def show(text: Sequence[str], levels: Mapping[int, str]) -> None:
    """The anchors beside the text on a wide terminal. On a narrow one, and where the text is longer than the screen,
    they stand below it: they are what is looked at when the level is asked for."""
    import shutil

    width, height = shutil.get_terminal_size((100, 24))
    anchors = [f"{level}  {plain(anchor)}" for level, anchor in levels.items()]
    if width >= WIDE and len(text) <= height:
        click.echo("\n".join(_beside(text, anchors, width)))
    else:
        click.echo("\n\n".join(["\n".join(text), *anchors]) + "\n")


def rule() -> str:
    """A line across the terminal, at most a hundred columns."""
    import shutil

    return "─" * min(shutil.get_terminal_size((100, 24)).columns, 100)


def _beside(text: Sequence[str], anchors: Sequence[str], width: int) -> list[str]:
    from itertools import zip_longest
    from textwrap import wrap

    left, right = width * 6 // 10, width - width * 6 // 10 - 3
    shown = [part for line in text for part in (wrap(line, left) or [""])]
    beside = [part for anchor in anchors for part in (*wrap(anchor, right, subsequent_indent="   "), "")]
    return [f"{a:<{left}} │ {b}".rstrip() for a, b in zip_longest(shown, beside, fillvalue="")]
