"""Pools of wording, a part of which the public sample never shows, so that nobody can learn all of it from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def kept_back(pool: Sequence[T], *, least: int = 2) -> Sequence[T]:
    """What the sample never shows of `pool`: its last entry; nothing of a pool with fewer than `least`, which cannot
    spare one."""
    return pool[len(pool) - (len(pool) >= max(least, 1)) :]


def open_to(pool: Sequence[T], *, public: bool, least: int = 2) -> Sequence[T]:
    """What may be drawn from `pool`: all of it, or what is not kept back where what is made of it is `public`."""
    return pool[: len(pool) - len(kept_back(pool, least=least))] if public else pool
