"""challenge.yaml and the folder around it: what a pack promises, checked when it is read."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from grader import junk
from grader.challenge import strict_yaml
from grader.challenge.model import cassette_of, load_model
from grader.challenge.rubric import Rubric, load_rubric
from grader.challenge.strict_yaml import Strict
from grader.errors import ChallengeError, visible
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


class Challenge(Strict):
    """A pack that has been read. `root` and `rubric` are filled in by `load_challenge`."""

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
    root: Path = Field(default=Path(), exclude=True)
    rubric: Rubric = Field(default=Rubric(), exclude=True)

    @model_validator(mode="after")
    def _consistent(self) -> Challenge:
        if self.primary_competency in self.secondary_competencies:
            raise ValueError("primary_competency stands among secondary_competencies too")
        wrong = [name for name, share in self.minimums.items() if not 0 <= share <= 1]
        if wrong:
            raise ValueError(f"minimums.{wrong[0]} is a share between 0 and 1")
        return self

    def requirements(self) -> bytes:
        """The hash-pinned packages that candidate code may import."""
        return (self.root / self.environment.requirements).read_bytes() if self.environment.requirements else b""

    def competency_of(self, group: str) -> Competency:
        """The competency that the tests of `group` count for."""
        known = self.groups.get(group)
        return (known.competency if known else None) or self.primary_competency

    def group_title(self, group: str) -> str:
        known = self.groups.get(group)
        return (known.title if known else "") or group.replace("_", " ").replace("-", " ").capitalize()


def load_challenge(root: Path) -> Challenge:
    """The pack in `root`. Raises ChallengeError with file, line and the nearest known key for whatever is wrong."""
    challenge = load_manifest(root)
    for name in ("instruction.md", "tests", "rubric.yaml"):
        if not (root / name).exists():
            parts = "challenge.yaml, instruction.md, tests/ and rubric.yaml"
            raise ChallengeError(f"{root}: {name} is missing; every pack has {parts}.")
    check_files(root)
    load_model(root)  # what is wrong in it is said before anything runs
    challenge = challenge.model_copy(update={"rubric": load_rubric(root / "rubric.yaml")})
    if not challenge.rubric.criteria and not has_tests(root):
        raise ChallengeError(f"{root}: the pack has neither hidden tests nor criteria, so there is nothing to grade.")
    return challenge


def load_manifest(root: Path) -> Challenge:
    """Only challenge.yaml and what it names: all that a candidate's copy of a pack holds. Raises ChallengeError."""
    manifest = root / "challenge.yaml"
    data, lines = strict_yaml.load(manifest)
    challenge = strict_yaml.validate(Challenge, data, lines, str(manifest))
    for named in (challenge.environment.requirements, challenge.environment.dockerfile):
        if named and not (root / named).is_file():
            raise ChallengeError(f"{manifest}: environment names {named}, which is not there.")
    return challenge.model_copy(update={"root": root})


def has_tests(root: Path) -> bool:
    return any(_is_of_tests(path.name) for path in (root / "tests").rglob("*.py"))


def _is_of_tests(name: str) -> bool:
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def check_files(root: Path) -> None:
    """Raises ChallengeError for what decides the grade and would not be taken as it stands there: links, whose end is
    not part of the pack; pipes and sockets; tests in a folder that is left out."""
    named = [root / name for name in ("challenge.yaml", "rubric.yaml", "model.yaml", "tests", "environment")]
    below = [path for folder in ("tests", "environment") for path in sorted((root / folder).rglob("*"))]
    problems = [problem for path in (*named, *below) if (problem := _not_taken(path, root))]
    if problems:
        raise ChallengeError("\n".join(problems))


def _not_taken(path: Path, root: Path) -> str:
    part = junk.part(path.relative_to(root).parts)
    if part is not None:
        lost = _is_of_tests(path.name) and not path.name.startswith(".")
        return f"{path}: lies in {part[0]}, which is left out ({part[1]}): it would not count. Move it." if lost else ""
    if path.is_symlink():
        return f"{path}: is a link to {visible(os.readlink(path))}: it would not count. Put the file itself there."
    known = path.is_file() or path.is_dir() or not path.exists()
    return "" if known else f"{path}: is neither a file nor a folder. Remove it."


def hidden_files(root: Path) -> dict[str, bytes]:
    """The files of `tests/` by relative path: what goes into the verifier. What editors, operating systems and tools
    leave there is left out, as in a submission."""
    return _read(root / "tests")


def digest(challenge: Challenge) -> str:
    """`sha256:…` of all that decides a grade: manifest, rubric with its shared criteria, tests, environment, model.
    Not of the instruction, the starter, the solution or what is only shown."""
    root = challenge.root
    total = hashlib.sha256(challenge.rubric.model_dump_json().encode())
    files = {name: (root / name).read_bytes() for name in ("challenge.yaml", "model.yaml") if (root / name).is_file()}
    model = load_model(root)
    tape = cassette_of(root, model) if model else None
    if tape is not None:
        files["cassette"] = tape.read_bytes()
    for folder in ("tests", "environment"):
        files |= {f"{folder}/{name}": content for name, content in _read(root / folder).items()}
    for name, content in sorted(files.items()):
        total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _read(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in junk.files(folder)}
