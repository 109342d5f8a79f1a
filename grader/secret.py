"""The operator's secret, which keys the seed of every grading: whoever has a public pack has its hidden tests, and
could work out each answer to their own submission if the seed were made of public things alone.

Made at first use and kept with the user's configuration, or given in `GRADER_SECRET`, so that workers on many machines
share it. It is in no result, log or container; its fingerprint is in each result. A `grader.toml` never gives it: that
file may lie where a candidate put it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import UsageError
from grader.settings import PLACES, Settings

VARIABLE = "GRADER_SECRET"
LEAST = 32
"""Characters that a secret has at least; one that is made here has 64, of 256 bits."""
NAME = "secret"


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A key for seeds. `source` says where it is from."""

    value: bytes = field(repr=False)
    source: str

    @property
    def fingerprint(self) -> str:
        """Tells this secret from others and gives nothing of it away: 16 hexadecimal digits."""
        return hmac.new(self.value, b"grader: fingerprint of the secret", hashlib.sha256).hexdigest()[:16]

    def seed(self, challenge_digest: str, submission_digest: str) -> int:
        """A number that only this submission to this challenge gets from this operator: HMAC-SHA256 of both digests.
        63 bits."""
        text = f"grader: seed\0{challenge_digest}\0{submission_digest}".encode()
        return int.from_bytes(hmac.new(self.value, text, hashlib.sha256).digest()[:8], "big") >> 1

    def mark(self, source: str) -> str:
        """Tells what was graded, by its path or address, from what was not, and names neither: 16 hexadecimal digits.
        Nobody without the secret can try names on it, so that a blind result stays blind."""
        return hmac.new(self.value, f"grader: source\0{source}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[
            :16
        ]


FOR_CHECKS = Secret(value=b"known to everybody: for promises that hold on every machine", source="of checks")
"""Keys what is no grade: `grade challenge check` finds the same on every machine."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A secret that was in force until it was rotated."""

    fingerprint: str
    path: Path
    until: datetime


def of(settings: Settings) -> Secret:
    """The secret in force, made where there is none yet. Raises UsageError where it cannot be had or is not safe."""
    if settings.secret:
        return Secret(value=_checked(settings.secret, VARIABLE), source=VARIABLE)
    path = PLACES.config / NAME
    if not path.is_file():
        _make(path)
    return Secret(value=_read(path), source=str(path))


def rotate(settings: Settings) -> Secret:
    """Puts a new secret in the place of the one in the file, which is kept beside it under its fingerprint. Raises
    UsageError where the secret is not in a file."""
    before = of(settings)
    if settings.secret:
        raise UsageError(
            f"The secret is given in {VARIABLE}; a new one has to be set where that is set.",
            fix=f"{VARIABLE}=$(openssl rand -hex 32)",
        )
    path = PLACES.config / NAME
    kept = path.with_name(f"{NAME}.{before.fingerprint}")
    try:
        with contextlib.suppress(FileExistsError):
            os.link(path, kept)
        os.utime(kept)
        os.replace(_written(path), path)
    except OSError as problem:
        raise _unusable(path, problem) from problem
    return of(settings)


def earlier() -> list[Earlier]:
    """Secrets that were rotated away, the last one first."""
    found = []
    for path in PLACES.config.glob(f"{NAME}.*"):
        print_ = path.suffix[1:]
        if len(print_) == 16 and all(c in "0123456789abcdef" for c in print_):
            until = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found.append(Earlier(fingerprint=print_, path=path, until=until))
    return sorted(found, key=lambda one: one.until, reverse=True)


def known(settings: Settings) -> list[Secret]:
    """The secret in force and those before it, as far as they can be read. Raises UsageError."""
    found = [of(settings)]
    for one in earlier():
        with contextlib.suppress(UsageError):
            found.append(Secret(value=_read(one.path), source=str(one.path)))
    return found


# ------------------------------------------------------------------------------------------------ the file


def _make(path: Path) -> None:
    """Writes a new secret, whole or not at all; of two processes that do so at the same time, one wins for both."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = _written(path)
        try:
            with contextlib.suppress(FileExistsError):
                os.link(written, path)
        finally:
            written.unlink()
    except OSError as problem:
        raise _unusable(path, problem) from problem


def _written(path: Path) -> Path:
    """A new secret in a file beside `path` that only its owner can read."""
    new = path.with_name(f".{NAME}-{secrets.token_hex(8)}")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return new


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise _unusable(path, problem) from problem
    if mode & 0o077:
        raise UsageError(
            f"{path} holds the secret that hidden tests' data is drawn with, and others can read or change it.",
            fix=f"chmod 600 {shlex.quote(str(path))}; then `grade secret rotate`, if somebody may have read it",
        )
    return _checked(text, str(path))


def _checked(text: str, where: str) -> bytes:
    text = text.strip()
    if len(text) < LEAST:
        raise UsageError(
            f"The secret in {where} has {len(text)} characters; one that cannot be guessed has at least {LEAST}.",
            fix=f"{VARIABLE}=$(openssl rand -hex 32)",
        )
    return text.encode("utf-8", "surrogateescape")


def _unusable(path: Path, problem: Exception) -> UsageError:
    why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return UsageError(
        f"The operator's secret cannot be kept in {path}: {why}.",
        fix=f"set XDG_CONFIG_HOME to a folder of your own, or give the secret in {VARIABLE}",
    )
