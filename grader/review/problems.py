"""What can go wrong at the desk, in words. A person who may not know of a case is told that there is none."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import UsageError, visible
from grader.ratings.sheet import Gap, Sheet
from grader.review.records import Assessment

_WORDS = {2: "two", 3: "three", 4: "four", 5: "five"}


class NotFoundError(UsageError):
    """There is none, or this person may not know of it: both read the same, to the byte."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"There is no case {visible(wanted)!r}.", fix="grade history")


class InDoubtError(UsageError):
    """What was named is one thing as a folder, and another in the store."""


class NotAllowedError(UsageError):
    """The case is there and this person may know of it, but may not do this, or not now."""


class NotReadyError(NotAllowedError):
    """A reveal that is too early. The message is the same whatever is missing: it must not say who is in."""

    def __init__(self, reasons: Sequence[str] = (), minimum: int = 2) -> None:
        super().__init__(
            f"Not yet: a reveal takes at least {_WORDS.get(minimum, minimum)} independent assessments that are handed "
            "in, the bar raiser's among them where one is asked for, and none outstanding.",
            fix="wait, or close early with a reason (--early --why TEXT): the first two conditions stay",
        )
        self.reasons = tuple(reasons)
        """What exactly is missing, for a lead who does not rate this case; never for anybody else."""


class ConflictError(UsageError):
    """Somebody, most often the same person in another window, saved a newer version. Nothing is overwritten."""

    def __init__(self, current: Assessment, attempted: Sheet) -> None:
        super().__init__(
            f"A newer version ({current.version}, {current.at}) was saved meanwhile; yours was not taken in.",
            fix="compare the two, and save again from the newer one",
        )
        self.current = current
        self.attempted = attempted


class IncompleteError(UsageError):
    """An assessment that cannot be handed in yet."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        lines = [f"  {gap.criterion or 'the whole'} {gap.what}" for gap in gaps]
        super().__init__("\n".join([f"Not handed in; {len(gaps)} to mend. What you wrote is saved.", *lines]))
        self.gaps = tuple(gaps)
