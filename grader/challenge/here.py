"""The pack of the very version that graded something, where it is still on this machine."""

from __future__ import annotations

from pathlib import Path

from grader.challenge.manifest import load_manifest
from grader.errors import GraderError
from grader.settings import Settings, find_challenge


def root_of(challenge: str, version: str, settings: Settings, folder: Path | None = None) -> Path | None:
    """Its folder; None where it is not here, or cannot be read. `folder`: where else packs are looked for."""
    try:
        root = find_challenge(challenge, settings, folder)
        return root if load_manifest(root).version == version else None
    except (GraderError, OSError):
        return None
