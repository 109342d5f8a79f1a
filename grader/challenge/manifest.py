"""challenge.yaml: what a pack promises, checked when it is read."""

from __future__ import annotations

import keyword
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from grader.challenge import strict_yaml
from grader.challenge.rubric import Rubric
from grader.challenge.strict_yaml import Strict
from grader.errors import ChallengeError
from grader.records import Competency

_UNITS = {
    "": 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
    "ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800,
}  # fmt: skip
_BYTES, _SECONDS = ("", "B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB"), ("", "ms", "s", "m", "min", "h", "d", "w")


def _quantity(units: tuple[str, ...], example: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        found = (
            re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", str(value).strip())
            if not isinstance(value, bool)
            else None
        )
        if not found or found[2] not in units:
            raise ValueError(f"{value!r} is not understood; write it like {example}")
        return float(found[1]) * _UNITS[found[2]]

    return BeforeValidator(read)


Seconds = Annotated[float, _quantity(_SECONDS, "10s, 4h or 7d"), Field(gt=0)]
Bytes = Annotated[float, _quantity(_BYTES, "64MB or 512KiB"), Field(ge=1)]
Number = Annotated[float, BeforeValidator(lambda value: float(value) if type(value) is int else value)]


class Interface(Strict):
    """How hidden tests reach the work: a Python module, a command, an HTTP service, or documents only."""

    kind: Literal["python", "command", "http", "documents"]
    module: str = Field(default="", pattern=r"^[A-Za-z_][\w.]*$|^$")
    command: list[str] = []
    port: int = Field(default=8000, ge=1024, le=65535)

    @model_validator(mode="after")
    def _complete(self) -> Interface:
        if self.kind == "python" and not self.module:
            raise ValueError("interface: kind python needs `module`")
        return self


class Times(Strict):
    """Time the candidate is asked to spend, and the window to hand in; seconds."""

    working: Seconds = 4 * 3600.0
    window: Seconds = 7 * 86400.0


class SubmissionRules(Strict):
    """What a submission must and may hold."""

    required: list[str] = []
    max_files: int = Field(default=500, ge=1, le=20_000)
    max_bytes: Bytes = 20_000_000.0
    dependencies: str = ""
    """File of the submission that lists packages to install (wheels only); empty: none are installed."""


class Limits(Strict):
    """Limits of the candidate's container; seconds are the candidate's own time. Their bounds are what an engine and
    Python can do at all: a limit beyond them would fail on every machine."""

    cpus: Number = Field(default=1.0, ge=0.05, le=64)
    memory: Bytes = Field(default=512_000_000.0, ge=32_000_000, le=1e12)
    processes: int = Field(default=64, ge=4, le=4096)
    disk: Bytes = Field(default=64_000_000.0, ge=65_536, le=1e12)
    call: Seconds = Field(default=10.0, ge=0.001, le=86_400)
    total: Seconds = Field(default=120.0, ge=0.001, le=86_400)
    reply: Bytes = Field(default=1_048_576.0, ge=1_024, le=256_000_000)
    output: Bytes = Field(default=65_536.0, ge=1_024, le=256_000_000)
    """Bytes of stdout, and of stderr, that are kept per test."""


class Environment(Strict):
    """Packages that candidate code may import, pinned with hashes; or a Dockerfile of the pack's own."""

    requirements: str = ""
    dockerfile: str = ""


class Weights(Strict):
    """How the total of 100 is shared between hidden tests and criteria."""

    objective: Number = Field(default=60.0, ge=0)
    subjective: Number = Field(default=40.0, ge=0)

    @model_validator(mode="after")
    def _some(self) -> Weights:
        if self.objective + self.subjective <= 0:
            raise ValueError("weights: at least one of objective and subjective is above 0")
        return self


class Group(Strict):
    """A group of hidden tests as readers see it."""

    title: str = ""
    competency: Competency | None = None
    description: str = ""


class Checks(Strict):
    """How thoroughly `grade challenge check` holds the pack to its promises where its options say nothing else. Grades
    do not depend on it."""

    seeds: int = Field(default=3, ge=1, le=1000)
    """Variants of the data that the reference has to solve."""
    mutants: int = Field(default=20, ge=1, le=1000)
    mutation_floor: Number | None = Field(default=None, ge=0, le=1)
    """Least share of the mutants that has to lose points; without it the score is only shown."""


class Review(Strict):
    """What people's assessments have to be before they are opened to all. A lead may ask for more, never for less."""

    assessors: int = Field(default=2, ge=2, le=5)
    """Independent assessments that a reveal takes, the bar raiser's among them."""
    bar_raiser: bool = False
    """Whether one of them has to be a bar raiser's."""


class ClaimedData(Strict):
    """What the commands in candidates' documents are run on (`grade claims`). Grades do not depend on it."""

    data: list[str] = []
    """Files and folders of `starter/`, by their path in it, that stand in the candidate's folder when commands run."""
    generator: str = Field(default="", pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$|^$")
    """`module:function` below `tests/`: a seed → the files of `data` with other contents, path → text or bytes."""

    @model_validator(mode="after")
    def _fits(self) -> ClaimedData:
        for name in self.data:
            parts = Path(name).parts
            if not parts or name != "/".join(parts) or Path(name).is_absolute() or ".." in parts:
                raise ValueError(f"claims: data: {name!r} is no plain path below starter/")
        if self.generator and not self.data:
            raise ValueError("claims: generator needs `data`, the files that it makes anew")
        return self


TAKEN = frozenset(
    {*sys.stdlib_module_names, "grader_kit", "grader_protocol", "grader_tests", "grader_verifier", "pytest", "yaml"}
)
"""Names by which hidden tests import something else."""


class Manifest(Strict):
    """challenge.yaml as it was read: all that a candidate's copy of a pack says about itself."""

    version_of_schema: int = Field(alias="schema", ge=1, le=1)
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: str = Field(min_length=1, max_length=200)
    primary_competency: Competency
    secondary_competencies: list[Competency] = []
    interface: Interface
    time: Times = Times()
    submission: SubmissionRules = SubmissionRules()
    limits: Limits = Limits()
    environment: Environment = Environment()
    weights: Weights = Weights()
    pass_mark: Number = Field(default=70.0, ge=0, le=100)
    minimums: dict[Competency, Number] = {}
    groups: dict[str, Group] = {}
    check: Checks = Checks()
    review: Review = Review()
    claims: ClaimedData = ClaimedData()
    take: dict[str, str] = {}
    """Folders of the starter that hidden tests import, too: name beside the tests → path in the pack."""

    @model_validator(mode="after")
    def _consistent(self) -> Manifest:
        for name, source in self.take.items():
            if not name.isidentifier() or keyword.iskeyword(name) or name in TAKEN:
                raise ValueError(f"take: {name!r} is no name for a package of the tests")
            parts = source.split("/")
            if parts[0] != "starter" or len(parts) < 2 or not {"", ".", ".."}.isdisjoint(parts):
                raise ValueError(f"take: {source!r} is no folder of starter/; write it like starter/sim")
        if self.primary_competency in self.secondary_competencies:
            raise ValueError("primary_competency stands among secondary_competencies too")
        wrong = [name for name, share in self.minimums.items() if not 0 <= share <= 1]
        if wrong:
            raise ValueError(f"minimums.{wrong[0]} is a share between 0 and 1")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """Files of the pack, by relative path, that the manifest names and that have to be there."""
        return tuple(filter(None, (self.environment.requirements, self.environment.dockerfile)))

    def competency_of(self, group: str) -> Competency:
        """The competency that the tests of `group` count for."""
        known = self.groups.get(group)
        return (known.competency if known else None) or self.primary_competency

    def group_title(self, group: str) -> str:
        known = self.groups.get(group)
        return (known.title if known else "") or group.replace("_", " ").replace("-", " ").capitalize()


class Challenge(Manifest):
    """What a challenge says: its manifest and its rubric. All that scoring and showing a grade need, and what a run
    keeps as evidence; it holds no file of the pack. `Pack` is this together with the files."""

    rubric: Rubric = Field(default=Rubric(), exclude=True)


def read_manifest(raw: bytes, root: Path) -> Manifest:
    """The manifest in `raw`, the bytes of challenge.yaml in `root`. Raises ChallengeError for what is wrong in it, and
    for files that it names and that are not there."""
    path = root / "challenge.yaml"
    manifest = _parsed(raw, str(path))
    for named in manifest.named:
        if Path(named).is_absolute() or ".." in Path(named).parts:
            raise ChallengeError(f"{path}: environment names {named}, which leads out of the pack.")
        if not (root / named).is_file():
            raise ChallengeError(f"{path}: environment names {named}, which is not there.")
    return manifest


@lru_cache(maxsize=64)
def _parsed(raw: bytes, name: str) -> Manifest:
    """Pages ask for the same manifest again and again, and reading it as YAML takes 20 ms of the processor. The bytes
    are the key: what has been edited is read anew."""
    data, lines = strict_yaml.loads(raw, name)
    return strict_yaml.validate(Manifest, data, lines, name)


def load_manifest(root: Path) -> Manifest:
    """Only challenge.yaml of the pack in `root`: all that a candidate's copy of it holds. Raises ChallengeError."""
    return read_manifest(strict_yaml.read(root / "challenge.yaml"), root)
