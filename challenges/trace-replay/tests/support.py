"""What all tests use: asking `flag`, checking the shape of its replies before anything rests on them, measures."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader_kit import (
    problem_of,
    share,
    stream,
    together,
    unusable,
    wrong_choice,
    wrong_flag,
    wrong_keys,
    wrong_text,
)  # fmt: skip
from world import CALM, CAUSES, FAULTS, PLAIN, TRAPS, Case, Trace, World
from world.alike import SAID, Alike, alike

KEYS = frozenset(("bad", "cause", "why"))
KNOWN = frozenset((*CAUSES, "none"))
LONGEST_WHY = 200
LONGEST = 4000
"""Characters of a field that says nothing."""
LEAST = 0.4
"""Share of pairs, alike but for what the answer says, of which a detector of any use flags the bad one and leaves the other
alone. A coin gets a quarter, and who looks at the structure alone none."""
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
    problem = problem_of(value, _problem)
    return Reply(problem=problem) if problem else Reply(**value)


def _problem(value: Any) -> str:
    return (
        wrong_keys(value, KEYS, "flag")
        or wrong_flag(value["bad"], "bad")
        or wrong_choice(value["cause"], KNOWN, "a cause of the instruction")
        or ("bad is true exactly where cause is not none" if value["bad"] == (value["cause"] == "none") else "")
        or wrong_text(value["why"], "why", LONGEST_WHY)
    )


class Detector:
    """The candidate's `flag` with the traces of `world`."""

    def __init__(self, candidate: Any, world: World) -> None:
        self.candidate = candidate
        self.world = world

    def read(self, traces: Sequence[Trace | Any]) -> list[Reply]:
        """The replies to `traces`; a trace that ends in an error costs that trace, not the test."""
        asked = [self.padded(trace) for trace in traces]
        return [checked(value) for value in self.candidate.map("flag", asked, errors="return")]

    def padded(self, trace: Trace | Any) -> Trace | Any:
        """`trace` with a field of no meaning, always the same and as long as is drawn: how long a trace is must not tell
        what is in it."""
        if not isinstance(trace, dict) or not isinstance(trace.get("id"), str):
            return trace
        rng = stream(self.world.seed, trace["id"], "padding")
        return trace | {"client": {"session": f"{rng.getrandbits(4 * LONGEST):x}"[: rng.randrange(LONGEST)]}}

    def judge(self, cases: Sequence[Case]) -> Judged:
        return list(zip(cases, self.read([case.trace for case in cases]), strict=True))

    def stream(self, test: str, kinds: Sequence[Alike]) -> tuple[Judged, list[Judged]]:
        """Each way in which a fault comes about, those of the cause that `test` is called after more often and about equally
        often on every variant, and traps often enough that what a fault looks like tells little; and pairs of `kinds`, each
        pair a list of its own. Drawn for each test apart."""
        cases = self.world.drawn(f"{test}:stream", [way for ways in FAULTS.values() for way in ways], 1, 3)
        cases += self.world.drawn(f"{test}:stream:own", FAULTS.get(test, []), 4, 5)
        cases += self.world.drawn(f"{test}:stream:calm", CALM, 1, 3)
        cases += self.world.drawn(f"{test}:stream:traps", TRAPS, 4, 6)
        pairs = alike(self.world, test, kinds, 9, 14)
        judged = self.judge_among(test, [*cases, *(case for pair in pairs for case in pair)])
        alone, paired = judged[: len(cases)], judged[len(cases) :]
        return alone, [paired[at : at + 2] for at in range(0, len(paired), 2)]

    def among(self, name: str, traces: Sequence[Trace | Any]) -> list[Reply]:
        """The replies to `traces`, asked in one list with company of the test's own.

        Fails where bad traces among the company are not told from others of the same structure: who flags nothing, or
        everything, or never reads what is said, gets no merit from traces that all want the same reply.
        """
        pairs, fine = self.company(name)
        company = [*(case for pair in pairs for case in pair), *fine]
        replies, of_company = together(self.read, traces, [case.trace for case in company])
        used = list(zip(company, of_company, strict=True))
        told = told_apart([used[2 * at : 2 * at + 2] for at in range(len(pairs))], by_cause=False)
        assert told >= LEAST, (
            f"Of pairs of traces that differ only in what is said, {told:.0%} were told apart, the bad one flagged and the "
            f"other left alone; {LEAST:.0%} are needed for this check to mean anything.{problems(used)}"
        )
        return replies

    def company(self, name: str) -> tuple[list[tuple[Case, Case]], list[Case]]:
        """Pairs and plain traces in order that a test called `name` asks about beside its own; as many as are drawn for
        it, so that neither the length of a list nor what is common in it tells a test or an answer."""
        rng = stream(self.world.seed, name, "company")
        pairs = alike(self.world, f"{name}:company", SAID, 20, 36)
        return pairs, self.world.cases(f"{name}:fine", [PLAIN] * rng.randint(8, 40), 1)

    def judge_among(self, name: str, cases: Sequence[Case]) -> Judged:
        return list(zip(cases, self.among(name, [case.trace for case in cases]), strict=True))


def told_apart(pairs: Sequence[Judged], *, by_cause: bool = True) -> float:
    """Share of pairs of one structure both of which were judged rightly: their causes, or only which of them is bad."""
    wanted = [[(case.cause, case.cause != "none") for case, _ in pair] for pair in pairs]
    given = [[(reply.cause, reply.bad) for _, reply in pair] for pair in pairs]
    place = 0 if by_cause else 1
    return share(all(one[place] == other[place] for one, other in zip(want, got)) for want, got in zip(wanted, given))


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
    return unusable(reply.problem for _, reply in judged)
