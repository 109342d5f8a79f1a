"""How what a candidate sends comes in: on the disk first, then looked at as intake does, then it has its place.

Nothing is acknowledged before its bytes are on the disk under their name: a server that is killed at any moment loses
nothing that it has acknowledged, and what it had not leaves a file ending in .part, which goes with a start of the
server an hour later.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from grader import aside, files
from grader.challenge import Manifest
from grader.errors import GraderError, InfrastructureError, RefusedError, UsageError, visible
from grader.network import parts_of
from grader.portal.records import MOST_BYTES
from grader.submission import IntakeLimits, check_required, read_submission, write_archive

SECONDS = 20.0
"""Processor time for looking at what came in; what a person would hand in takes a hundredth of it."""
HOSTS = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
"""Where a repository may be, unless the team says otherwise: no address leads into the team's own network."""
LEFT_SECONDS = 3_600.0
"""After which nobody writes any more at what has not become a hand-in."""
_BLOCK = 1 << 20
_AT_ONCE = threading.BoundedSemaphore(2)
"""Archives that are looked at, and repositories that are fetched, at the same time."""
PATIENCE = 30.0
"""Seconds that one waits for its turn, then it is told so."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came in, kept on the disk."""

    id: str
    digest: str
    submission: str
    bytes: int
    files: int


class Looked(NamedTuple):
    """What intake says of a file: the digest of the submission in it, or why it is refused."""

    submission: str = ""
    files: int = 0
    refused: str = ""


def folder_of(store: str, named: Path | None = None) -> Path:
    """Where hand-ins lie: the folder that is `named`, else one beside the store's file. Raises UsageError."""
    from grader.store import files_of

    if named is not None:
        return named.absolute()
    own = files_of(store)[:1]
    if not own:
        raise UsageError(
            "Hand-ins are files, and a store in Postgres has no place beside it for them.",
            fix="name a folder that all servers and workers reach: GRADER_HAND_INS=/srv/hand-ins",
        )
    return own[0].absolute().with_name(f"{own[0].name}.hand-ins")


def place_of(folder: Path, hand_in: str) -> Path:
    """Where the bytes of a hand-in lie."""
    return folder / hand_in


def take_upload(folder: Path, upload: IO[bytes], manifest: Manifest) -> Taken:
    """Keeps an archive. Raises RefusedError with the sentence for the candidate; then nothing of it is kept."""
    with _place(folder) as (made, part):
        digest, size = _write(part, upload)
        if size == 0:
            raise RefusedError("No file came with the form, or an empty one. Choose the archive again, then send it.")
        looked = _looked(part, manifest)
        return _kept(part, Taken(id=made, digest=digest, submission=looked.submission, bytes=size, files=looked.files))


def take_repository(folder: Path, address: str, manifest: Manifest, hosts: Sequence[str] = HOSTS) -> Taken:
    """Fetches a repository and keeps its files as an archive, as they are now. Raises RefusedError."""
    checked = checked_address(address, hosts)
    rules = manifest.submission
    with _turn():
        try:
            found = read_submission(checked, _limits(manifest), required=rules.required)
        except InfrastructureError as problem:
            raise RefusedError(f"The repository could not be fetched: {problem.message}") from problem
        check_required(found, rules.required)
    content = write_archive(found)
    return take_upload(folder, io.BytesIO(content), manifest)


def checked_address(address: str, hosts: Sequence[str] = HOSTS) -> str:
    """The address as git may be asked for it. Raises RefusedError: only a public page's address is one, never a path of
    this machine, another protocol, or a host of the team's own network."""
    text = address.strip()
    parts = parts_of(text)
    good = parts.scheme == "https" and parts.hostname in hosts and parts.port is None and not parts.username
    if not good or not text.isascii() or any(char.isspace() for char in text) or ".." in text or len(text) > 500:
        named = ", ".join(hosts)
        raise RefusedError(
            f"'{visible(text, 80)}' is no address that is taken. Write https://{hosts[0]}/NAME/REPOSITORY, public, at "
            f"one of {named}; #COMMIT behind it names a commit. Or send the files as an archive."
        )
    return text


def remove_partial(folder: Path, *, now: float) -> None:
    """Removes what was never acknowledged, and that nobody writes any more: other servers may share the folder."""
    for leftover in folder.glob(".*.part") if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if now - leftover.stat().st_mtime > LEFT_SECONDS:
                leftover.unlink()


@contextlib.contextmanager
def _place(folder: Path) -> Iterator[tuple[str, Path]]:
    """A name for what comes in, and where it lies until it is looked at; nothing stays there."""
    made = secrets.token_hex(16)
    part = folder / f".{made}.part"
    with files.explained(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            yield made, part
        finally:
            part.unlink(missing_ok=True)


def _write(part: Path, upload: IO[bytes]) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    with open(part, "xb", opener=_private) as file:
        while block := upload.read(_BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                raise RefusedError(TOO_LARGE)
            total.update(block)
            file.write(block)
    return f"sha256:{total.hexdigest()}", size


TOO_LARGE = (
    f"That is more than {MOST_BYTES // 1_000_000} MB. Send the files that the instruction asks for, without virtual "
    "environments, models and build output."
)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _looked(part: Path, manifest: Manifest) -> Looked:
    rules = manifest.submission
    with _turn():
        try:
            found = aside.run(SECONDS, look, str(part), rules.max_files, int(rules.max_bytes), tuple(rules.required))
        except aside.AsideError as problem:
            raise RefusedError(f"The archive could not be read: {problem.why}. Send a .zip or .tar.gz.") from problem
    if found.refused:
        raise RefusedError(found.refused)
    return found


def look(path: str, most_files: int, most_bytes: int, required: tuple[str, ...]) -> Looked:
    """The work of the helper: what grading would say of the file before anything runs."""
    try:
        found = read_submission(path, IntakeLimits(max_files=most_files, max_bytes=most_bytes), required=required)
        check_required(found, required)
    except GraderError as problem:
        said = problem.message.replace(os.path.basename(path), "your file")
        return Looked(refused=f"{said} {problem.fix}".strip())
    return Looked(found.digest, len(found.files))


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise UsageError("Many are handing in at this moment. Nothing was lost; send it again in a minute.")
    try:
        yield
    finally:
        _AT_ONCE.release()


def _kept(part: Path, taken: Taken) -> Taken:
    """On the disk, then under its name, then the name on the disk."""
    with open(part, "rb") as file:
        os.fsync(file.fileno())
    os.replace(part, place_of(part.parent, taken.id))
    files.sync_folder(part.parent)
    return taken


def _limits(manifest: Manifest) -> IntakeLimits:
    return IntakeLimits(max_files=manifest.submission.max_files, max_bytes=int(manifest.submission.max_bytes))
