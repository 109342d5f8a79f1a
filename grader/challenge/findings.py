"""What a check says: one finding a promise, with file and line where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.errors import visible


class FindingKind(StrEnum):
    """`ADVICE` is worth a look and breaks nothing; `LEFT_OUT` was not checked, and the text says why."""

    FOUND = "found"
    BROKEN = "broken"
    ADVICE = "advice"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Whether one promise holds."""

    promise: str
    """What kind of promise: `schema`, `reference`, `starter`, `submissions`, `budget`, `canary`, `rubric`, …"""
    outcome: FindingKind
    text: str
    place: str = ""
    """`path` or `path:line`."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Figures behind the text, for programs."""

    def as_json(self) -> dict[str, object]:
        return {
            "promise": self.promise,
            "outcome": str(self.outcome),
            "text": self.text,
            "place": self.place,
            **({"facts": dict(self.facts)} if self.facts else {}),
        }


def found(promise: str, text: str, place: str = "", **facts: object) -> Finding:
    return Finding(promise=promise, outcome=FindingKind.FOUND, text=text, place=place, facts=facts)


def broken(promise: str, text: str, place: str = "", **facts: object) -> Finding:
    return Finding(promise=promise, outcome=FindingKind.BROKEN, text=text, place=place, facts=facts)


def advice(promise: str, text: str, place: str = "", **facts: object) -> Finding:
    return Finding(promise=promise, outcome=FindingKind.ADVICE, text=text, place=place, facts=facts)


def left_out(promise: str, text: str, place: str = "") -> Finding:
    return Finding(promise=promise, outcome=FindingKind.LEFT_OUT, text=text, place=place)


def holds(findings: Iterable[Finding]) -> bool:
    """Whether nothing is broken."""
    return all(finding.outcome is not FindingKind.BROKEN for finding in findings)


def lines(findings: Iterable[Finding]) -> list[str]:
    """One line a finding, for a terminal."""
    findings = list(findings)
    width = max((len(finding.promise) for finding in findings), default=0)
    return [_line(finding, width) for finding in findings]


def _line(finding: Finding, width: int) -> str:
    mark = "BROKEN" if finding.outcome is FindingKind.BROKEN else str(finding.outcome)
    place = f"{visible(finding.place)}: " if finding.place else ""
    return f"{mark.ljust(8)}  {finding.promise.ljust(width)}  {place}{visible(finding.text, 600)}"
