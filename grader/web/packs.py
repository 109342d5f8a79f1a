"""What candidates were given, where the pack of that very version is on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.errors import ChallengeError
from grader.settings import Settings
from grader.web import visit


def instruction_of(challenge: str, version: str) -> str:
    """What candidates were asked; empty where the pack is not here."""
    root = _root(challenge, version)
    try:
        return (root / "instruction.md").read_text(encoding="utf-8") if root else ""
    except OSError:
        return ""


def given_to(challenge: str, version: str) -> Mapping[str, bytes] | None:
    """The files that candidates began with; None where the pack is not here."""
    from grader.challenge.starter import given

    root = _root(challenge, version)
    try:
        return given(root) if root else None
    except (ChallengeError, OSError):
        return None


def _root(challenge: str, version: str) -> Path | None:
    from grader.challenge.here import root_of

    return root_of(challenge, version, Settings.read(), visit.server().config.challenges)
