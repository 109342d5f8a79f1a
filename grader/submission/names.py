"""Which paths are accepted: those that mean one and the same file everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from grader.errors import visible
from grader.submission.entries import Entry, Kind
from grader.submission.limits import IntakeLimits, refused
from grader.unseen import IGNORABLE, UNSEEN

# Beyond these even a part that is left out is refused: they keep the work per entry small.
_MOST_PATH_CHARACTERS = 4_096
_MOST_DEPTH = 100

_DRIVE = re.compile(r"(?:^|/)[A-Za-z]:")
"""Of any name in a path: the folders above it may be stripped."""
_BREAK = re.compile(r"[\t\n]")
_SPACE = re.compile(r"[\xa0\u2000-\u200a\u202f\u205f\u3000]")
_IGNORABLE = re.compile(f"[{IGNORABLE}]")
_REPACK = "Pack the files again with plain relative paths"
_RENAME = "Rename it"


def plain_path(raw: str) -> str:
    """`raw` without `.` names and without a slash at its end; empty for the top folder itself.

    Raises RefusedError for a path that could leave its folder, whatever the tool that unpacks it: absolute, with `..`,
    a backslash, a drive letter, NUL or an empty name.
    """
    if len(raw) > _MOST_PATH_CHARACTERS:
        raise refused(raw, f"has a path of {len(raw)} characters", _RENAME)
    if "\0" in raw:
        raise refused(raw, "has a NUL character in its name", _RENAME)
    if "\\" in raw:
        raise refused(raw, "has a backslash in its name", _REPACK)
    if raw.startswith("/"):
        raise refused(raw, "is an absolute path", _REPACK)
    if _DRIVE.search(raw):
        raise refused(raw, "has a drive letter in its path", _REPACK)
    names = (raw.removesuffix("/")).split("/")
    if ".." in names:
        raise refused(raw, "climbs out of its folder with '..'", _REPACK)
    if "" in names and raw:
        raise refused(raw, "has an empty name in its path", _REPACK)
    if len(names) > _MOST_DEPTH:
        raise refused(raw, f"lies {len(names)} folders deep", _REPACK)
    return "/".join(name for name in names if name != ".")


def check_path(path: str, limits: IntakeLimits) -> None:
    """Raises RefusedError for a path that is too long or deep, or that a terminal or a reader would show wrongly."""
    if not (path.isascii() and path.isprintable()):
        _check_characters(path)
    names = path.split("/")
    if len(names) > limits.max_depth:
        raise refused(path, f"lies {len(names)} names deep; {limits.max_depth} are allowed", "Move it further up")
    if len(path.encode()) > limits.max_path_bytes:
        raise refused(path, f"has a path of {len(path.encode())} bytes; {limits.max_path_bytes} are allowed", _RENAME)
    longest = max(len(name.encode()) for name in names)
    if longest > limits.max_name_bytes:
        raise refused(path, f"has a name of {longest} bytes; {limits.max_name_bytes} are allowed", _RENAME)


def _check_characters(path: str) -> None:
    found = UNSEEN.search(path) or _BREAK.search(path)
    if found and "\ud800" <= found[0] <= "\udfff":
        raise refused(path, "has a name that is not valid UTF-8", _RENAME)
    if found:
        raise refused(path, f"has the invisible character U+{ord(found[0]):04X} in its name", _RENAME)


def check_collisions(entries: Iterable[Entry]) -> None:
    """Raises RefusedError when two entries would be one file on some file system: the same path, the same but for case
    or Unicode form, or a file where another entry needs a folder."""
    entries = list(entries)
    seen: dict[str, str] = {}
    for path in (entry.path for entry in entries if entry.kind is not Kind.FOLDER):
        key = _folded(path)
        if key in seen:
            _refuse_pair(path, seen[key])
        seen[key] = path
    folders = {entry.path for entry in entries if entry.kind is Kind.FOLDER}
    folders.update(path[:at] for path in seen.values() for at, character in enumerate(path) if character == "/")
    for folder in sorted(folders):
        if file := seen.get(_folded(folder)):
            raise refused(file, f"is a file, and '{visible(folder)}' a folder of that name", _RENAME)


def _refuse_pair(path: str, other: str) -> None:
    if path == other:
        raise refused(path, "is there twice", "Keep one of the two")
    if unicodedata.normalize("NFC", path) == unicodedata.normalize("NFC", other):
        raise refused(
            path, "is there twice, in two spellings of the same letters (Unicode forms)", "Keep one of the two"
        )
    if path.casefold() == other.casefold() or path.isascii():
        raise refused(path, f"differs from '{visible(other)}' only in upper and lower case", "Rename one of the two")
    raise refused(path, f"looks the same as '{visible(other)}'", "Rename one of the two")


def _folded(path: str) -> str:
    """What a file system compares that ignores case and Unicode form, and a reader who sees neither joiners nor which
    space it is."""
    if path.isascii():
        return path.lower()
    path = _SPACE.sub(" ", _IGNORABLE.sub("", path))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
