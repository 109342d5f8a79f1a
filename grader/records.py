"""The records that stages hand to each other. Frozen, keyword-only, plain data; changed by `dataclasses.replace`.

Units: seconds, bytes, points. Levels are 1..max_level. `None` means "not known", never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

SCHEMA_VERSION = 1

Competency = Literal[
    "coding_fundamentals",
    "system_design",
    "llm_domain_knowledge",
    "evaluation_methodology",
    "collaboration_communication",
    "production_engineering",
]
COMPETENCIES: tuple[Competency, ...] = (
    "coding_fundamentals",
    "system_design",
    "llm_domain_knowledge",
    "evaluation_methodology",
    "collaboration_communication",
    "production_engineering",
)


class Fault(StrEnum):
    """Whose fault it is that something did not go as planned."""

    CANDIDATE = "candidate"
    CHALLENGE = "challenge"
    INFRASTRUCTURE = "infrastructure"


class TestStatus(StrEnum):
    """`error`: the test could not be judged. `not_run`: it was expected and did not run."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    NOT_RUN = "not_run"


# ---------------------------------------------------------------------------------------------- what comes in


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Something in the archive that is not part of the submission, and why (`node_modules`, `.git`, …)."""

    path: str
    files: int
    bytes: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A candidate's files, read and checked, in memory: nothing a candidate sent is ever unpacked on this machine."""

    digest: str
    """`sha256:…` over paths and contents only; the same for a zip, a tar and a folder of the same files."""
    files: Mapping[str, bytes] = field(repr=False)
    """Relative POSIX path → content, sorted by path."""
    left_out: tuple[LeftOut, ...] = ()
    source: str = ""
    """What was graded, as the operator named it. Never shown in a blind report."""
    people: tuple[str, ...] = ()
    """Names and addresses of who a repository says that the graded commit is by. Never shown in a blind report."""

    @property
    def bytes(self) -> int:
        return sum(len(content) for content in self.files.values())


# ---------------------------------------------------------------------------------------------- what was observed


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A measured value between a floor (no credit) and a target (full credit); the floor may be above the target."""

    name: str
    value: float
    floor: float
    target: float
    unit: str = ""
    test: str = ""
    """Id of the test that measured it."""

    @property
    def credit(self) -> float:
        """Share of the points that this value earns, 0..1."""
        return min(1.0, max(0.0, (self.value - self.floor) / (self.target - self.floor)))


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """What one hidden test observed."""

    __test__ = False

    id: str
    """As pytest names it, relative to the pack's `tests/`: `test_routing.py::test_plain`."""
    group: str
    status: TestStatus
    points: float
    max_points: float
    seconds: float
    """The candidate's own time in this test: calls and commands, not the harness."""
    message: str = ""
    """Why points were lost, for reviewers. May quote the hidden test."""
    title: str = ""
    """First line of the test's docstring."""
    fault: Fault | None = None
    limits: tuple[str, ...] = ()
    """Limits that were hit: `call`, `total`, `memory`, `processes`, `disk`, `output`, `reply`."""
    metrics: tuple[Metric, ...] = ()
    stdout: str = ""
    stderr: str = ""
    """What the candidate's processes printed during this test, capped."""
    dropped_bytes: int = 0
    """Bytes of output beyond the cap."""
    peak_memory: int | None = None
    """Highest memory of the candidate's container in this test, in bytes, above what it held at rest."""
    model_calls: tuple[Mapping[str, object], ...] = ()
    """Calls of the scripted model: `purpose`, `started`, `seconds`, `prompt_tokens`, `completion_tokens`, `cost`,
    `fault`, `result`. Seconds are of the model's clock, from the test's beginning."""
    stumbled: bool = False
    """The test raised something of its own on what the submission gave it (grader_verifier/blame.py)."""

    @property
    def is_open(self) -> bool:
        """Whether the test could not be judged, so that its points still wait for a person."""
        return self.status is TestStatus.ERROR


MEASURED = frozenset({"seconds", "peak_memory", "resources", "timings"})
"""Keys of grade.json and of the evidence that say what a run took. They differ from run to run, and nothing that is
scored reads them: a test that scores time or memory has a metric for it."""


@dataclass(frozen=True, kw_only=True)
class VerifierResult:
    """All that a run of the hidden tests observed; saved as evidence, enough to score again without Docker."""

    expected: tuple[str, ...]
    """Ids of the tests, in order, fixed before candidate code started."""
    tests: tuple[TestResult, ...]
    limits_hit: tuple[str, ...] = ()
    """One sentence a limit that ended more than a single call."""
    resources: Mapping[str, float] = field(default_factory=dict)
    """What the candidate's container used: `cpu_seconds`, `peak_memory`, `processes`, …"""


