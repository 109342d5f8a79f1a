"""A round of a loop for one candidate: which kit it is held by, and what is drawn for them."""

from __future__ import annotations

from grader import secret
from grader.errors import UsageError, visible
from grader.loop.kits import Held, find_kit, held
from grader.loop.matrix import LoadedLoop, Round
from grader.settings import Settings


def round_of(loaded: LoadedLoop, name: str) -> Round:
    """The round called `name` that is held by a kit. Raises UsageError that names the ones there are."""
    found = next((one for one in loaded.loop.rounds if one.id == name), None)
    kits = [one.id for one in loaded.loop.rounds if one.kit]
    if found is None:
        raise UsageError(f"The loop has no round {visible(name, 60)!r}; with a kit it has {', '.join(kits) or 'none'}.")
    if not found.kit:
        raise UsageError(f"The round {name} names no kit; with a kit the loop has {', '.join(kits) or 'none'}.",
                         fix="name one in the loop's file: `kit: system-design`")  # fmt: skip
    return found


def draw(loaded: LoadedLoop, one: Round, blind: str) -> Held:
    """The round's kit as the candidate with this blind id gets it: keyed by the operator's secret, the same each time.
    Without an id a sample, drawn with what everybody knows. Raises UsageError."""
    kit = find_kit(one.kit, loaded.path)
    key = secret.of(Settings.read()) if blind else secret.FOR_CHECKS
    return held(kit, key.seed(kit.digest, f"round\0{one.id}\0{blind.strip().upper()}"))
