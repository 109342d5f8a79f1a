"""challenge.yaml: what a pack promises, checked when it is read."""

from __future__ import annotations

import keyword
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from grader.challenge import strict_yaml
from grader.challenge.kept import kept
from grader.challenge.record import NOT_SHOWN, Record, named
from grader.challenge.rubric import Rubric
from grader.errors import ChallengeError
from grader.records import Competency

if TYPE_CHECKING:
    from pydantic import Field

    from grader.challenge.schema import Bytes, Number, Seconds


@dataclass(frozen=True, kw_only=True)
class Interface(Record):
    """How hidden tests reach the work: a Python module, a command, an HTTP service, or documents only."""

    kind: Literal["python", "command", "http", "documents"]
    """How hidden tests reach the work."""
    module: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*$|^$")] = ""
    """Of `python`: the module whose functions are called, without .py."""
    command: list[str] = field(default_factory=list)
    """Of `command` and `http`: the program and its arguments, a text each."""
    port: Annotated[int, Field(ge=1024, le=65535)] = 8000
    """Of `http`: where the service listens on 127.0.0.1."""

    def __post_init__(self) -> None:
        if self.kind == "python" and not self.module:
            raise ValueError("interface: kind python needs `module`")


@dataclass(frozen=True, kw_only=True)
class Times(Record):
    """Time the candidate is asked to spend, and the window to hand in; seconds."""

    working: Seconds = 4 * 3600.0
    """What the instruction asks for."""
    window: Seconds = 7 * 86400.0
    """From the link to the last moment to hand in."""


@dataclass(frozen=True, kw_only=True)
class SubmissionRules(Record):
    """What a submission must and may hold."""

    required: list[str] = field(default_factory=list)
    """Files without which a work is refused."""
    max_files: Annotated[int, Field(ge=1, le=20_000)] = 500
    """With more, a work is refused."""
    max_bytes: Bytes = 20_000_000.0
    """Of all files together, unpacked."""
    dependencies: str = ""
    """File of the submission that lists packages to install (wheels only); empty: none are installed."""


@dataclass(frozen=True, kw_only=True)
class Limits(Record):
    """Limits of the candidate's container; seconds are the candidate's own time. Their bounds are what an engine and
    Python can do at all: a limit beyond them would fail on every machine."""

    cpus: Annotated[Number, Field(ge=0.05, le=64)] = 1.0
    """Processors, also a share of one."""
    memory: Annotated[Bytes, Field(ge=32_000_000, le=1e12)] = 512_000_000.0
    """Swap included."""
    processes: Annotated[int, Field(ge=4, le=4096)] = 64
    """Processes and threads at a time."""
    disk: Annotated[Bytes, Field(ge=65_536, le=1e12)] = 64_000_000.0
    """Of /tmp and of /dev/shm, each; all other files are read-only."""
    call: Annotated[Seconds, Field(ge=0.001, le=86_400)] = 10.0
    """Own time of one call, in seconds."""
    total: Annotated[Seconds, Field(ge=0.001, le=86_400)] = 120.0
    """Own time of all calls of a grading together, in seconds."""
    reply: Annotated[Bytes, Field(ge=1_024, le=256_000_000)] = 1_048_576.0
    """Bytes of one reply."""
    output: Annotated[Bytes, Field(ge=1_024, le=256_000_000)] = 65_536.0
    """Bytes of stdout, and of stderr, that are kept per test."""


@dataclass(frozen=True, kw_only=True)
class Environment(Record):
    """Packages that candidate code may import, pinned with hashes; or a Dockerfile of the pack's own."""

    requirements: str = ""
    """A file of the pack, as pip reads it; each package with a version and hashes."""
    dockerfile: str = ""
    """A file of the pack."""


@dataclass(frozen=True, kw_only=True)
class Weights(Record):
    """How the total of 100 is shared between hidden tests and criteria."""

    objective: Annotated[Number, Field(ge=0)] = 60.0
    """Of the hidden tests."""
    subjective: Annotated[Number, Field(ge=0)] = 40.0
    """Of the criteria."""

    def __post_init__(self) -> None:
        if self.objective + self.subjective <= 0:
            raise ValueError("weights: at least one of objective and subjective is above 0")


