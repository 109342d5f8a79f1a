"""Questions asked at the same time, a limited number at once, and none waited for beyond the deadline."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
WAKE_SECONDS = 0.2
"""How often it is looked whether the time has begun to count."""


def ask_all(
    questions: Sequence[Callable[[], T]],
    *,
    at_once: int,
    seconds: float,
    late: Callable[[], T],
    failed: Callable[[Exception], T],
    progress: Callable[[int, int], None] | None = None,
    began: Callable[[], float | None] | None = None,
) -> list[T]:
    """The answers to `questions`, in their order. What is not answered within `seconds` is `late()`, what raises is
    `failed(problem)`. The time counts from now, or from the moment (monotonic) that `began` tells once it is there.

    The threads are daemons of our own: an endpoint that stalls must not keep the program from ending.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, T]] = queue.SimpleQueue()
    over = threading.Event()
    for index in range(len(questions)):
        waiting.put(index)

    def work() -> None:
        while not over.is_set():
            try:
                index = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((index, questions[index]()))
            except Exception as problem:
                done.put((index, failed(problem)))

    for _ in range(min(at_once, len(questions))):
        threading.Thread(target=work, name="judge", daemon=True).start()
    now = time.monotonic()
    answers = _gather(done, len(questions), seconds, began or (lambda: now), progress)
    over.set()
    return [answers[index] if index in answers else late() for index in range(len(questions))]


def _gather(
    done: queue.SimpleQueue[tuple[int, T]],
    count: int,
    seconds: float,
    began: Callable[[], float | None],
    progress: Callable[[int, int], None] | None,
) -> dict[int, T]:
    answers: dict[int, T] = {}
    while len(answers) < count:
        start = began()
        left = WAKE_SECONDS if start is None else start + seconds - time.monotonic()
        try:
            index, answer = done.get(timeout=max(0.0, left))
        except queue.Empty:
            if start is None:
                continue
            break
        answers[index] = answer
        if progress is not None:
            progress(len(answers), count)
    return answers
