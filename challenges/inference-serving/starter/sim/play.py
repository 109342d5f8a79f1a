"""Plays many episodes side by side, a decision of each in turn, so that nobody sees more than what has happened."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

State = dict[str, Any]
Episode = Generator[State, Any, Any]
Ask = Callable[[list[State]], Sequence[Any]]


def play(ask: Ask, episodes: Sequence[Episode]) -> list[Any]:
    """What each of `episodes` comes to, in their order. `ask` gets the states that wait for a decision, one of each
    episode that goes on, and gives a reply for each."""
    outcomes: list[Any] = [None] * len(episodes)
    waiting: dict[int, State] = {}

    def move(at: int, reply: Any) -> None:
        try:
            waiting[at] = episodes[at].send(reply)
        except StopIteration as end:
            waiting.pop(at, None)
            outcomes[at] = end.value

    for at in range(len(episodes)):
        move(at, None)
    while waiting:
        turn = sorted(waiting)
        for at, reply in zip(turn, ask([waiting[at] for at in turn]), strict=True):
            move(at, reply)
    return outcomes
