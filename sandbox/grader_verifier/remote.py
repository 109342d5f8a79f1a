"""Objects that a candidate's process keeps, as a hidden test holds them."""

from __future__ import annotations

from typing import Any, Protocol


class Asked(Protocol):
    """Whose process keeps it: `candidate.Candidate`."""

    def ask(self, op: str, limit: float | None, **fields: Any) -> Any:
        """One request; what it gave. Raises CandidateError."""


class Remote:
    """An object that stays in the candidate's process."""

    def __init__(self, candidate: Asked, number: int) -> None:
        self._candidate, self.number = candidate, number

    def call(self, method: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        """Calls a method; JSON in and out. Raises CandidateError."""
        return self._candidate.ask("method", limit, name=method, on=self.number, args=args, kwargs=kwargs)

    def get(self, attribute: str, limit: float | None = None) -> Any:
        """Reads an attribute as JSON. Raises CandidateError."""
        return self._candidate.ask("get", limit, name=attribute, on=self.number)


def wrapped(argument: Any) -> dict[str, Any]:
    return {"object": argument.number} if isinstance(argument, Remote) else {"value": argument}
