"""The second envelope."""

from __future__ import annotations


def change_of(dossier: dict) -> dict:
    """What is wanted otherwise than the dossier says; nothing where it came without an addendum."""
    return dossier.get("addendum", {})
