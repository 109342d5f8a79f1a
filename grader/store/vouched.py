"""Whether a SQLite store that was merely found, in the working folder or beside a result, was made by this operator's
grader. A store says who got which grade, and what people wrote: one that came with a submission must not be believed,
and not even be opened.

A store that is made here bears a mark, keyed by the operator's secret, in two header fields that SQLite leaves to
programs. It is read off the file without SQLite. A store that the operator names needs none.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.errors import UsageError, visible
from grader.own_files import with_sides
from grader.secret import Secret
from grader.settings import NAME, Settings

_HEAD = 100
_FIELDS = ((60, "user_version"), (68, "application_id"))
"""Where SQLite has them in the head of its file, in big-endian order."""
_FOR_ANY_SERVER = "PGPASSWORD"
"""A password that goes to whatever server is asked; those in ~/.pgpass go to their own alone."""
_JOURNAL = "-journal"
"""Of a store that keeps no log of pages: SQLite would write what stands in it back over the store. Ours keep one."""


def put_mark(connection: Any) -> None:
    """Marks a database that holds nothing yet; called before it is anything but an empty file. Without a secret that
    can be used there is no mark, and the store has to be named each time."""
    if connection.execute("pragma page_count").fetchone()[0]:
        return
    from grader import secret

    with contextlib.suppress(UsageError):
        numbers = _numbers(secret.of(Settings.read()))
        for (_, field), number in zip(_FIELDS, numbers, strict=True):
            connection.execute(f"pragma {field} = {number}")


def is_ours(path: Path, keys: Iterable[Secret]) -> bool:
    """Whether the file `path` bears the mark of one of `keys`."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    if len(head) < _HEAD or not head.startswith(b"SQLite format 3\0"):
        return False
    found = b"".join(head[at : at + 4] for at, _ in _FIELDS)
    return any(hmac.compare_digest(found, struct.pack("!2i", *_numbers(key))) for key in keys)


def found(settings: Settings) -> str:
    """The address of the store in force. Raises UsageError for one that nobody named, or only the working folder, and
    that is not ours."""
    from grader.store import files_of

    if settings.store_is_named and "store" not in settings.found:
        return settings.store
    for path in files_of(settings.store)[:1]:
        check(path, settings)
    if os.environ.get(_FOR_ANY_SERVER) and not settings.store.startswith("sqlite"):
        raise UsageError(
            f"The store that ./{NAME} names is not opened: the password in {_FOR_ANY_SERVER} would go to it, and is "
            "from elsewhere.",
            fix="name the store where the password is: in GRADER_STORE",
        )
    return settings.store


def check(path: Path, settings: Settings, doubt: str = "") -> None:
    """Raises UsageError for a store that was found at `path` and that this operator's grader did not make. `doubt`: why
    what is there may be a candidate's."""
    from grader import secret

    because = _beside(path)
    if not because and path.exists() and not is_ours(path, secret.known(settings)):
        because = f"{doubt}, and may have come with it" if doubt else "it was not made with your secret"
    if because:
        raise UsageError(
            f"The store {visible(str(path))} is not opened, because {because}.",
            fix=f"Run this from another folder. If the store is yours, say so: --store sqlite:///{visible(str(path))}",
        )


def _beside(path: Path) -> str:
    """Why a store found at `path` is not what it seems, by what leads to it and lies beside it; the end of a sentence.
    SQLite takes pages from the files beside a store; it makes them with the store's own owner and rights."""
    if path.is_symlink():
        return f"it is a link to {visible(os.readlink(path))}"
    for side in (Path(name) for name in with_sides(str(path))[1:]):
        if not os.path.lexists(side):
            continue
        name = visible(side.name)
        if not path.exists():
            return f"{name} lies there already, of a store that is not there"
        if _rights(side) not in {_rights(path), None}:
            return f"{name} beside it is not of its making"
        if side.name.endswith(_JOURNAL):
            return f"{name} lies beside it, and a store of ours never leaves one"
    return ""


def _rights(path: Path) -> tuple[int, int] | None:
    """Owner and kind with rights of what lies there, a link for itself; None where it has gone meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        about = path.lstat()
        return about.st_uid, about.st_mode
    return None


def _numbers(key: Secret) -> tuple[int, int]:
    first, second = struct.unpack("!2i", bytes.fromhex(key.mark("grader: a store")))
    return first, second or 1
