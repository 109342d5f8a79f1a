"""What is laid beside the hidden tests of a pack: the kit, where one of their files names it, and folders of the
starter that challenge.yaml takes.

It counts as if it lay in tests/: the digest covers these very bytes, so a kit that was edited makes another digest for
each pack that uses it, and for no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader import junk
from grader.errors import ChallengeError
from grader.settings import PLACES

KIT = "grader_kit"


def beside(root: Path, tests: Mapping[str, bytes], take: Mapping[str, str]) -> dict[str, bytes]:
    """Path in the verifier's folder of tests → content. `tests`: the files of tests/ by their path in it; `take`:
    folder there → folder of the pack. Raises ChallengeError for a file of the pack's that would stand in the place of
    these, and for tests among what is taken."""
    whose = {KIT: "the kit"} | {name: f"what is taken from {source}" for name, source in take.items()}
    for path in tests:
        first = path.partition("/")[0].removesuffix(".py")
        if first in whose:
            raise ChallengeError(
                f"{root / 'tests' / path}: {first} is the name of {whose[first]}, which is laid beside the tests. "
                "Give it another one."
            )
    uses_kit = any(KIT.encode() in content for path, content in tests.items() if path.endswith(".py"))
    found = kit() if uses_kit else {}
    for name, source in take.items():
        found |= taken(root, name, source)
    return found


def kit() -> dict[str, bytes]:
    """The files of the kit, by their path beside hidden tests."""
    folder = PLACES.shipped / "kit"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted((folder / KIT).rglob("*.py"))}


def taken(root: Path, name: str, source: str) -> dict[str, bytes]:
    """The files of the folder `source` of the pack in `root`, as they stand in the folder `name` beside hidden tests.
    Raises ChallengeError where there are none, and for tests among them."""
    folder, manifest = root / source, root / "challenge.yaml"
    paths = junk.files(folder)
    if not paths:
        raise ChallengeError(f"{manifest}: take names {source}, which is no folder with files.")
    for path in paths:
        if is_of_tests(path.name) or path.name == "conftest.py":
            raise ChallengeError(f"{manifest}: take names {source}, but {path.name} is no helper of tests.")
    return {f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


def is_of_tests(name: str) -> bool:
    """Whether pytest takes a file of this name for one of tests."""
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))
