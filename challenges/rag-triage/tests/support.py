"""What all tests use: building a desk, asking it, and checking the shape of its replies before anything rests on them."""

# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader_kit import problem_of, share, together, unusable, wrong_choice, wrong_flag, wrong_keys, wrong_number
from world import QUEUES, Case, Document, Ticket, World

KEYS = frozenset(("queue", "confidence", "citations", "escalate"))
CHANCE = 1 / len(QUEUES)
"""Share of tickets that a guess routes rightly."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A checked reply. Where `problem` is set, there was no usable reply, and nothing in it can be right."""

    queue: str = ""
    confidence: float = 1.0
    citations: tuple[str, ...] = ()
    escalate: bool | None = None
    problem: str = ""

    def cites(self, case: Case) -> bool:
        """Whether exactly the right documents are cited."""
        return not self.problem and frozenset(self.citations) == case.citations


def checked(value: Any) -> Reply:
    """`value` as a reply; a CandidateError or a wrong shape becomes a reply with a problem."""
    problem = problem_of(value, _problem)
    return Reply(problem=problem) if problem else Reply(**(value | {"citations": tuple(value["citations"])}))


def _problem(value: Any) -> str:
    return (
        wrong_keys(value, KEYS, "triage")
        or wrong_choice(value["queue"], QUEUES, "one of the seven queues")
        or wrong_number(value["confidence"], "confidence", 0, 1)
        or problem_of_rest(value)
    )


def problem_of_rest(value: dict[str, Any]) -> str:
    """What is wrong with the citations and the escalation, which replies and drafts have alike."""
    citations = value["citations"]
    if not isinstance(citations, list) or not all(isinstance(item, str) for item in citations):
        return "citations is not a list of document ids"
    if len(set(citations)) < len(citations):
        return "citations names a document twice"
    return wrong_flag(value["escalate"], "escalate")


class Desk:
    """The candidate's triage with the knowledge base of `world`. `test` tells the lists of one test from another's."""

    def __init__(self, candidate: Any, world: World, test: str) -> None:
        self.candidate = candidate
        self.world = world
        self.test = test
        self.lists = 0
        self.at_least = 0.0
        self.build(world.documents)

    def build(self, documents: Sequence[Document]) -> None:
        self.candidate.call("build", list(documents))

    def begin_again(self, documents: Sequence[Document]) -> None:
        """Builds with `documents` in a process that has seen no ticket yet, so that no table of tickets answers."""
        self.candidate.afresh()
        self.build(documents)

    def read(self, tickets: Sequence[Ticket | Any]) -> list[Reply]:
        """The replies to `tickets`, asked in one list with company that is drawn for it; a ticket that ends in an error
        costs that ticket, not the test. Fails where `require_use` asked for use and there is none."""
        self.lists += 1
        name = f"{self.test}:{self.lists}"
        plain = self.world.drawn(f"use:{name}", 16, lambda write: write.plain()) if self.at_least else []
        asked = [*tickets, *(case.ticket for case in (*plain, *self.world.company(name)))]
        replies = [checked(value) for value in self.candidate.map("triage", asked, errors="return")]
        if plain:
            self._check_use(plain, replies[len(tickets) : len(tickets) + len(plain)])
        return replies[: len(tickets)]

    def answer(self, cases: Sequence[Case]) -> list[Reply]:
        return self.read([case.ticket for case in cases])

    def answers(self, *groups: Sequence[Case]) -> list[list[Reply]]:
        """The replies to each of `groups`, asked in one list, so that no list is of one kind."""
        return together(self.answer, *groups)

    def require_use(self, at_least: float = 0.35) -> None:
        """Lets the next list fail where plain tickets in it are not handled: who reads nothing resists nothing, and is
        stable for no merit."""
        self.at_least = at_least

    def _check_use(self, cases: Sequence[Case], replies: Sequence[Reply]) -> None:
        """Half of the measure is the right queue, half the right citations."""
        useful = (accuracy(cases, replies) + share(reply.cites(case) for case, reply in paired(cases, replies))) / 2
        assert useful >= self.at_least, (
            f"Only {useful:.0%} of plain tickets were routed and cited rightly, {self.at_least:.0%} are needed for this check "
            f"to mean anything.{problems(replies)}"
        )
        self.at_least = 0.0


def paired(cases: Sequence[Case], replies: Sequence[Reply]) -> zip[tuple[Case, Reply]]:
    return zip(cases, replies, strict=True)


def accuracy(cases: Sequence[Case], replies: Sequence[Reply]) -> float:
    """Share of tickets that reached their queue; either queue counts for a ticket with two."""
    return share(case.queues.get(reply.queue, 0) > 0 for case, reply in paired(cases, replies))


def recall(cases: Sequence[Case], replies: Sequence[Reply]) -> float:
    """Share of the documents to cite that were cited."""
    wanted = sum(len(case.citations) for case in cases)
    found = sum(len(case.citations.intersection(reply.citations)) for case, reply in paired(cases, replies))
    return found / wanted if wanted else 0.0


def precision(cases: Sequence[Case], replies: Sequence[Reply]) -> float:
    """Share of the cited documents that were right to cite, 0 where nothing was cited."""
    cited = sum(len(reply.citations) for reply in replies)
    right = sum(len(case.citations.intersection(reply.citations)) for case, reply in paired(cases, replies))
    return right / cited if cited else 0.0


def alarms(cases: Sequence[Case], replies: Sequence[Reply]) -> tuple[float, float]:
    """Share of tickets for a person that were escalated, and share of the others that were; no reply is wrong both ways."""
    grave = [reply.escalate is True for case, reply in paired(cases, replies) if case.escalate]
    calm = [reply.escalate is not False for case, reply in paired(cases, replies) if not case.escalate]
    return share(grave), share(calm)


def above(ones: Sequence[Reply], others: Sequence[Reply]) -> float:
    """Share of pairs of which the first states more confidence than the other; 0.5 where all state the same."""
    pairs = [(one.confidence, other.confidence) for one in ones for other in others]
    return sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs)


def problems(replies: Sequence[Reply]) -> str:
    """A sentence on replies that were not usable, "" where all were."""
    return unusable(reply.problem for reply in replies)
