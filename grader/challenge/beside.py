"""What is laid beside the hidden tests of a pack: the kit, where one of their files names it.

It counts as if it lay in tests/: the digest covers these very bytes, so a kit that was edited makes another digest for
each pack that uses it, and for no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.errors import ChallengeError
from grader.settings import PLACES

KIT = "grader_kit"


def beside(root: Path, tests: Mapping[str, bytes]) -> dict[str, bytes]:
    """Path in the verifier's folder of tests → content. `tests`: the files of tests/ by their path in it. Raises
    ChallengeError for a file of the pack's that would stand in the kit's place."""
    for name in tests:
        if name.partition("/")[0].partition(".")[0] == KIT:
            raise ChallengeError(
                f"{root / 'tests' / name}: {KIT} is the name of the kit, which would not be found. Give it another one."
            )
    uses_kit = any(KIT.encode() in content for name, content in tests.items() if name.endswith(".py"))
    return kit() if uses_kit else {}


def kit() -> dict[str, bytes]:
    """The files of the kit, by their path beside hidden tests."""
    folder = PLACES.shipped / "kit"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted((folder / KIT).rglob("*.py"))}