@dataclass(frozen=True, kw_only=True)
class Cut(Record):
    """Below the pass mark a band of scores in which a short challenge tells nothing: there, people look."""

    unsure_from: Annotated[Number, Field(ge=0, le=100)]
    """Scores from here on, and below the pass mark, are neither a pass nor a fail."""
    basis: Literal["guess", "people"] = "guess"
    """What both marks rest on: set in advance, or held against what became of people."""


@dataclass(frozen=True, kw_only=True)
class Group(Record):
    """A group of hidden tests as readers see it."""

    title: str = ""
    """What readers see; made of the name where it is empty."""
    competency: Competency | None = None
    """What its points count for; the primary one where it is left out."""
    description: str = ""
    """A sentence for readers."""


@dataclass(frozen=True, kw_only=True)
class Checks(Record):
    """How thoroughly `grade challenge check` holds the pack to its promises where its options say nothing else. Grades
    do not depend on it."""

    seeds: Annotated[int, Field(ge=1, le=1000)] = 3
    """Variants of the data that the reference has to solve."""
    mutants: Annotated[int, Field(ge=1, le=1000)] = 20
    """Mutants of the reference that are run."""
    mutation_floor: Annotated[Number | None, Field(ge=0, le=1)] = None
    """Least share of the mutants that has to lose points; without it the score is only shown."""


@dataclass(frozen=True, kw_only=True)
class Review(Record):
    """What people's assessments have to be before they are opened to all. A lead may ask for more, never for less."""

    assessors: Annotated[int, Field(ge=2, le=5)] = 2
    """Independent assessments that a reveal takes, the bar raiser's among them."""
    bar_raiser: bool = False
    """Whether one of them has to be a bar raiser's."""


@dataclass(frozen=True, kw_only=True)
class ClaimedData(Record):
    """What the commands in candidates' documents are run on (`grade claims`). Grades do not depend on it."""

    data: list[str] = field(default_factory=list)
    """Files and folders of `starter/`, by their path in it, that stand in the candidate's folder when commands run."""
    generator: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$|^$")] = ""
    """`module:function` below `tests/`: a seed → the files of `data` with other contents, path → text or bytes."""

    def __post_init__(self) -> None:
        for name in self.data:
            parts = Path(name).parts
            if not parts or name != "/".join(parts) or Path(name).is_absolute() or ".." in parts:
                raise ValueError(f"claims: data: {name!r} is no plain path below starter/")
        if self.generator and not self.data:
            raise ValueError("claims: generator needs `data`, the files that it makes anew")


TAKEN = frozenset(
    {*sys.stdlib_module_names, "grader_kit", "grader_protocol", "grader_tests", "grader_verifier", "pytest", "yaml"}
)
"""Names by which hidden tests import something else."""


