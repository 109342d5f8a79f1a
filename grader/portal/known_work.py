"""Public work of a candidate's own: what they state, and to which competencies a person maps it, so that no round asks
for what is known. Pure.

Addresses are text: nothing here, and nothing elsewhere, ever fetches one. Who holds a round reads the person's words by
competency and never the statement itself: it may say who somebody is, and a take-home is read blind.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.portal.records import Event, Invitation

STATED, MAPPED = "stated", "mapped"
"""Events of an invitation."""
MOST, MOST_TIMES = 5, 20
"""Pieces of work in a statement; statements of one invitation, each of which is kept."""
LONGEST_ADDRESS, LONGEST_WORDS = 500, 2_000


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of public work. `number`: from 1, as it is mapped."""

    number: int
    address: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a person has found of a piece on one competency, in words for who holds the rounds."""

    competency: str
    words: str
    by: str
    at: str


def statement(pieces: Sequence[tuple[str, str]]) -> Mapping[str, object]:
    """(address, own words) of each piece as an event's body. Raises UsageError, with the sentence for the candidate."""
    told = [(_line(address), words.replace("\r\n", "\n").strip()) for address, words in pieces]
    told = [(address, words) for address, words in told if address or words]
    if len(told) > MOST:
        raise UsageError(f"At most {MOST} pieces of work.")
    for address, words in told:
        if not words:
            raise UsageError("Say of each piece what was yours in it.")
        if len(address) > LONGEST_ADDRESS or len(words) > LONGEST_WORDS:
            raise UsageError(f"An address has at most {LONGEST_ADDRESS} characters, your words {LONGEST_WORDS:,}.")
    return {"work": [{"address": address, "words": words} for address, words in told]}


def stated(one: Invitation) -> tuple[Piece, ...]:
    """What the candidate stated last."""
    last = next((event for event in reversed(one.events) if event.what == STATED), None)
    return tuple(Piece(number=at, address=str(row["address"]), words=str(row["words"]))
                 for at, row in enumerate(last.body["work"] if last else (), 1))  # fmt: skip


def mapping(competencies: Sequence[str], known: Sequence[str], words: str) -> Mapping[str, object]:
    """What a person has found, as an event's body. Raises UsageError."""
    if not competencies:
        raise UsageError(f"Say which competency it shows: {', '.join(known)}.")
    for name in competencies:
        if name not in known:
            raise UsageError(f"There is no competency {_line(name)[:60]!r}: {', '.join(known)}.")
    if not words.strip():
        raise UsageError("Say what is known by it, in words for who holds the rounds; no names and no addresses.")
    if len(words) > LONGEST_WORDS:
        raise UsageError(f"At most {LONGEST_WORDS:,} characters.")
    if "://" in words or "www." in words:
        raise UsageError("No addresses: who holds a round may read the take-home blind.")
    return {"competencies": list(dict.fromkeys(competencies)), "words": words.strip()}


def known_of(invitations: Sequence[Invitation]) -> tuple[Known, ...]:
    """All that people have mapped of a candidate, in its order."""
    events: list[Event] = sorted((event for one in invitations for event in one.events if event.what == MAPPED),
                                 key=lambda event: event.at)  # fmt: skip
    return tuple(Known(competency=str(name), words=str(event.body["words"]), by=event.who, at=event.at)
                 for event in events for name in event.body["competencies"])  # fmt: skip


def _line(text: str) -> str:
    """One line, without what no reader sees."""
    seen = (c for c in text if c.isspace() or unicodedata.category(c) not in {"Cf", "Cc", "Cs"})
    return " ".join("".join(seen).split())
