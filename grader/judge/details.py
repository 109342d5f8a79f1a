"""What a grade keeps of how the judge came to a level. In grade.json it is a criterion's `details`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from grader.errors import visible
from grader.records import Closed
from grader.submission.speech.detect import SpeechFinding

if TYPE_CHECKING:
    from grader.judge.record import Error, Gate


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All answers about one criterion, its twin's among them. Seconds are of the slowest."""

    levels: tuple[int, ...]
    spread: int
    repeats: int
    dropped_quotes: Mapping[str, int]
    prompt_tokens: int
    completion_tokens: int
    tokens_estimated: bool
    cost: float | None
    """US dollars; None where no price is known, which `cost_note` says."""
    cost_note: str
    seconds: float
    mode: str
    system_fingerprint: str


LEVELS = ("levels", "spread")
"""What in the answers tells the level."""


@dataclass(frozen=True, kw_only=True)
class JudgeDetails:
    """One criterion's. `answers` is None where it was not asked."""

    model: str
    asked: bool
    gate: Gate | None = None
    closed: Closed | None = None
    not_shown: tuple[str, ...] = ()
    findings: tuple[SpeechFinding, ...] = ()
    unanswered: bool = False
    """Whether the judge gave no usable answer: asked again, it may."""
    answers: Answers | None = None
    has_twin: bool = False
    bare_level: int | None = None
    """Of the twin without comments and strings; None where that got no level."""
    error: Error | None = None
    """The judge's error in calibration, which a level that counts carries."""

    def as_json(self, *, tell_level: bool = True) -> dict[str, object]:
        """As grade.json has it: what does not apply is left out, and without `tell_level` all that tells the level."""
        found: dict[str, Any] = {"model": self.model, "asked": self.asked}
        if self.gate is not None and self.gate.verdict:
            found["gate"] = {"verdict": self.gate.verdict, "sentence": self.gate.sentence, **self.gate.figures}
            found["gate"] |= {"closed": asdict(self.closed)} if self.closed is not None else {}
        if self.not_shown:
            found["not_shown"] = list(self.not_shown)
        if self.findings:
            found["findings"] = [_finding(one) for one in self.findings]
        if self.unanswered:
            found["unanswered"] = True
        if self.answers is not None:
            answers: dict[str, Any] = asdict(self.answers) | {"levels": list(self.answers.levels)}
            found |= {name: value for name, value in answers.items() if tell_level or name not in LEVELS}
        if self.has_twin and tell_level:
            found["bare_level"] = self.bare_level
        if self.error is not None:
            found["error"] = asdict(self.error)
        return found


def _finding(one: SpeechFinding) -> dict[str, object]:
    return {"path": one.path, "line": one.line, "kinds": list(one.kinds), "text": visible(one.text)}
