"""What every candidate is given: the starter and the instruction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from grader import junk
from grader.challenge.strict_yaml import check_no_link
from grader.errors import ChallengeError, UsageError, visible
from grader.stored import load_json

FOLDER, ROUNDS = "starter", "rounds"
INSTRUCTION = "instruction.md"
PACKAGES = "environment/requirements.txt"
"""The packages that a work may import: what candidates read of it as they read the instruction."""
MOST_BYTES = 2_000_000
"""Of one file; a larger one is left out."""


def given(root: Path, *, most_bytes: int | None = MOST_BYTES) -> Mapping[str, bytes]:
    """The files that candidates of the pack in `root` begin with, as they lie in their folder, the instruction, and the
    list of packages; without those over `most_bytes`. Raises ChallengeError where one of them is a link, also one that
    was put there after the pack was read."""
    folder = root / FOLDER
    for name in (FOLDER, INSTRUCTION, PACKAGES.partition("/")[0], PACKAGES):
        check_no_link(root / name)
    paths = junk.files(folder) if folder.is_dir() else ()
    small = [path for path in paths if most_bytes is None or path.stat().st_size <= most_bytes]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in small}
    beside = [name for name in (INSTRUCTION, PACKAGES) if (root / name).is_file()]
    return found | {name: (root / name).read_bytes() for name in beside}


def rounds(root: Path) -> tuple[str, ...]:
    """The rounds of the pack in `root`, where not all candidates are given the same: files of `rounds/` by name."""
    check_no_link(root / ROUNDS)
    return tuple(sorted(path.stem for path in (root / ROUNDS).glob("*.json")))


def round_of(root: Path, key: str) -> str:
    """The round of whoever has the link `key`: always the same, and each about as often; "" where there are none."""
    names = rounds(root)
    return names[int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % len(names)] if names else ""


def given_in(root: Path, name: str, *, most_bytes: int | None = MOST_BYTES) -> Mapping[str, bytes]:
    """What candidates of the round `name` begin with: the starter without its own `data/`, and the round's files over
    it. Raises as `own_of`."""
    kept = {at: content for at, content in given(root, most_bytes=most_bytes).items() if not at.startswith("data/")}
    return kept | own_of(root, name)


def own_of(root: Path, name: str) -> dict[str, bytes]:
    """The files of the round `name` alone. Raises UsageError for a round that is none, ChallengeError for a file that
    is none."""
    if name not in rounds(root):
        known = ", ".join(rounds(root)[:20]) or "none"
        raise UsageError(f"{visible(str(root))} has no round {visible(name)!r}; there are: {known}.")
    path = root / ROUNDS / f"{name}.json"
    check_no_link(path)
    files = load_json(path)
    if not isinstance(files, dict) or not all(isinstance(text, str) and _plain(at) for at, text in files.items()):
        raise ChallengeError(f"{visible(str(path))}: a round is an object of paths below the starter and their texts.")
    return {at: text.encode() for at, text in files.items()}


def _plain(name: str) -> bool:
    parts = name.split("/")
    return bool(name) and not {"", ".", ".."} & set(parts) and "\\" not in name