@dataclass(frozen=True, kw_only=True)
class Manifest(Record):
    """challenge.yaml as it was read: all that a candidate's copy of a pack says about itself."""

    version_of_schema: Annotated[int, Field(ge=1, le=1)] = field(metadata=named("schema"))
    """Of this file; 1."""
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    """The name of the pack's folder."""
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    """Change it whenever a grade could change."""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    """What candidates read."""
    primary_competency: Competency
    """What it measures first."""
    secondary_competencies: list[Competency] = field(default_factory=list)
    """What it measures beside that; two or three at most."""
    interface: Interface
    """How hidden tests reach the work."""
    time: Times = Times()
    """Working time and window."""
    submission: SubmissionRules = SubmissionRules()
    """What a work must and may hold."""
    limits: Limits = Limits()
    """Limits of the candidate's container."""
    environment: Environment = Environment()
    """What the work may import."""
    weights: Weights = Weights()
    """How 100 points are shared between hidden tests and criteria."""
    pass_mark: Annotated[Number, Field(ge=0, le=100)] = 70.0
    """The total, of 100, from which on a work is recommended."""
    cut: Cut | None = None
    """A band below the pass mark in which a short challenge recommends neither."""
    minimums: dict[Competency, Number] = field(default_factory=dict)
    """Competency → the share of its points that has to be reached, whatever the total."""
    groups: dict[str, Group] = field(default_factory=dict)
    """Group of hidden tests → what readers see of it, and what it counts for."""
    check: Checks = Checks()
    """How thoroughly `grade challenge check` goes about it."""
    review: Review = Review()
    """What people's assessments take before they are opened to all."""
    claims: ClaimedData = ClaimedData()
    """On what the commands in candidates' documents are run again."""
    take: dict[str, str] = field(default_factory=dict)
    """Folders of the starter that hidden tests import, too: name beside the tests → path in the pack."""

    def __post_init__(self) -> None:
        for name, source in self.take.items():
            if not name.isidentifier() or keyword.iskeyword(name) or name in TAKEN:
                raise ValueError(f"take: {name!r} is no name for a package of the tests")
            parts = source.split("/")
            if parts[0] != "starter" or len(parts) < 2 or not {"", ".", ".."}.isdisjoint(parts):
                raise ValueError(f"take: {source!r} is no folder of starter/; write it like starter/sim")
        if self.cut and self.cut.unsure_from > self.pass_mark:
            raise ValueError("cut: unsure_from is above pass_mark; the band is from it up to the pass mark")
        if self.primary_competency in self.secondary_competencies:
            raise ValueError("primary_competency stands among secondary_competencies too")
        wrong = [name for name, share in self.minimums.items() if not 0 <= share <= 1]
        if wrong:
            raise ValueError(f"minimums.{wrong[0]} is a share between 0 and 1")

    @property
    def named(self) -> tuple[str, ...]:
        """Files of the pack, by relative path, that the manifest names and that have to be there."""
        return tuple(filter(None, (self.environment.requirements, self.environment.dockerfile)))

    def unsure_at(self, score: float) -> bool:
        """Whether `score`, of 100, lies in the band below the pass mark in which this challenge tells nothing."""
        return self.cut is not None and self.cut.unsure_from - 1e-6 <= score < self.pass_mark - 1e-6

    def competency_of(self, group: str) -> Competency:
        """The competency that the tests of `group` count for."""
        known = self.groups.get(group)
        return (known.competency if known else None) or self.primary_competency

    def group_title(self, group: str) -> str:
        known = self.groups.get(group)
        return (known.title if known else "") or group.replace("_", " ").replace("-", " ").capitalize()


@dataclass(frozen=True, kw_only=True)
class Challenge(Manifest):
    """What a challenge says: its manifest and its rubric. All that scoring and showing a grade need, and what a run
    keeps as evidence; it holds no file of the pack. `Pack` is this together with the files."""

    rubric: Rubric = field(default=Rubric(), metadata=NOT_SHOWN)


def read_manifest(raw: bytes, root: Path) -> Manifest:
    """The manifest in `raw`, the bytes of challenge.yaml in `root`. Raises ChallengeError for what is wrong in it, and
    for files that it names and that are not there."""
    path = root / "challenge.yaml"
    manifest = _parsed(raw, str(path))
    for name in manifest.named:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ChallengeError(f"{path}: environment names {name}, which leads out of the pack.")
        if not (root / name).is_file():
            raise ChallengeError(f"{path}: environment names {name}, which is not there.")
    return manifest


@lru_cache(maxsize=64)
def _parsed(raw: bytes, name: str) -> Manifest:
    """Pages ask for the same manifest again and again, and reading it as YAML takes 20 ms of the processor. The bytes
    are the key: what has been edited is read anew."""

    def read() -> Manifest:
        data, lines = strict_yaml.loads(raw, name)
        return strict_yaml.validate(Manifest, data, lines, name)

    return kept("manifest", [raw], read)


PUBLIC = ("instruction.md", "starter", "environment", "model.yaml")
"""Parts of a pack that candidates get, or that their own copy has."""


def load_manifest(root: Path) -> Manifest:
    """Only challenge.yaml of the pack in `root`: all that a candidate's copy of it holds. Raises ChallengeError, also
    where a part that is handed out or run is a link."""
    manifest = read_manifest(strict_yaml.read(root / "challenge.yaml"), root)
    for name in (*PUBLIC, *manifest.named):
        strict_yaml.check_no_link(root / name)
    return manifest
