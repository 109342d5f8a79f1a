"""Cassettes: what a real model said, a line of JSON an answer, found again by the digest of the request.

An entry holds texts, tool calls and figures, and neither the request nor a header: no key can come into the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader import files
from grader.errors import ChallengeError

MOST_BYTES = 32_000_000


def read(path: Path) -> dict[str, dict[str, Any]]:
    """Digest → entry; of two for one digest, the first. Raises ChallengeError with the line that is wrong."""
    return parse(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """The cassette as it stands there. Raises ChallengeError."""
    try:
        raw = files.read(path, MOST_BYTES)
    except OSError as problem:
        raise ChallengeError(f"The cassette {path} cannot be read: {problem}") from problem
    if len(raw) > MOST_BYTES:
        raise ChallengeError(f"{path} is larger than {MOST_BYTES:,} bytes.")
    return raw


def parse(raw: bytes, path: Path) -> dict[str, dict[str, Any]]:
    """As `read`, for the bytes of `path`."""
    from pydantic import ValidationError

    from grader.challenge.recorded import ENTRY

    try:
        lines = raw.decode("utf-8").splitlines()
    except UnicodeDecodeError as problem:
        raise ChallengeError(f"The cassette {path} cannot be read: {problem}") from problem
    found: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        try:
            entry = ENTRY.validate_json(line)
        except ValidationError as problem:
            first = problem.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise ChallengeError(f"{path}:{number}: {place + ': ' if place else ''}{first['msg']}") from problem
        found.setdefault(entry.digest, entry.model_dump())
    return found


def append(path: Path, entry: Mapping[str, Any]) -> None:
    """Adds `entry` to the end, on the disk before this returns: what was paid for is not lost."""
    from grader.challenge.recorded import ENTRY

    line = ENTRY.validate_python(dict(entry)).model_dump()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
