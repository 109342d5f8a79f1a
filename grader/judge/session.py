"""The judge at one submission: what is asked about, who is asked, and what is known about the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.judge.client import Client
from grader.judge.closed import ClosedGates
from grader.judge.config import JudgeConfig
from grader.judge.reading import Reading

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.judge.record import Calibration
    from grader.records import Submission


@dataclass(frozen=True, kw_only=True)
class Session:
    """All that stays the same while the criteria of one submission are judged."""

    challenge: Pack
    submission: Submission
    reading: Reading
    config: JudgeConfig
    client: Client
    calibration: Calibration | None
    """None: the judge was never held against people here, and nothing that it says counts."""
    gates: ClosedGates
    claims: Mapping[str, Any] | None = None
    """What came of running the figures of the documents: the block of that name of the grade. None: nobody looked."""
