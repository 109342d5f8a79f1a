"""Canaries: items of known level that ride along with gradings. When one moves, the judge is not the one calibrated."""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader import junk
from grader.judge import reading
from grader.judge.client import Client
from grader.judge.config import JudgeConfig
from grader.judge.fingerprint import model_of
from grader.judge.session import Session
from grader.judge.votes import Vote, vote

if TYPE_CHECKING:
    from grader.challenge.rubric import Criterion
    from grader.judge.record import Canary

CONFIRMATIONS = 2
"""Further questions before a canary counts as moved: one odd answer is not drift."""


@dataclass(frozen=True, kw_only=True)
class Ride:
    """A canary that rides along with one grading."""

    criterion: Criterion
    canary: Canary
    files: Mapping[str, bytes]
    rider: str
    """Asked anew for each submission, once: a canary out of the cache would say nothing."""


def rides(criterion: Criterion, session: Session) -> tuple[Ride, ...]:
    """The canary that rides along with the submission for `criterion`; mostly none, by the share configured.

    Which submissions carry one follows from their digest, so that the same submission always does or never.
    """
    digest, known = session.submission.digest, session.calibration
    canaries = known.criteria[criterion.id].canaries if known is not None else ()
    draw = int.from_bytes(hashlib.sha256(f"canary {criterion.id} {digest}".encode()).digest()[:8], "big")
    if not canaries or draw / 2**64 >= session.config.canary_share:
        return ()
    canary = canaries[draw % len(canaries)]
    files = item_files(session.challenge.root, canary.item)
    return (Ride(criterion=criterion, canary=canary, files=files, rider=digest),) if files else ()


def item_files(root: Path, item: str) -> dict[str, bytes]:
    """The files of a calibration item of the pack, by relative path. Links are left out."""
    folder = root / "calibration" / "items" / item
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in junk.files(folder)}


def ask(ride: Ride, client: Client, config: JudgeConfig, *, again: int = 0) -> Vote:
    """The judge's answer about a canary now."""
    selection = reading.select(reading.read(ride.files), ride.criterion, config)
    model = model_of(ride.criterion, config)
    return vote(client, model, ride.criterion, selection, repeat=0, rider=f"{ride.rider} {again}")


def moved(ride: Ride, first: Vote, client: Client, config: JudgeConfig) -> str:
    """Why the canary counts as moved: the median of the first answer and two more is another level. Empty if not.

    Answers without a level say nothing about drift.
    """
    if first.level is None or first.level == ride.canary.level:
        return ""
    more = [ask(ride, client, config, again=n + 1).level for n in range(CONFIRMATIONS)]
    levels = [first.level, *(level for level in more if level is not None)]
    now = statistics.median_low(levels)
    if now == ride.canary.level or len(levels) < 2:
        return ""
    return (
        f"The canary {ride.canary.item} of known level {ride.canary.level} is now judged {now}"
        f" ({', '.join(map(str, levels))}): the judge has drifted since its calibration. Run `grade calibrate` again."
    )