# ---------------------------------------------------------------------------------------------- what it is worth


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A verbatim quote out of the submission that a level rests on. Lines count from 1, both ends included."""

    path: str
    start_line: int
    end_line: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class CriterionResult:
    """Where a criterion stands: its level, who gave it, and whether it counts."""

    id: str
    competency: str
    weight: float
    level: int | None
    max_level: int
    source: Literal["judge", "human", "none"]
    accepted: bool
    """Whether the level counts in the score."""
    reason: str
    """Why it counts or does not."""
    evidence: tuple[Evidence, ...] = ()
    rationale: str = ""
    suggestion: int | None = None
    """A judge's level that may be shown to reviewers but does not count."""
    low: float | None = None
    high: float | None = None
    """Bounds of the level, by the judge's error in calibration; None where nothing is known of an error."""
    details: Mapping[str, object] = field(default_factory=dict)
    """What the judge stage adds: repeats, spread, tokens, cost, latency, dropped quotes, gate."""


@dataclass(frozen=True, kw_only=True)
class JudgedLevel:
    """A level that the judge gave, whether it counts or not: to be held beside people's once theirs are open."""

    criterion: str
    level: int
    model: str
    judge: str
    """Digest of all that decides its answer: levels of one and the same judge have the same."""
    counted: bool


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A gate that is closed although its calibration accepts."""

    reason: str
    since: str
    """When it was closed, as an ISO moment; empty where nobody knows what is closed."""

    @property
    def sentence(self) -> str:
        if not self.since:
            return self.reason
        return f"The gate has been closed since {self.since[:10]}, until there is a new calibration. {self.reason}"


@dataclass(frozen=True, kw_only=True)
class JudgeResult:
    """What the judge stage hands over. `judge` is the block of that name in grade.json."""

    criteria: tuple[CriterionResult, ...]
    judge: Mapping[str, object] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    levels: tuple[JudgedLevel, ...] = ()
    """All of them; no page, list or grade.json tells those that do not count and may not be suggested."""


@dataclass(frozen=True, kw_only=True)
class CompetencyScore:
    """Points of one competency, on the scale of the whole (all competencies add up to 100).

    `low` and `high` are what the open parts could still make of `score`; `met` is None while that decides.
    """

    id: str
    score: float
    low: float
    high: float
    max_score: float
    minimum: float | None
    met: bool | None


@dataclass(frozen=True, kw_only=True)
class Score:
    """The total. While something is open, `value` puts open parts at their middle and `low`..`high` is the range."""

    value: float
    low: float
    high: float
    max: float
    final: bool


@dataclass(frozen=True, kw_only=True)
class Open:
    """Something that still has to be judged, and by whom. `criterion` is a criterion's id or a test's."""

    criterion: str
    reason: str
    who_can_close: str
    decides: bool
    """Whether this alone could change the recommendation."""
    points: float = 0.0
    """How many points of the total it is worth."""


Recommendation = Literal["advance", "decline", "needs_review"]
Status = Literal["graded", "refused", "challenge_error", "infrastructure_error"]


@dataclass(frozen=True, kw_only=True)
class ObjectiveScore:
    """Points of the hidden tests. `open_points` belong to tests that could not be judged."""

    points: float
    max_points: float
    open_points: float
    tests: tuple[TestResult, ...]


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What `grade.json` holds (grader/schemas/grade.schema.json). Without a grade, only the first fields are set."""

    status: Status
    reason: str
    challenge: Mapping[str, object]
    submission: Mapping[str, object]
    objective: ObjectiveScore | None = None
    criteria: tuple[CriterionResult, ...] = ()
    competencies: tuple[CompetencyScore, ...] = ()
    score: Score | None = None
    recommendation: Recommendation = "needs_review"
    recommendation_reason: str = ""
    detail: str = ""
    """What another program said of a failure, such as pip: for reviewers, never for a candidate."""
    open: tuple[Open, ...] = ()
    judge: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    """What a reviewer should look at, one sentence each: limits hit, text that addresses the grader, …"""
    resources: Mapping[str, float] = field(default_factory=dict)
    claims: Mapping[str, object] = field(default_factory=dict)
    """Figures of the documents with what came of running their commands (grader/claims/marks.py); in no score."""
