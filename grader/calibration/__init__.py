"""The judge's calibration: labelled items judged as in grading, a gate per criterion, and the file that records it.

items.yaml, ratings.csv ─ run ─► questions ─ judge ─► votes ─ agreement ─► calibration.json, calibration.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.judge.record import Calibration as Calibration


def load(challenge: Pack) -> Calibration | None:
    """The pack's calibration together with the labels that the pack holds now, or None where it has none.

    Raises ChallengeError for a calibration or items that cannot be read, UsageError for ratings that cannot.
    """
    from grader.judge import record
    from grader.ratings.labels import labels_now

    if not record.path_of(challenge.root).is_file():
        return None
    return record.read(challenge.root, labels_now(challenge))
