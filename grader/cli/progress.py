"""Progress on standard error: one line that is rewritten on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import TracebackType

import click


class Progress:
    """Says what is going on. Quiet when asked, and when it is not read by a person."""

    def __init__(self, *, quiet: bool = False, left: Callable[[], str] = lambda: "") -> None:
        """`left` says how much time is left, where that is known."""
        self.quiet, self.left = quiet, left
        self.said = ""
        self.live = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.open_line = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._clear()

    def say(self, text: str) -> None:
        """A stage begins. The time that is left stands behind it; where lines stay, only where it has changed."""
        if self.quiet:
            return
        left = self.left()
        if self.live:
            self._clear()
            click.echo(f"  {text}{f', {left}' if left else ''} …", err=True, nl=False)
            self.open_line = True
        else:
            click.echo(f"{text}{f', {left}' if left and left != self.said else ''}", err=True)
            self.said = left

    def tests(self, done: int, total: int) -> None:
        """`done` of `total` hidden tests have ended."""
        if self.live and not self.quiet:
            self._clear()
            filled = 24 * done // max(1, total)
            click.echo(f"  hidden tests {'━' * filled}{'─' * (24 - filled)} {done} of {total}", err=True, nl=False)
            self.open_line = True

    def _clear(self) -> None:
        if self.open_line:
            click.echo("\r\033[2K", err=True, nl=False)
            self.open_line = False
