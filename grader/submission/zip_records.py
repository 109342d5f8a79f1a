"""The records of a zip archive, read strictly: what the central directory says must be what the local headers say, and
the entries must fill the file without overlaps or gaps, so that no two readers see two submissions in one archive.

Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 (records), 4.4 (fields), 4.5.3 (Zip64), 4.6.9 (Unicode path).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import visible
from grader.submission.limits import refused, unreadable

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_DESCRIPTOR = 1 << 3
_UTF8 = 1 << 11
_ZIP64_EXTRA, _UNICODE_PATH_EXTRA = 0x0001, 0x7075
_IN_ZIP64 = 0xFFFFFFFF

REPACK = "Pack the files again with a usual zip tool"


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A record of the central directory. `name` and numbers as they stand there, Zip64 resolved."""

    name: bytes
    path: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int


def read_members(data: bytes, most: int) -> list[Member]:
    """All entries of an archive, or the first `most` + 1 of too many. Raises RefusedError when anything contradicts."""
    start, end, count = _directory(data)
    members: list[Member] = []
    for member in _members(data, start, end):
        members.append(member)
        if len(members) > most:
            return members
    if len(members) != count:
        raise unreadable(f"The zip archive says it has {count} entries and lists {len(members)}", REPACK)
    _check_layout(data, members, start)
    return members


def content_start(data: bytes, member: Member) -> int:
    """Where the packed content of `member` starts, after its local header."""
    name_length, extra_length = struct.unpack_from("<2H", data, member.offset + 26)
    return member.offset + _LOCAL.size + int(name_length) + int(extra_length)


def _directory(data: bytes) -> tuple[int, int, int]:
    """Start and end of the central directory, and the number of its records."""
    at = _end_record(data)
    _, disk, first_disk, here, count, size, start, _ = _END.unpack_from(data, at)
    end = at
    if data[max(0, at - _LOCATOR64.size) : at].startswith(b"PK\x06\x07"):
        here64, count64, size64, start64, end = _zip64_directory(data, at - _LOCATOR64.size)
        pairs = (
            (here, here64, 0xFFFF),
            (count, count64, 0xFFFF),
            (size, size64, _IN_ZIP64),
            (start, start64, _IN_ZIP64),
        )
        if any(narrow not in {wide, most} for narrow, wide, most in pairs):
            raise unreadable("The zip archive has two ends that contradict each other", REPACK)
        here, count, size, start = here64, count64, size64, start64
        disk = first_disk = 0
    if disk or first_disk or here != count:
        raise unreadable("The zip archive is one part of several", "Send one archive")
    if start + size != end:
        raise unreadable("The zip archive is truncated, or has data before or after its directory", REPACK)
    return start, end, count


def _end_record(data: bytes) -> int:
    """Where the end record starts: the only one whose comment reaches to the end of the file."""
    found = []
    at = data.find(b"PK\x05\x06", max(0, len(data) - _END.size - 0xFFFF))
    while 0 <= at <= len(data) - _END.size:
        if at + _END.size + int.from_bytes(data[at + 20 : at + 22], "little") == len(data):
            found.append(at)
        at = data.find(b"PK\x05\x06", at + 1)
    if len(found) > 1:
        raise unreadable("The zip archive has more than one end", REPACK)
    if not found:
        raise unreadable("The zip archive is truncated, or has data after its end")
    return found[0]


def _zip64_directory(data: bytes, locator_at: int) -> tuple[int, int, int, int, int]:
    """Records on this disk, records, size, start, and where the directory has to end."""
    at = _LOCATOR64.unpack_from(data, locator_at)[2]
    if at + _END64.size > locator_at or not data.startswith(b"PK\x06\x06", at):
        raise unreadable("The zip archive has a Zip64 end that points nowhere", REPACK)
    _, length, _, _, _, _, here, count, size, start = _END64.unpack_from(data, at)
    if at + 12 + length != locator_at:
        raise unreadable("The zip archive has a Zip64 end of the wrong length", REPACK)
    return here, count, size, start, at


def _members(data: bytes, start: int, end: int) -> Iterator[Member]:
    at = start
    while at < end:
        if at + _CENTRAL.size > end or not data.startswith(b"PK\x01\x02", at):
            raise unreadable("The zip archive's directory is damaged", REPACK)
        member, at = _member(data, at, end)
        yield member


def _member(data: bytes, at: int, end: int) -> tuple[Member, int]:
    """The record at `at`, and where the next one starts."""
    fields = _CENTRAL.unpack_from(data, at)
    _, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length = fields[:13]
    disk, _, attributes, offset = fields[13:]
    name_at = at + _CENTRAL.size
    extra_at = name_at + name_length
    after = extra_at + extra_length + comment_length
    name = data[name_at:extra_at]
    if after > end or disk not in {0, 0xFFFF}:
        raise unreadable("The zip archive's directory is damaged", REPACK)
    extras = _extras(data[extra_at : extra_at + extra_length], name)
    size, packed, offset = _zip64_values(extras.get(_ZIP64_EXTRA, b""), (size, packed, offset), name)
    path = _path(name, flags, extras)
    mode = attributes >> 16
    member = Member(
        name=name, path=path, flags=flags, method=method, crc=crc, packed=packed, size=size, offset=offset, mode=mode
    )
    return member, after


