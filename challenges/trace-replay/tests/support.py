"""What all tests use: asking `flag`, checking the shape of its replies before anything rests on them, measures."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from world import CALM, CAUSES, FAULTS, TRAPS, Case, Trace, World

KEYS = frozenset(("bad", "cause", "why"))
KNOWN = frozenset((*CAUSES, "none"))
LONGEST_WHY = 200
SUBTLE = 2
"""How many plain traces a subtle one counts for, be it a fault that is hard to see or a trap that did no harm."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A checked reply. Where `problem` is set there was no usable one, and nothing in it can be right."""

    bad: bool | None = None
    cause: str = ""
    why: str = ""
    problem: str = ""


Judged = list[tuple[Case, Reply]]


def checked(value: Any) -> Reply:
    """`value` as a reply; a CandidateError or a wrong shape becomes a reply with a problem."""
    problem = f"{value.type}: {value.message}" if isinstance(value, Exception) else _problem(value)
    return Reply(problem=problem) if problem else Reply(**value)


def _problem(value: Any) -> str:
    if not isinstance(value, dict) or frozenset(value) != KEYS:
        return f"flag has to return a dict with the keys {', '.join(sorted(KEYS))}"
    if not isinstance(value["bad"], bool):
        return "bad is not true or false"
    if not isinstance(value["cause"], str) or value["cause"] not in KNOWN:
        return f"{value['cause']!r:.60} is no cause of the instruction"
    if value["bad"] == (value["cause"] == "none"):
        return "bad is true exactly where cause is not none"
    if not isinstance(value["why"], str) or len(value["why"]) > LONGEST_WHY:
        return f"why is not a text of at most {LONGEST_WHY} characters"
    return ""


class Detector:
    """The candidate's `flag` with the traces of `world`."""

    def __init__(self, candidate: Any, world: World) -> None:
        self.candidate = candidate
        self.world = world

    def read(self, traces: Sequence[Trace | Any]) -> list[Reply]:
        """The replies to `traces`; a trace that ends in an error costs that trace, not the test."""
        return [checked(value) for value in self.candidate.map("flag", list(traces), errors="return")]

    def judge(self, cases: Sequence[Case]) -> Judged:
        return list(zip(cases, self.read([case.trace for case in cases]), strict=True))

    def stream(self) -> Judged:
        """Two traces of every way in which one comes about, and five more of each trap, so that what a fault looks like
        tells little. Asked once a run: thirteen tests look at the same replies."""
        if self.world.seed not in _streams:
            cases = self.world.faults("stream", CAUSES, 2) + self.world.cases("stream:calm", CALM, 2)
            cases += self.world.cases("stream:traps", TRAPS, 5)
            _streams[self.world.seed] = self.judge(cases)
        return _streams[self.world.seed]

    def require_use(self, at_least: float = 0.4) -> None:
        """Fails where plain faults are not found: who flags nothing, or nothing that is bad, is calm for no merit."""
        judged = self.judge(self.world.cases("use", [variants[0] for variants in FAULTS.values()], 2))
        found = share(reply.bad for _, reply in judged)
        assert found >= at_least, (
            f"Only {found:.0%} of plain faults were flagged, {at_least:.0%} are needed for this check to mean "
            f"anything.{problems(judged)}"
        )


_streams: dict[str, Judged] = {}
"""Seed → the stream with its replies. It lives in the verifier, where no candidate's code runs."""


def share(outcomes: Iterable[Any]) -> float:
    """Share of true values, 0 for none at all."""
    values = [bool(outcome) for outcome in outcomes]
    return sum(values) / len(values) if values else 0.0


def weight(case: Case) -> int:
    return SUBTLE if case.subtle else 1


def recall(judged: Judged) -> float:
    """Share of bad traces that were found, subtle ones counted twice."""
    bad = [(case, reply) for case, reply in judged if case.cause != "none"]
    return sum(weight(case) for case, reply in bad if reply.bad) / sum(weight(case) for case, _ in bad)


def precision(judged: Judged) -> float:
    """Share of flagged traces that are bad, 0 where nothing was flagged. A reply that is not usable flags."""
    flagged = [case for case, reply in judged if reply.bad is not False]
    return share(case.cause != "none" for case in flagged)


def calmness(judged: Judged) -> float:
    """Share of traces in order that were left alone, traps counted twice."""
    fine = [(case, reply) for case, reply in judged if case.cause == "none"]
    return sum(weight(case) for case, reply in fine if reply.bad is False) / sum(weight(case) for case, _ in fine)


def f_measure(judged: Judged, cause: str) -> float:
    """Harmonic mean of recall and precision for one cause, subtle traces counted twice."""
    right = sum(weight(case) for case, reply in judged if case.cause == cause == reply.cause)
    missed = sum(weight(case) for case, reply in judged if case.cause == cause != reply.cause)
    false = sum(weight(case) for case, reply in judged if reply.cause == cause != case.cause)
    return 2 * right / (2 * right + missed + false)


def problems(judged: Judged) -> str:
    """A sentence on replies that were not usable, "" where all were."""
    bad = [reply.problem for _, reply in judged if reply.problem]
    return f" {len(bad)} of {len(judged)} replies were not usable, the first: {bad[0]}." if bad else ""
