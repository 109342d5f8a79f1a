"""What a command says about where its settings and its challenge come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.challenge import Pack
    from grader.settings import Settings


def settings_for(*sources: str) -> Settings:
    """The settings in force for `sources`; what was passed over is said on standard error. Raises UsageError."""
    from grader.settings import Settings

    found = Settings.read(*sources)
    for note in found.notes:
        click.echo(f"grade: {note}", err=True)
    return found


def store_at(named: str) -> str:
    """The address of the store that a command opens: `named`, else that of the settings. One that nobody named is only
    opened where this operator's grader made it: it may have come with a submission. Raises UsageError."""
    from grader.settings import Settings

    if named:
        return named
    from grader.store.vouched import found

    return found(Settings.read())


def origin(root: Path, about: Mapping[str, object], settings: Settings) -> list[tuple[str, str]]:
    """For the end of a run: the challenge with folder and digest where it is not a shipped one, and the files that
    settings came from. `about` has its id and digest. Safe for a candidate."""
    from grader.errors import visible
    from grader.settings import is_shipped

    lines = [] if is_shipped(root) else [("challenge", _pack(root, str(about["id"]), str(about["digest"])))]
    return [*lines, *(("settings", visible(str(path))) for path in settings.read_from)]


def say_origin(pack: Pack, settings: Settings) -> None:
    """`origin` on standard error, for commands whose output is for programs or is no run."""
    for name, text in origin(pack.root, {"id": pack.id, "digest": pack.digest}, settings):
        click.echo(f"{name}: {text}", err=True)


def _pack(root: Path, name: str, digest: str) -> str:
    from grader.errors import visible
    from grader.settings import PLACES

    other = (PLACES.shipped / "challenges" / name / "challenge.yaml").is_file()
    told = ", not the shipped one of that id" if other else ""
    return f"{name} from {visible(str(root))}{told} ({digest[:19]})"
