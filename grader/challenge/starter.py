"""What every candidate is given: the starter and the instruction."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader import junk
from grader.challenge.strict_yaml import check_no_link

FOLDER = "starter"
INSTRUCTION = "instruction.md"
MOST_BYTES = 2_000_000
"""Of one file; a larger one is left out."""


def given(root: Path, *, most_bytes: int | None = MOST_BYTES) -> Mapping[str, bytes]:
    """The files that candidates of the pack in `root` begin with, as they lie in their folder, and the instruction;
    without those over `most_bytes`. Raises ChallengeError where starter or instruction is a link, also one that was put
    there after the pack was read."""
    folder = root / FOLDER
    for name in (FOLDER, INSTRUCTION):
        check_no_link(root / name)
    paths = junk.files(folder) if folder.is_dir() else ()
    small = [path for path in paths if most_bytes is None or path.stat().st_size <= most_bytes]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in small}
    instruction = root / INSTRUCTION
    return found | ({INSTRUCTION: instruction.read_bytes()} if instruction.is_file() else {})
