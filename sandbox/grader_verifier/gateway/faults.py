"""Faults on schedule: which request meets which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REFUSING = ("rate_limit", "quota", "server_error", "overloaded")
"""Answered with an error; nothing is charged."""
BREAKING = ("stall", "drop")
"""The reply does not come, or not whole."""
SPOILING = ("truncate", "malformed_json", "wrong_tool", "wrong_arguments", "refusal", "empty")
"""The reply comes and is worth less."""
KINDS = (*REFUSING, *BREAKING, *SPOILING)


@dataclass(kw_only=True)
class Fault:
    """Strikes `times` requests (None: every one) after `after` that it passes, among those that match."""

    kind: str
    after: int = 0
    times: int | None = 1
    retry_after: float = 1.0
    seconds: float = 30.0
    """How long a stall lasts at most, in real seconds: the caller's own time limit is what it is for."""
    model: str = ""
    endpoint: str = ""
    contains: str = ""
    seen: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no fault; there are {', '.join(KINDS)}")

    def strikes(self, endpoint: str, model: str, text: str) -> bool:
        if self.model not in ("", model) or self.endpoint not in ("", endpoint):
            return False
        if self.contains and self.contains.casefold() not in text.casefold():
            return False
        self.seen += 1
        return self.seen > self.after and (self.times is None or self.struck < self.times)


def pick(faults: list[Fault], endpoint: str, model: str, text: str) -> Fault | None:
    """The first fault that strikes; all that match count the request."""
    striking = [fault for fault in faults if fault.strikes(endpoint, model, text)]
    if striking:
        striking[0].struck += 1
    return striking[0] if striking else None


def scheduled(settings: dict[str, Any]) -> list[Fault]:
    """Fresh faults as model.yaml lists them."""
    return [Fault(**entry) for entry in settings["faults"]]
