"""How a batch is watched: a live table on a terminal, a line for each submission elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from grader.batch.attempts import BatchOutcome
from grader.errors import visible
from grader.pages.text import duration

if TYPE_CHECKING:
    from grader.batch.entries import BatchEntry

_WIDTH = 32


class Display:
    """A `runner.Watcher` on standard error. Safe for threads."""

    def __init__(self, total: int, jobs: int) -> None:
        self.total, self.jobs = total, jobs
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._done = self._graded = 0
        self._slots: dict[str, str] = {}
        self._live: Any = None

    def __enter__(self) -> Display:
        if sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            from rich.console import Console
            from rich.live import Live

            console = Console(stderr=True)
            self._live = Live(get_renderable=self._table, console=console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    # ------------------------------------------------------------------------------------------------ watcher

    def started(self, entry: BatchEntry) -> None:
        self._set(entry, "starting")

    def stage(self, entry: BatchEntry, text: str) -> None:
        self._set(entry, visible(text, 70))

    def tests(self, entry: BatchEntry, done: int, total: int) -> None:
        self._set(entry, f"hidden tests {done} of {total}")

    def finished(self, outcome: BatchOutcome) -> None:
        with self._lock:
            self._slots.pop(outcome.entry.name, None)
            self._done += 1
            self._graded += outcome.attempts > 0
            line = f"[{self._done}/{self.total}] {result_line(outcome)}{self._eta()}"
        if outcome.attempts:
            self._print(line)

    def stopping(self) -> None:
        self._print("Stopping: what is in flight will be finished; Ctrl-C abandons it.")

    # ------------------------------------------------------------------------------------------------ drawing

    def _set(self, entry: BatchEntry, text: str) -> None:
        with self._lock:
            self._slots[entry.name] = text

    def _print(self, line: str) -> None:
        if self._live is not None:
            self._live.console.print(line, markup=False, highlight=False)
        else:
            click.echo(line, err=True)

    def _eta(self) -> str:
        left = self.total - self._done
        seconds = left * (time.monotonic() - self._began) / self._graded if self._graded else 0.0
        return f"  {duration(seconds)} left" if left and self._graded else ""

    def _table(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        with self._lock:
            filled = _WIDTH * self._done // max(1, self.total)
            bar = "━" * filled + "─" * (_WIDTH - filled)
            table.add_row(Text(bar), Text(f"{self._done} of {self.total}{self._eta()}"))
            for name, text in list(self._slots.items()):
                table.add_row(Text(f"  {visible(name, _WIDTH - 2)}"), Text(text))
        return table


_STATES = {
    "graded": "graded",
    "refused": "refused",
    "challenge_error": "challenge broken",
    "infrastructure_error": "not graded",
    "not_started": "not started",
}


def result_line(outcome: BatchOutcome) -> str:
    """One line about one submission; safe to show to candidates: nothing of the hidden tests is in it."""
    name = visible(outcome.entry.name, 40)
    if outcome.state == "graded":
        said = outcome.recommendation.replace("_", " ")
        return f"{name}  {outcome.score:.1f}  {said}  {outcome.seconds:.1f} s"
    reason = f": {visible(outcome.reason, 160)}" if outcome.state != "challenge_error" else ""
    return f"{name}  {_STATES[outcome.state]}{reason}"
