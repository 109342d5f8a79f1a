"""What the hidden tests use: letting the candidate's evaluation loose on planted systems, and checking what it says."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planted import cases, replies, text
from planted.cases import Cases
from planted.judges import Judge
from planted.policy import is_number
from planted.starter import sample_messages
from planted.systems import System, twin

NAMES = ("aster", "birch", "cedar", "dahlia", "elder", "fern", "gorse", "hazel")
AT_ONCE = 100
"""Tickets, or replies to be judged, in one request."""


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
    problem = f"{value.type}: {value.message}" if isinstance(value, Exception) else _problem(value)
    if problem:
        return Report(slices={}, blamed=frozenset(), problem=problem)
    blamed = frozenset(case for finding in value["findings"] if finding["blocks"] for case in finding["cases"])
    slices = {tag: (row["n"], row["right"]) for tag, row in value["slices"].items()}
    return Report(ship=value["ship"], slices=slices, blamed=blamed, raw=value)


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
        and isinstance(finding.get("blocks"), bool)
        and isinstance(finding.get("cases"), list)
        and all(isinstance(case, str) for case in finding["cases"])
    )


class Bench:
    """One test's view of the candidate's evaluation."""

    def __init__(self, candidate: Any, model: Any, seed: int, test: str) -> None:
        self.candidate, self.model, self.seed, self.test = candidate, model, seed, test
        self.turns = 0
        self.cast: dict[str, Any] = {}
        self.listening = False

    @cached_property
    def cases(self) -> Cases:
        return cases.read(self.candidate.files.text("cases.jsonl"))

    def rng(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")

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
        """What the candidate's `evaluate` says of each system, which it meets under a name, and in an order, drawn for
        this test. The service of those that are `down` answers with errors."""
        parts = self._cast(systems, lambda system, sent: [system.answer(ticket) for ticket in sent["tickets"]], down)
        return [checked(said) for said in self._in_turn(lambda name: self._asked("evaluate", "System", name), parts)]

    def told_apart(self, fault: str) -> list[tuple[bool, Report]]:
        """Three systems, each with whether it is faulty, and what is said of it. One or two have the fault, the others
        are sound twins; how many, and in which order, is drawn, so that no pattern is right more often than one in six."""
        rng = self.rng(f"order:{fault}")
        faulty = [self.system(f"{fault}-{at}", fault) for at in range(2)]
        both = [(True, faulty[0]), (False, twin(faulty[0]))]
        queue = [*both, rng.choice([(True, faulty[1]), (False, twin(faulty[1]))])]
        rng.shuffle(queue)
        reports = self.reports([system for _, system in queue])
        return [(is_faulty, report) for (is_faulty, _), report in zip(queue, reports, strict=True)]

    def verdicts(
        self, judges: Sequence[Judge], labelled: list[dict[str, Any]], down: Sequence[Judge] = ()
    ) -> list[bool | None]:
        """What the candidate's `check_judge` says of each judge, asked in an order drawn for this test; None where the
        reply is not usable. The service of those that are `down` answers with errors."""
        parts = self._cast(judges, lambda judge, sent: [judge.grade(item) for item in sent["items"]], down)
        said = self._in_turn(lambda name: self._asked("check_judge", "Judge", name, labelled), parts)
        return [
            value["use"] if isinstance(value, dict) and isinstance(value.get("use"), bool) else None for value in said
        ]

    def labelled(self, name: str) -> list[replies.Reply]:
        return replies.write(f"{self.seed}:labelled:{name}")

    def _asked(self, function: str, kind: str, name: str, *rest: Any) -> Any:
        try:
            return self.candidate.call(function, self.candidate.make(kind, name), *rest)
        except Exception as problem:
            if type(problem).__name__ != "CandidateError":
                raise
            return problem

    def _in_turn(self, ask: Callable[[str], Any], names: Sequence[str]) -> list[Any]:
        """What is said of each of `names`, asked in an order that is drawn anew each time: a place tells nothing."""
        self.turns += 1
        order = list(range(len(names)))
        self.rng(f"turns:{self.test}:{self.turns}").shuffle(order)
        said = {at: ask(names[at]) for at in order}
        return [said[at] for at in range(len(names))]

    def _cast(
        self, players: Sequence[Any], play: Callable[[Any, dict[str, Any]], list[Any]], down: Sequence[Any]
    ) -> list[str]:
        """Gives each player a name of model.yaml, and lets it answer what is sent to that name until the next cast."""
        names = list(NAMES)
        self.rng(f"names:{self.test}:{self.turns}").shuffle(names)
        for name, player in zip(names, players, strict=False):
            if any(player is one for one in down):
                self.model.fault("server_error", times=None, model=name)
        self.cast = {name: (player, play) for name, player in zip(names, players, strict=False)}
        if not self.listening:
            self.listening = True
            self.model.script([self._answer] * 2000)
        return names[: len(players)]

    def _answer(self, ask: Any) -> str:
        """What the service says to one request of the candidate. Never raises, whatever was sent."""
        sent, part = _sent(ask.last.text), self.cast.get(ask.model)
        if sent is None or part is None:
            return json.dumps({"error": f'send {{"tickets": [...]}} or {{"items": [...]}}, at most {AT_ONCE}'})
        player, play = part
        try:
            return json.dumps({"replies": play(player, sent)})
        except (KeyError, RecursionError):
            return json.dumps({"error": "this one does not take what was sent"})


def _sent(content: str) -> dict[str, Any] | None:
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        return None
    lists = [value for value in sent.values() if isinstance(value, list)] if isinstance(sent, dict) else []
    return sent if len(lists) == 1 and len(lists[0]) <= AT_ONCE else None


def share(outcomes: Any) -> float:
    """Share of true values, 0 for none at all."""
    values = [bool(outcome) for outcome in outcomes]
    return sum(values) / len(values) if values else 0.0


def problems(reports: Sequence[Report]) -> str:
    """A sentence on reports that were not usable, "" where all were."""
    bad = [report.problem for report in reports if report.problem]
    return f" {len(bad)} of {len(reports)} reports were not usable, the first: {bad[0]:.300}." if bad else ""
