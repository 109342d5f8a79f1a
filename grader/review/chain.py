"""Events in a chain: each carries the hash of the one before it, so that none can be changed or taken out unseen.

What is hashed of an event's words is their digest with a random salt. The words can be erased, as a person may ask for,
and the chain still holds; and the digest says nothing about words that are gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from grader.review.records import Event

START = "0" * 64
"""What the first event of a chain has in place of a hash before it."""


def text_of(body: Mapping[str, Any]) -> str:
    """The one way in which an event's words are written."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def link(chain: str, number: int, what: str, at: str, its_digest: str, previous: str) -> str:
    """The hash of an event."""
    parts = json.dumps([chain, number, what, at, its_digest, previous], ensure_ascii=False)
    return hashlib.sha256(parts.encode("utf-8")).hexdigest()


def faults(events: Iterable[Event], head: tuple[int, str] | None = None) -> tuple[str, ...]:
    """Where the chain in `events` (one chain, in order) does not hold, one sentence each. `head`: number and hash of
    the event that it is known to have reached, read before the events were; without it, an end that is cut off is not
    noticed."""
    found, previous, hashes = [], START, {0: START}
    for number, event in enumerate(events, 1):
        if event.number != number:
            found.append(f"Event {number} is missing.")
            number = event.number
        if event.previous != previous:
            found.append(f"Event {number} does not follow the one before it.")
        if link(event.chain, event.number, event.what, event.at, event.digest, event.previous) != event.hash:
            found.append(f"Event {number} was changed.")
        if event.body is not None and digest(text_of(event.body)) != event.digest:
            found.append(f"The words of event {number} were changed.")
        previous = hashes[event.number] = event.hash
    if head is not None and hashes.get(head[0]) != head[1]:
        found.append(f"It had come to event {head[0]}, and the end of it is missing or another.")
    return tuple(found)
