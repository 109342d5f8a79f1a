"""A pack, read once: whatever is graded with it afterwards rests on these very bytes, and its digest is theirs.

Nothing reads a graded part of the folder a second time. So a pack that somebody edits while it is in use goes on as it
was read, and a grade can name no other files than those that ran.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader import junk
from grader.challenge import strict_yaml
from grader.challenge.beside import beside, is_of_tests
from grader.challenge.manifest import Challenge, Manifest, read_manifest
from grader.challenge.record import NOT_READ, text_of
from grader.challenge.rubric import Rubric, read_rubric
from grader.errors import ChallengeError, visible

if TYPE_CHECKING:
    from grader.challenge.model import ModelFile

PARTS = ("challenge.yaml", "instruction.md", "tests", "rubric.yaml")
"""What every pack has."""
LATER = ("min_real",)
"""Settings of the gate that came after digests were published: they count where a rubric has them."""
GRADED = ("tests", "environment")
"""Folders whose files decide a grade."""


@dataclass(frozen=True, kw_only=True)
class Pack(Challenge):
    """A challenge together with the files that decide a grade, as they were when it was read; nothing in it changes."""

    root: Path = field(metadata=NOT_READ)
    """Where it was read. For what no grade rests on: starter, solution, submissions, calibration."""
    files: Mapping[str, bytes] = field(repr=False, metadata=NOT_READ)
    """challenge.yaml, model.yaml and all below tests/ and environment/, by relative path."""
    instruction: bytes = field(repr=False, metadata=NOT_READ)
    """instruction.md, for the judge. The digest does not cover it, since it changes no points."""
    model: ModelFile | None = field(repr=False, metadata=NOT_READ)
    tests: Mapping[str, bytes] = field(repr=False, metadata=NOT_READ)
    """The files of tests/ by their path in it."""
    laid: Mapping[str, bytes] = field(repr=False, metadata=NOT_READ)
    """What goes into the verifier: the files of tests/, and what is laid beside them."""
    digest: str = field(metadata=NOT_READ)
    """`sha256:…` of all that decides a grade: manifest, rubric with its shared criteria, tests and what is laid beside
    them, environment, model."""

    @staticmethod
    def of( manifest: Manifest, rubric: Rubric, model: ModelFile | None, files: Mapping[str, bytes],
           *, root: Path, instruction: bytes) -> Pack:  # fmt: skip
        """The pack of these parts, which were checked as they were read, with what is laid beside its tests. Raises
        ChallengeError."""
        tests = {name.removeprefix("tests/"): content for name, content in files.items() if name.startswith("tests/")}
        more = beside(root, tests, manifest.take)
        return Pack(
            **{item.name: getattr(manifest, item.name) for item in fields(Manifest)},
            rubric=rubric,
            root=root,
            files=MappingProxyType(dict(files)),
            instruction=instruction,
            model=model,
            tests=MappingProxyType(tests),
            laid=MappingProxyType(tests | more),
            digest=digest_of(rubric, model, {**files, **{f"tests/{name}": content for name, content in more.items()}}),
        )

    @property
    def has_tests(self) -> bool:
        return any(is_of_tests(name.rpartition("/")[2]) for name in self.tests)

    def is_edited(self) -> bool:
        """Whether its folder holds another version by now, or none that can be read."""
        try:
            return load_pack(self.root).digest != self.digest
        except ChallengeError:
            return True

    @property
    def asked(self) -> str:
        """The instruction as text."""
        return self.instruction.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def requirements(self) -> bytes:
        """The hash-pinned packages that candidate code may import."""
        return self.files[self.environment.requirements] if self.environment.requirements else b""


def load_pack(root: Path) -> Pack:
    """The pack in `root`. Raises ChallengeError with file, line and the nearest known key for whatever is wrong."""
    raw = strict_yaml.read(root / "challenge.yaml")
    manifest = read_manifest(raw, root)
    for name in PARTS:
        if not (root / name).exists():
            raise ChallengeError(f"{root}: {name} is missing; every pack has {', '.join(PARTS[:-1])} and {PARTS[-1]}.")
    check_files(root, manifest)
    check_claims(root, manifest)
    files = {"challenge.yaml": raw, **_optional(root, "model.yaml"), **_graded(root)}
    for name in manifest.named:  # they may lie elsewhere
        files.setdefault(name, (root / name).read_bytes())
    model = _model(files["model.yaml"], root) if "model.yaml" in files else None
    rubric = read_rubric(strict_yaml.read(root / "rubric.yaml"), root / "rubric.yaml")
    instruction = (root / "instruction.md").read_bytes()
    pack = Pack.of(manifest, rubric, model, files, root=root, instruction=instruction)
    if not rubric.criteria and not pack.has_tests:
        raise ChallengeError(f"{root}: the pack has neither hidden tests nor criteria, so there is nothing to grade.")
    return pack


def digest_of(rubric: Rubric, model: ModelFile | None, files: Mapping[str, bytes]) -> str:
    """`sha256:…` of what decides a grade; it keys the seed, so that its making must never change."""
    said = rubric.model_dump()
    said["gate"] = {name: value for name, value in said["gate"].items() if value is not None or name not in LATER}
    total = hashlib.sha256(text_of(said).encode())
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    if model is not None and model.cassette_digest:
        sums["cassette"] = model.cassette_digest
    for name, found in sorted(sums.items()):
        total.update(f"{name}\0{found}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _optional(root: Path, name: str) -> dict[str, bytes]:
    return {name: strict_yaml.read(root / name)} if (root / name).exists() else {}


def _model(raw: bytes, root: Path) -> ModelFile:
    from grader.challenge.model import read_model  # most packs have none

    return read_model(raw, root)


def _graded(root: Path) -> dict[str, bytes]:
    """The files of the graded folders. What editors, operating systems and tools leave there is left out, as in a
    submission."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in GRADED
        if (root / folder).is_dir()
        for path in junk.files(root / folder)
    }


