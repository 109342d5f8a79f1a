"""Tar archives, read strictly in one pass: ustar, GNU and pax headers, and nothing that two tools could read as two
different submissions.

Sources: POSIX.1-2017 `pax` (ustar and pax interchange formats); GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.submission.entries import Entry, Kind
from grader.submission.limits import IntakeLimits, Meter, refused, unreadable
from grader.submission.names import plain_path
from grader.submission.stream import Stream

BLOCK = 512
_MOST_HEADER = 1 << 18
"""Bytes of a pax header or a long name; macOS keeps extended attributes there."""

_KINDS = {
    b"0": Kind.FILE,
    b"\0": Kind.FILE,
    b"7": Kind.FILE,
    b"1": Kind.HARDLINK,
    b"2": Kind.SYMLINK,
    b"3": Kind.DEVICE,
    b"4": Kind.DEVICE,
    b"5": Kind.FOLDER,
    b"6": Kind.FIFO,
}
_RECORD = re.compile(rb"([0-9]{1,6}) ([^=\n]+)=")
_REPACK = "Pack the files again with a usual tar tool"


@dataclass(kw_only=True)
class _Extended:
    """What the headers before an entry say about it; and how many there were, in the whole archive."""

    most_entries: int
    path: str | None = None
    size: int | None = None
    headers: int = 0
    records: int = 0

    def count(self, *, headers: int = 0, records: int = 0) -> None:
        """Raises RefusedError for more headers and records than any tool writes: they cost time and bring nothing."""
        self.headers += headers
        self.records += records
        if self.headers > 4 * self.most_entries or self.records > 10 * self.most_entries:
            raise unreadable("The tar archive has more extension headers than are looked at", _REPACK)

    def next_entry(self) -> None:
        """Forgets what was said about the last entry."""
        self.path = self.size = None


class TarSource:
    """A tar archive in memory, compressed or not. It is unpacked twice: to list it, and for the contents."""

    def __init__(self, data: bytes, limits: IntakeLimits) -> None:
        self._data = data
        self._limits = limits

    def entries(self) -> Iterator[Entry]:
        """All entries; reads to the end of the archive."""
        return _members(Stream(self._data, self._limits), self._limits)

    def contents(self, wanted: Sequence[Entry], meter: Meter) -> Iterator[tuple[Entry, bytes]]:
        """Reads through the archive once more, and stops after the last wanted file."""
        stream = Stream(self._data, self._limits)
        missing = {entry.index: entry for entry in wanted}
        members = _members(stream, self._limits) if missing else iter(())
        for member in members:
            if entry := missing.pop(member.index, None):
                meter.add(entry.path, member.size)
                yield entry, stream.read(member.size)
            if not missing:
                break


def is_tar(head: bytes) -> bool:
    """Whether `head`, the first 512 bytes of a file, is the header of a tar archive."""
    return len(head) == BLOCK and (head == bytes(BLOCK) or _checksum_holds(head))


def _members(stream: Stream, limits: IntakeLimits) -> Iterator[Entry]:
    """Each entry, while the stream stands at its content."""
    extended = _Extended(most_entries=limits.max_entries)
    index = 0
    while header := _header(stream):
        size = _number(header[124:136], "size")
        kind = header[156:157]
        if kind in b"LKxgX":
            _extend(extended, kind, _header_content(stream, size))
            continue
        entry = _entry(header, size, index, extended)
        end = stream.position + _padded(entry.size)
        yield entry
        if not stream.skip_to(end):
            raise refused(entry.path, "is longer than the archive: it is truncated", "Send the whole file")
        extended.next_entry()
        index += 1
    if extended.path is not None or extended.size is not None:
        raise unreadable("The tar archive ends with a header that belongs to no entry", _REPACK)
    if not stream.rest_is_zero():
        raise unreadable("The tar archive has data after its end", _REPACK)


def _header(stream: Stream) -> bytes:
    """The next header; empty at the end of the archive."""
    header = stream.read(BLOCK)
    if len(header) < BLOCK:
        raise unreadable("The tar archive is truncated", "Send the whole file")
    if header == bytes(BLOCK):
        return b""
    if not _checksum_holds(header):
        raise unreadable("The tar archive has a damaged header")
    return header


def _checksum_holds(header: bytes) -> bool:
    total = sum(header) - sum(header[148:156]) + 8 * ord(" ")
    field = header[148:156].strip(b" \0")
    return field.isdigit() and len(field) <= 7 and field == b"%0*o" % (len(field), total)


def _number(field: bytes, what: str) -> int:
    """An octal number, or a binary one as GNU tar writes what octal digits cannot hold."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not re.fullmatch(rb"[0-7]*", digits):
        raise unreadable(f"The tar archive has a {what} that is not a number", _REPACK)
    return int(digits or b"0", 8)


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _header_content(stream: Stream, size: int) -> bytes:
    if size > _MOST_HEADER:
        raise unreadable(f"The tar archive has a header of {size} bytes; {_MOST_HEADER} are allowed", _REPACK)
    content = stream.read(_padded(size))
    if len(content) < size:
        raise unreadable("The tar archive is truncated", "Send the whole file")
    return content[:size]


# -------------------------------------------------------------------------------------------------- entries


def _entry(header: bytes, size: int, index: int, extended: _Extended) -> Entry:
    raw = extended.path if extended.path is not None else _name(header)
    kind = _KINDS.get(header[156:157], Kind.OTHER)
    if kind is Kind.FILE and raw.endswith("/"):
        kind = Kind.FOLDER
    if header[156:157] == b"S":
        raise refused(raw, "is a sparse file", "Pack the files again without --sparse")
    if extended.size is not None and extended.size != size:
        raise refused(raw, f"has two sizes, {size} and {extended.size}", _REPACK)
    if kind is not Kind.FILE and size:
        raise refused(raw, f"is {kind} with content", _REPACK)
    return Entry(index=index, path=plain_path(raw), kind=kind, size=size)


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _extend(extended: _Extended, kind: bytes, content: bytes) -> None:
    """Takes over what an extension header says. Link targets are of no interest: links are never followed."""
    extended.count(headers=1)
    if kind == b"K":
        return
    if kind == b"L":
        _take(extended, "path", _text(content))
        return
    if kind == b"X":
        raise unreadable("The tar archive has headers of an old Solaris form", _REPACK)
    for key, value in _records(content):
        extended.count(records=1)
        if key.startswith("GNU.sparse."):
            raise unreadable("The tar archive has a sparse file", "Pack the files again without --sparse")
        if key in {"path", "size"} and kind == b"g":
            raise unreadable(f"The tar archive gives one {key} to all its entries", _REPACK)
        if key == "path":
            _take(extended, "path", value.decode("utf-8", "surrogateescape"))
        elif key == "size":
            if not re.fullmatch(rb"[0-9]{1,18}", value):
                raise unreadable("The tar archive has a size that is not a number", _REPACK)
            _take(extended, "size", int(value))


def _take(extended: _Extended, key: str, value: str | int) -> None:
    if getattr(extended, key) is not None:
        raise refused(str(value), f"is the second {key} of one entry", _REPACK)
    setattr(extended, key, value)


def _records(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The `length key=value` lines of a pax header."""
    at = 0
    while at < len(content):
        match = _RECORD.match(content, at)
        end = at + int(match[1]) if match else 0
        if not match or not match.end() < end <= len(content) or content[end - 1 : end] != b"\n":
            raise unreadable("The tar archive has a damaged pax header", _REPACK)
        yield match[2].decode("utf-8", "replace"), content[match.end() : end - 1]
        at = end
