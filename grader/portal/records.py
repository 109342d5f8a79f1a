"""An invitation and how it stands: all that follows from what happened is worked out here. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

MOST_HAND_INS = 30
"""Of one invitation; each is kept."""
NUMBER = 8
"""Characters of an invitation's id that people name it by; more than a blind id has."""
MOST_BYTES = 100_000_000
"""Of one upload."""

State = Literal["invited", "started", "finished", "over", "withdrawn"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to an invitation."""

    what: str
    who: str
    at: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HandIn:
    """What came in once. `digest`: of the very bytes; `submission`: of the files in it, as a grade names them."""

    id: str
    number: int
    digest: str
    submission: str
    bytes: int
    files: int
    late: int
    """Minutes after the working time was over; 0 where it was in time."""
    at: str


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """One candidate, one challenge, and what happened since. Times are UTC, as the store writes them."""

    id: str
    candidate: str = field(repr=False)
    blind: str
    challenge: str
    version: str
    about: Mapping[str, Any]
    """What the candidate is told before anything starts, as it was when they were invited."""
    working: int
    """Seconds of working time from the start on; 0 where there is no such clock."""
    window_ends: str
    by: str
    at: str
    events: Sequence[Event] = ()
    hand_ins: Sequence[HandIn] = ()

    @property
    def number(self) -> str:
        """What a terminal calls it: enough of its id."""
        return self.id[:NUMBER]

    @property
    def started_at(self) -> str:
        return self._last("started").at if self._last("started") else ""  # type: ignore[union-attr]

    @property
    def ends_at(self) -> str:
        """When the window ends, with what was given beyond the first."""
        extended = self._last("extended")
        return str(extended.body["ends_at"]) if extended else self.window_ends

    @property
    def seconds(self) -> int:
        """Working time, with what was given beyond the first."""
        extended = self._last("extended")
        return int(extended.body["working"]) if extended else self.working

    @property
    def last(self) -> HandIn | None:
        """The one that counts."""
        return self.hand_ins[-1] if self.hand_ins else None

    def state(self, now: str) -> State:
        """How it stands at `now`."""
        if self._last("withdrawn"):
            return "withdrawn"
        if self._last("finished"):
            return "finished"
        if now >= self.ends_at:
            return "over"
        return "started" if self.started_at else "invited"

    def public_tests(self, hand_in: str) -> Mapping[str, Any] | None:
        """What the starter's public tests came to; None as long as they have not run."""
        found = [one.body for one in self.events if one.what == "public tests" and one.body["hand_in"] == hand_in]
        return found[-1] if found else None

    def _last(self, what: str) -> Event | None:
        return next((one for one in reversed(self.events) if one.what == what), None)


def read_moment(text: str) -> datetime:
    """A moment as the store writes it."""
    return datetime.fromisoformat(text)
