"""How long the runs of a check that are still to come may take, by those that have ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

LEAST_RUNS = 5
"""Before so many have ended, nothing is said."""
LATEST = 40
"""What runs take is taken from the latest: mutants hang where the reference does not."""
LEAST_SECONDS = 20.0
"""Less than that is not worth saying."""


class Remaining:
    """Counts runs: those of the stage that is being run, and those that later stages will want."""

    def __init__(self) -> None:
        self.stages: dict[str, int] = {}
        """Runs of each stage that has not begun."""
        self.here = 0
        """Runs of this stage that have not ended."""
        self._seconds: deque[float] = deque(maxlen=LATEST)
        self._ended = 0
        self.jobs = 1

    def plan(self, stages: Mapping[str, int]) -> None:
        self.stages = dict(stages)

    def reached(self, stage: str) -> None:
        """It begins, or is left out: what it wants is known now."""
        self.stages.pop(stage, None)

    def begins(self, runs: int, jobs: int) -> None:
        self.here, self.jobs = runs, jobs

    def ended(self, seconds: float) -> None:
        """A run took `seconds` of wall time. The first one is left aside: it may have built an image."""
        self.here = max(0, self.here - 1)
        self._ended += 1
        if self._ended > 1:
            self._seconds.append(seconds)

    @property
    def seconds(self) -> float | None:
        """Wall time that is left; None while too few have ended to tell."""
        if self._ended < LEAST_RUNS:
            return None
        mean = sum(self._seconds) / len(self._seconds)
        return mean * (self.here + sum(self.stages.values())) / self.jobs

    def text(self) -> str:
        """`about 4 min left`; empty where there is nothing to say."""
        seconds = self.seconds
        if seconds is None or seconds < LEAST_SECONDS:
            return ""
        return f"about {max(1, round(seconds / 60))} min left" if seconds >= 45 else "less than a minute left"
