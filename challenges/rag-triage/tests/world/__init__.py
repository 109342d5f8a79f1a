"""A fictional client of a support desk, made fresh from a seed: its knowledge base and its tickets with gold labels."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from world.documents import Client, Document, Topic, write
from world.phrasebook import LANGUAGES, QUEUES, matters
from world.tickets import Case, Ticket, Writer

__all__ = ["LANGUAGES", "QUEUES", "Case", "Document", "Ticket", "Topic", "World", "Writer", "matters", "world_for"]


@dataclass(frozen=True, kw_only=True)
class World:
    """One client. The same seed gives the same world; worlds with `public` keep to the wording of the sample."""

    seed: str
    client: Client

    @property
    def documents(self) -> list[Document]:
        return self.client.documents

    def writer(self, name: str) -> Writer:
        """A writer of tickets with a random stream of its own, told apart by `name`."""
        return Writer(self.client, random.Random(f"{self.seed}:{name}"))

    def cases(self, name: str, count: int, make: Callable[[Writer], Case]) -> list[Case]:
        """`count` cases out of the stream `name`."""
        writer = self.writer(name)
        return [make(writer) for _ in range(count)]


@cache
def world_for(seed: int | str, *, public: bool = False) -> World:
    """The world of `seed`, made once a process."""
    return World(seed=str(seed), client=write(f"{seed}:client", public=public))
