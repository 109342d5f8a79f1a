"""What was made of a pack's files, kept as JSON from one grading to the next, so that nothing is checked twice.

An entry is found by the digest of the very bytes that it was made of and of the code that made it: what was edited, and
what another version made, is not found. It is trusted no more than the pack itself: where it is damaged, or lies
where another user could have put it, what it holds is made anew. Reading gives plain data and records of a pack, and
runs no code but their own checks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from grader import __version__, files
from grader.challenge.record import Record
from grader.errors import GraderError
from grader.settings import PLACES

MOST_BYTES = 64_000_000
MOST_ENTRIES = 400
"""Those written longest ago go where there are more."""
T = TypeVar("T")


def kept(name: str, parts: Sequence[bytes], make: Callable[[], T]) -> T:
    """What `make` made of `parts`, the bytes of files: records, and lists, tuples and mappings of plain data. `name`
    tells apart what is made of the same bytes. Raises what `make` raises; that is not kept."""
    path = folder() / f"{_key(name, parts)}.json"
    try:
        return _read(path)  # type: ignore[no-any-return] # what `make` gave then
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        made = make()
    with contextlib.suppress(GraderError, OSError, TypeError, ValueError, RecursionError):  # a cache, and no more
        _write(path, made)
    return made


def folder() -> Path:
    return PLACES.cache / "packs"


def _key(name: str, parts: Sequence[bytes]) -> str:
    total = hashlib.sha256(f"{__version__}\0{_code()}\0{name}\0".encode())
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


@cache
def _code() -> str:
    """A digest of what makes and checks entries: a developer's change is another version."""
    here = Path(__file__).parent
    total = hashlib.sha256()
    for path in (*sorted(here.glob("*.py")), here.parent / "records.py"):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


# ------------------------------------------------------------------------------------------------ on the disk


def _read(path: Path) -> Any:
    """Raises OSError where it is not there or may be another user's, ValueError and others where it is damaged."""
    for above in (path.parent.parent, path.parent):
        _own(os.lstat(above), stat.S_ISDIR)
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        _own(os.fstat(file.fileno()), stat.S_ISREG)
        content = file.read(MOST_BYTES + 1)
    digest, _, body = content.partition(b"\n")
    if len(content) > MOST_BYTES or digest.decode("ascii") != _digest(path.stem, body):
        raise ValueError("damaged")
    return _decoded(json.loads(body))


def _own(facts: os.stat_result, right: Callable[[int], bool]) -> None:
    if not right(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
        raise PermissionError("others could have written it")


def _write(path: Path, made: object) -> None:
    body = json.dumps(_encoded(made), ensure_ascii=True, separators=(",", ":")).encode("ascii")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(path.parent)
    files.write(path, _digest(path.stem, body).encode() + b"\n" + body, private=True)


def _digest(key: str, body: bytes) -> str:
    return hashlib.sha256(key.encode() + b"\0" + body).hexdigest()


def _sweep(place: Path) -> None:
    found = sorted(place.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in found[: max(0, len(found) - MOST_ENTRIES + 1)]:
        path.unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------------ as JSON


def _encoded(value: Any) -> Any:
    """Lists whose first item says what they are; texts, numbers, truth and None as they are."""
    if isinstance(value, Record):
        inner = [_encoded(getattr(value, item.name)) for item in fields(value)]
        return [f"{type(value).__module__}:{type(value).__qualname__}", *inner]
    if isinstance(value, Mapping):
        return ["dict", *([_encoded(key), _encoded(inner)] for key, inner in value.items())]
    if type(value) in {list, tuple}:
        return [type(value).__name__, *map(_encoded, value)]
    if value is None or type(value) in {str, int, float, bool}:
        return value
    raise TypeError(f"{type(value).__name__} is not kept")


def _decoded(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, *inner = value
    if kind == "dict":
        return {_decoded(key): _decoded(item) for key, item in inner}
    if kind in {"list", "tuple"}:
        found = map(_decoded, inner)
        return list(found) if kind == "list" else tuple(found)
    record = _records()[kind]
    return record(**{item.name: _decoded(part) for item, part in zip(fields(record), inner, strict=True)})


def _records() -> dict[str, type[Record]]:
    """The kinds of record there are, by the names that entries have for them."""
    found: dict[str, type[Record]] = {}
    new: list[type[Record]] = [Record]
    while new:
        new = [kind for above in new for kind in above.__subclasses__()]
        found |= {f"{kind.__module__}:{kind.__qualname__}": kind for kind in new}
    return found
