"""A fictional client of a support desk, made fresh from a seed: its knowledge base and its tickets with gold labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from grader_kit import repeated, stream

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
        return Writer(self.client, stream(self.seed, name))

    def cases(self, name: str, count: int, make: Callable[[Writer], Case]) -> list[Case]:
        """`count` cases out of the stream `name`."""
        writer = self.writer(name)
        return [make(writer) for _ in range(count)]

    def drawn(self, name: str, about: int, make: Callable[[Writer], Case]) -> list[Case]:
        """About so many cases out of the stream `name`: from three to five quarters."""
        writer, least, most = self.writer(name), about - about // 4, about + about // 4
        return [make(writer) for make in repeated(stream(self.seed, name, "how many"), [make], least, most)]

    def company(self, name: str) -> list[Case]:
        """Tickets of every kind that are asked about beside those of a test, as many as are drawn, so that neither the
        length of a list nor what is common in it tells a test or an answer. `name` tells the lists of a run apart."""
        writer = self.writer(f"company:{name}")
        kinds: tuple[Callable[[Writer], Case], ...] = (
            Writer.plain, Writer.plain, Writer.paraphrased, Writer.vague, Writer.nothing_to_cite, Writer.two_matters,
            Writer.multilingual, Writer.calm, lambda w: w.grave(w.rng.choice(("legal", "breach", "person"))),
        )  # fmt: skip
        return [writer.rng.choice(kinds)(writer) for _ in range(writer.rng.randint(6, 30))]


@cache
def world_for(seed: int | str, *, public: bool = False) -> World:
    """The world of `seed`, made once a process."""
    return World(seed=str(seed), client=write(f"{seed}:client", public=public))