# ------------------------------------------------------------------------------------------------ what is refused


def check_files(root: Path, manifest: Manifest) -> None:
    """Raises ChallengeError for what decides the grade and would not be taken as it stands there: links, whose end is
    not part of the pack; pipes and sockets; tests in a folder that is left out."""
    taken = list(manifest.take.values())
    above = [str(folder) for source in taken for folder in Path(source).parents[:-1]]
    parts = ("challenge.yaml", "instruction.md", "rubric.yaml", "model.yaml", "starter", *GRADED)
    named = (*parts, *manifest.named, *taken, *above)
    below = [path for folder in (*GRADED, *taken) for path in sorted((root / folder).rglob("*"))]
    problems = [problem for path in (*(root / name for name in named), *below) if (problem := _not_taken(path, root))]
    if problems:
        raise ChallengeError("\n".join(dict.fromkeys(problems)))


def check_claims(root: Path, manifest: Manifest) -> None:
    """Raises ChallengeError where data or generator that `claims` names are not there."""
    for name in manifest.claims.data:
        if not (root / "starter" / name).exists():
            raise ChallengeError(f"{root / 'challenge.yaml'}: claims names {name}, which is not in starter/.")
    module = manifest.claims.generator.partition(":")[0].replace(".", "/")
    if module and not any((root / "tests" / name).is_file() for name in (f"{module}.py", f"{module}/__init__.py")):
        raise ChallengeError(f"{root / 'challenge.yaml'}: claims names {module}.py, which is not in tests/.")


def _not_taken(path: Path, root: Path) -> str:
    part = junk.part(path.relative_to(root).parts)
    if part is not None:
        lost = is_of_tests(path.name) and not path.name.startswith(".")
        return f"{path}: lies in {part[0]}, which is left out ({part[1]}): it would not count. Move it." if lost else ""
    if path.is_symlink():
        return f"{path}: is a link to {visible(os.readlink(path))}: it would not count. Put the file itself there."
    known = path.is_file() or path.is_dir() or not path.exists()
    return "" if known else f"{path}: is neither a file nor a folder. Remove it."


def links(folder: Path) -> list[str]:
    """What is wrong with each link below `folder`, in a sentence: what it leads to is not taken with the folder."""
    return [told for path in sorted(folder.rglob("*")) if path.is_symlink() and (told := _not_taken(path, folder))]
