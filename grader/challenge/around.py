"""The pack that a place lies in: what is written there would become part of it."""

from __future__ import annotations

import os
from pathlib import Path

from grader.challenge.pack import PARTS
from grader.errors import UsageError, visible


def pack_around(place: Path) -> Path | None:
    """The folder of the pack that `place` is, or lies in, once links are followed; None outside of packs."""
    real = Path(os.path.realpath(place))
    return next((folder for folder in (real, *real.parents) if all((folder / name).exists() for name in PARTS)), None)


def check_outside(place: Path, source: str = "") -> None:
    """Raises UsageError where `place`, which is to be written, lies in a pack: what is there is digested, shipped and
    handed out. What looks like a pack inside of `source`, the work that is graded, is the candidate's, and forbids
    nothing."""
    root = pack_around(place)
    if root is None or (source and root.is_relative_to(os.path.realpath(source))):
        return
    raise UsageError(
        f"{visible(str(place))} lies in the challenge {visible(str(root))}, and results of a run are no part of one.",
        fix="name a folder outside of it with --out",
    )
