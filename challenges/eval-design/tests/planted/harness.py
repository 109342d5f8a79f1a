"""What the hidden tests use: letting the candidate's evaluation loose on planted systems, and checking what it says."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from grader_kit import in_drawn_order, problem_of, stream, unusable
from grader_tests import CandidateError

from planted import cases, replies, text
from planted.cases import Cases
from planted.judges import Judge
from planted.policy import is_number
from planted.starter import sample_messages
from planted.systems import System, begun_again

NAMES = ("aster", "birch", "cedar", "dahlia", "elder", "fern", "gorse", "hazel")
AT_ONCE = 100
"""Tickets, or replies to be judged, in one request."""
MOST_REQUESTS = 2000
"""Of one test."""
LEAST_ASKED = 30
"""Cases of one's own that a verdict rests on, and how many have to be put to whom it is on."""
Play = Callable[[Any, dict[str, Any]], list[Any]]
"""How a system or judge replies to what was sent."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A checked report. Where `problem` is set there was no usable one, and it neither ships nor blocks."""

    ship: bool | None = None
    slices: dict[str, tuple[int, int]]
    blamed: frozenset[str]
    """Cases named by findings that block."""
    raw: Any = None
    problem: str = ""


def checked(value: Any) -> Report:
    """`value` as a report; a CandidateError or a wrong shape becomes a report with a problem."""
    problem = problem_of(value, _problem)
    if problem:
        return Report(slices={}, blamed=frozenset(), problem=problem)
    blamed = frozenset(case for finding in value["findings"] if finding["blocks"] for case in finding["cases"])
    slices = {tag: (row["n"], row["right"]) for tag, row in value["slices"].items()}
    return Report(ship=value["ship"], slices=slices, blamed=blamed, raw=value)


def rested(report: Report, system: System) -> Report:
    """`report`, or a problem where it rests on hardly any answer."""
    asked = len(system.answers)
    if report.problem or asked >= LEAST_ASKED:
        return report
    return replace(report, ship=None, problem=f"only {asked} of the cases were put to it; {LEAST_ASKED} are needed")


def _problem(value: Any) -> str:
    if not isinstance(value, dict) or not {"ship", "metrics", "slices", "findings"} <= set(value):
        return "evaluate has to return a dict with the keys ship, metrics, slices and findings"
    if not isinstance(value["ship"], bool):
        return "ship is not true or false"
    if not isinstance(value["metrics"], dict) or not all(is_number(number) for number in value["metrics"].values()):
        return "metrics is not a dict of numbers"
    if not isinstance(value["slices"], dict) or not all(_is_slice(row) for row in value["slices"].values()):
        return "slices is not a dict of {n, right}"
    if not isinstance(value["findings"], list) or not all(_is_finding(finding) for finding in value["findings"]):
        return "findings is not a list of {what, cases, blocks}"
    if value["ship"] == any(finding["blocks"] for finding in value["findings"]):
        return "ship is false when, and only when, a finding blocks"
    return ""


def _is_slice(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and all(type(row.get(key)) is int for key in ("n", "right"))
        and 0 <= row["right"] <= row["n"]
    )


def _is_finding(finding: Any) -> bool:
    return (
        isinstance(finding, dict)
        and isinstance(finding.get("what"), str)
        and finding["what"].strip() != ""
        and isinstance(finding.get("blocks"), bool)
        and isinstance(finding.get("cases"), list)
        and all(isinstance(case, str) for case in finding["cases"])
    )