def _extras(raw: bytes, name: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(raw):
        identifier, length = struct.unpack_from("<2H", raw, at)
        at += 4 + length
        if at > len(raw) or (identifier in found and identifier in {_ZIP64_EXTRA, _UNICODE_PATH_EXTRA}):
            raise refused(_shown(name), "has a damaged extra field", REPACK)
        found[identifier] = raw[at - length : at]
    return found


def _zip64_values(raw: bytes, values: tuple[int, int, int], name: bytes) -> tuple[int, int, int]:
    """Each value that says "see Zip64", in their fixed order, replaced by its 8 bytes there."""
    resolved = []
    for value in values:
        if value == _IN_ZIP64 and raw:
            if len(raw) < 8:
                raise refused(_shown(name), "has a damaged Zip64 field", REPACK)
            value, raw = int.from_bytes(raw[:8], "little"), raw[8:]
        resolved.append(value)
    return resolved[0], resolved[1], resolved[2]


def _path(name: bytes, flags: int, extras: dict[int, bytes]) -> str:
    """The name as its maker meant it. Without the UTF-8 flag it is, in this order, what a Unicode path field made for
    these bytes says, UTF-8 (macOS writes it without the flag), and code page 437, which the format prescribes."""
    if name.isascii():
        return name.decode("ascii")
    if not flags & _UTF8:
        field = extras.get(_UNICODE_PATH_EXTRA, b"")
        if len(field) > 5 and field[0] == 1 and int.from_bytes(field[1:5], "little") == zlib.crc32(name):
            return field[5:].decode("utf-8", "surrogateescape")
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError:
            return name.decode("cp437")
    return name.decode("utf-8", "surrogateescape")


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _check_layout(data: bytes, members: list[Member], directory_at: int) -> None:
    """The entries fill the archive from its first byte to the directory, one after the other."""
    at = 0
    before = ""
    ordered = sorted(members, key=lambda member: member.offset)
    starts = [*(member.offset for member in ordered), directory_at]
    for member, following in zip(ordered, starts[1:], strict=True):
        if member.offset < at:
            raise refused(member.path, f"overlaps {before or 'another entry'}", REPACK)
        if member.offset > at:
            raise refused(member.path, "comes after data that belongs to no entry", REPACK)
        data_at = _check_local_header(data, member, directory_at)
        at = data_at + member.packed
        if at > directory_at:
            raise refused(member.path, "is longer than the archive: it is truncated, or its size is not true", REPACK)
        if member.flags & _DESCRIPTOR:
            at += _descriptor_length(data[at : min(following, at + 24)], member)
        before = f"'{visible(member.path)}'"
    if at != directory_at:
        raise unreadable("The zip archive has data between its entries and its directory", REPACK)


def _check_local_header(data: bytes, member: Member, directory_at: int) -> int:
    """Where the content starts. Raises RefusedError when the local header says something else than the directory."""
    name_at = member.offset + _LOCAL.size
    if name_at > directory_at or not data.startswith(b"PK\x03\x04", member.offset):
        raise refused(member.path, "is listed in the archive but not in it", REPACK)
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, member.offset)
    extra_at = name_at + name_length
    if data[name_at:extra_at] != member.name:
        other = visible(_shown(data[name_at:extra_at]))
        raise refused(member.path, f"is named '{other}' in its second header", REPACK)
    if (flags | member.flags) & _ENCRYPTED:
        raise refused(member.path, "is encrypted", "Pack the files again without a password")
    extras = _extras(data[extra_at : extra_at + extra_length], member.name)
    size, packed, _ = _zip64_values(extras.get(_ZIP64_EXTRA, b""), (size, packed, 0), member.name)
    same = method == member.method and not (flags ^ member.flags) & _DESCRIPTOR
    if not member.name.isascii():
        same = same and not (flags ^ member.flags) & _UTF8
    late = {0, _IN_ZIP64} if flags & _DESCRIPTOR else set()
    values = ((crc, member.crc), (packed, member.packed), (size, member.size))
    if not same or any(here not in {there, *late} for here, there in values):
        raise refused(member.path, "is described in two places that contradict each other", REPACK)
    return int(extra_at) + int(extra_length)


def _descriptor_length(raw: bytes, member: Member) -> int:
    """Bytes of the data descriptor in `raw`; 0 where a tool announced one and wrote none."""
    for length in (len(raw), 24, 20, 16, 12):
        body = raw[4:length] if length in {16, 24} and raw.startswith(b"PK\x07\x08") else raw[:length]
        form = {12: "<3L", 20: "<L2Q"}.get(len(body))
        if form and struct.unpack(form, body) == (member.crc, member.packed, member.size):
            return length
    if raw:
        raise refused(member.path, "is followed by sizes that contradict its own", REPACK)
    return 0
