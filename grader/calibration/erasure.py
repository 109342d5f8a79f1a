"""What has been erased of the reviews that a calibration rests on: noted in calibration.json and in its page, for
whoever has the pack and no store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grader.calibration import page
from grader.judge import record
from grader.judge.record import Calibration, Erased
from grader.store.labels import items_left

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Engine


def seen(calibration: Calibration, engine: Engine) -> Calibration:
    """The calibration with what the store no longer has of it. A store that it was not made with says nothing; what was
    noted once stays."""
    left = items_left(engine, calibration.id)
    if left is None:
        return calibration
    before = calibration.erased.items if calibration.erased is not None else {}
    rested = {name: int(one.figures.get("real_items", 0)) for name, one in calibration.criteria.items()}
    gone = {name: max(before.get(name, 0), count - left.get(name, 0)) for name, count in rested.items()}
    gone = {name: count for name, count in gone.items() if count > 0}
    if gone == before:
        return calibration
    return replace(calibration, erased=Erased(items=gone, noted=datetime.now(UTC).date().isoformat()))


def note(root: Path, engine: Engine) -> Erased | None:
    """Notes in the pack in `root` what the store at `engine` no longer has of its calibration. What is new of it; None
    where nothing is. Raises ChallengeError, and InfrastructureError where the pack cannot be written."""
    known = record.read(root, {})
    found = seen(known, engine) if known is not None else None
    if known is None or found is None or found.erased is None or found.erased == known.erased:
        return None
    record.note_erased(root, found.erased)
    page.note_erased(root, found.erased)
    return found.erased