class Bench:
    """One test's view of the candidate's evaluation."""

    def __init__(self, candidate: Any, model: Any, seed: int, test: str) -> None:
        self.candidate, self.model, self.seed, self.test = candidate, model, seed, test
        self.met = 0
        """How many systems or judges the candidate has met in this test."""
        self.names = list(NAMES)
        self.rng(f"names:{test}").shuffle(self.names)
        self.on_stage: tuple[str, Any, Play] | None = None
        """Who answers to requests: the name, and the system or judge behind it."""

    @cached_property
    def cases(self) -> Cases:
        return cases.read(self.candidate.files.text("cases.jsonl"))

    def rng(self, name: str) -> random.Random:
        return stream(self.seed, name)

    def system(self, name: str, fault: str = "") -> System:
        rng = self.rng(f"system:{name}")
        spoken = ("de", "es", "fr")
        return System(
            cases=self.cases,
            key=f"{rng.getrandbits(64):x}",
            fault=fault,
            language=spoken[(int(name[-1]) + self.rng("language").randrange(3)) % 3] if name[-1].isdigit() else "de",
            sample=frozenset(text.plain(message) for message in sample_messages()),
        )

    # ------------------------------------------------------------------------------------------------ evaluating

    def reports(self, systems: Sequence[System], down: Sequence[System] = ()) -> list[Report]:
        """What the candidate's `evaluate` says of each system. The service of those that are `down` answers with errors."""
        reports = [checked(said) for said in self._each(systems, down, _answers, self._evaluated)]
        self._has_cases(reports)
        up = [not any(system is one for one in down) for system in systems]
        return [
            rested(report, system) if on else report for report, system, on in zip(reports, systems, up, strict=True)
        ]

    def _has_cases(self, reports: Sequence[Report]) -> None:
        """Fails without cases of the candidate's own: a verdict that rests on none is a guess."""
        assert len(self.cases.own) >= LEAST_ASKED, (
            f"{len(self.cases.own)} cases have a message of their own that could be read as one; {LEAST_ASKED} are needed "
            f"for a verdict to rest on.{problems(reports)}"
        )

    def reports_again(self, system: System) -> tuple[Report, Report]:
        """Two reports on `system` by one process, for which the system begins anew."""
        first = self._alone(system, (), _answers, self._evaluated)
        name, _, play = self.on_stage or ("", None, _answers)
        self.on_stage = (name, begun_again(system), play)
        both = rested(checked(first), system), checked(self._evaluated(name))
        self._has_cases(both)
        return both

    def told_apart(self, fault: str) -> list[tuple[System, Report]]:
        """Two systems with the fault and two sound ones, and what is said of each. Each has chances of its own: what two
        of them say alike, or otherwise, tells nothing."""
        systems = [self.system(f"{fault}-{at}", one) for at, one in enumerate((fault, "", fault, ""))]
        return list(zip(systems, self.reports(systems), strict=True))

    def verdicts(
        self, judges: Sequence[Judge], labelled: list[dict[str, Any]], down: Sequence[Judge] = ()
    ) -> list[bool | None]:
        """What the candidate's `check_judge` says of each judge; None where the reply is not usable. The service of those
        that are `down` answers with errors."""
        said = self._each(judges, down, _grades, lambda name: self._asked("check_judge", "Judge", name, labelled))
        return [
            value["use"] if isinstance(value, dict) and isinstance(value.get("use"), bool) else None for value in said
        ]

    def labelled(self, name: str) -> list[replies.Reply]:
        return replies.write(f"{self.seed}:labelled:{name}")

    def _evaluated(self, name: str) -> Any:
        return self._asked("evaluate", "System", name)

    def _asked(self, function: str, kind: str, name: str, *rest: Any) -> Any:
        try:
            return self.candidate.call(function, self.candidate.make(kind, name), *rest)
        except CandidateError as problem:
            return problem

    def _each(self, players: Sequence[Any], down: Sequence[Any], play: Play, ask: Callable[[str], Any]) -> list[Any]:
        """What `ask` gives for each of `players`, in an order that is drawn: a place tells nothing."""
        turns = self.rng(f"turns:{self.test}:{self.met}")
        return in_drawn_order(turns, lambda drawn: [self._alone(one, down, play, ask) for one in drawn], players)

    def _alone(self, player: Any, down: Sequence[Any], play: Play, ask: Callable[[str], Any]) -> Any:
        """What `ask` gives for `player`, which alone answers, under a name that nobody had before, and by a process that
        has met nobody else: there is nothing to compare it with."""
        if self.met:
            self.candidate.afresh()
        else:
            self.model.script([self._answer] * MOST_REQUESTS)
        name = self.names[self.met]
        self.met += 1
        if any(player is one for one in down):
            self.model.fault("server_error", times=None, model=name)
        self.on_stage = (name, player, play)
        return ask(name)

    def _answer(self, ask: Any) -> str:
        """What the service says to one request of the candidate. Never raises, whatever was sent."""
        sent, (name, player, play) = _sent(ask.last.text), self.on_stage or ("", None, _answers)
        if sent is None or ask.model != name:
            return json.dumps({"error": f'send {{"tickets": [...]}} or {{"items": [...]}}, at most {AT_ONCE}'})
        try:
            return json.dumps({"replies": play(player, sent)})
        except (KeyError, RecursionError):
            return json.dumps({"error": "this one does not take what was sent"})


def _answers(system: System, sent: dict[str, Any]) -> list[Any]:
    return [system.answer(ticket) for ticket in sent["tickets"]]


def _grades(judge: Judge, sent: dict[str, Any]) -> list[Any]:
    return [judge.grade(item) for item in sent["items"]]


def _sent(content: str) -> dict[str, Any] | None:
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        return None
    lists = [value for value in sent.values() if isinstance(value, list)] if isinstance(sent, dict) else []
    return sent if len(lists) == 1 and len(lists[0]) <= AT_ONCE else None


def wrong_answers(system: System) -> tuple[set[str], set[str]]:
    """Ids of cases on which the first answer was not what label and policy say; and those of them due to the fault."""
    wrong = {
        name
        for name, said in system.answers.items()
        for case in [system.cases.by_id[name]]
        if said["reason"] != case.reason or not case.truth.same(said["action"], said["amount"])
    }
    return wrong, wrong - system.wavering


def points_at_fault(faulty: Sequence[tuple[System, Report]], sound: Sequence[Report]) -> bool:
    """Whether what the reports on faulty systems blame is mostly wrong and holds most of what the fault spoiled, while
    on the sound ones less than half as much is blamed: who blames everything points at nothing."""
    for system, report in faulty:
        wrong, spoiled = wrong_answers(system)
        if not spoiled or 2 * len(report.blamed & spoiled) < len(spoiled):
            return False
        if 2 * len(report.blamed & wrong) < len(report.blamed):
            return False
    least = min(len(report.blamed) for _, report in faulty)
    return all(2 * len(report.blamed) < least for report in sound)


def problems(reports: Sequence[Report]) -> str:
    """A sentence on reports that were not usable, "" where all were."""
    return unusable((report.problem for report in reports), "reports")
