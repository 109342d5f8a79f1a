"""The letter to a candidate at the terminal: looked at, edited, kept, and released once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.review.desk import Desk
    from grader.review.records import Person


def put(
    desk: Desk, case: str, lead: Callable[[], Person], text: Path | None, *, edit: bool, release: bool
) -> None:  # fmt: skip
    """Prints the letter; where there is a new text it is kept first, and with `release` it has gone out as printed.
    Raises UsageError for a file that is no text, and for an editor that was left without saving."""
    from grader.cli.reviewed import operator

    with desk.tried():
        lead()
        said = desk.letter_text(operator(), case)
    if text is not None:
        said = read(text)
    if edit:
        said = _edited(said)
    if text is not None or edit or release:
        with desk.together():
            desk.edit_letter(operator(), case, said, release=release, by=lead())
        click.echo("Released: it stays as it is." if release else "Kept; --release lets it go out.", err=True)
    click.echo(said.rstrip("\n"))


def read(path: Path) -> str:
    from grader.errors import UsageError

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} is no text in UTF-8: {problem}.") from problem


def _edited(text: str) -> str:
    from grader.errors import UsageError

    made = click.edit(text, extension=".md")
    if made is None:
        raise UsageError("The editor was left without saving; nothing is kept.", fix="give a file: --text FILE")
    return made
