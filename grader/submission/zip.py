"""Zip archives: which entries are files, and their contents, unpacked one by one with a cap on real bytes."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator, Sequence

from grader.submission.entries import Entry, Kind
from grader.submission.limits import RATIO_FROM, IntakeLimits, Meter, amount, refused
from grader.submission.names import plain_path
from grader.submission.zip_records import REPACK, Member, content_start, read_members

_STORED, _DEFLATED = 0, 8
_MOST_DEFLATE_RATIO = 1032
"""What deflate can do at most: a match of 258 bytes in two bits (zlib, "Technical Details")."""

_KINDS = {
    0: Kind.FILE,
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.FOLDER,
    stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
    stat.S_IFCHR: Kind.DEVICE,
    stat.S_IFBLK: Kind.DEVICE,
}


class ZipSource:
    """A zip archive in memory."""

    def __init__(self, data: bytes, limits: IntakeLimits) -> None:
        self._data = data
        self._limits = limits
        self._members: list[Member] = []

    def entries(self) -> Iterator[Entry]:
        """All entries of the central directory, each checked against its local header."""
        self._members = read_members(self._data, self._limits.max_entries)
        for index, member in enumerate(self._members):
            kind = _kind(member)
            size = 0 if kind is Kind.FOLDER else member.size
            yield Entry(index=index, path=plain_path(member.path), kind=kind, size=size)

    def contents(self, wanted: Sequence[Entry], meter: Meter) -> Iterator[tuple[Entry, bytes]]:
        """Unpacks the wanted files; nothing else is ever unpacked."""
        for entry in wanted:
            member = self._members[entry.index]
            content = _content(self._data, member, entry.path, meter)
            meter.add(entry.path, len(content))
            _check_content(member, entry.path, content)
            yield entry, content


def _kind(member: Member) -> Kind:
    kind = _KINDS.get(stat.S_IFMT(member.mode), Kind.OTHER)
    if kind not in {Kind.FILE, Kind.FOLDER}:
        return kind
    if member.path.endswith("/"):
        if member.size:
            raise refused(member.path, "is a folder with content", REPACK)
        return Kind.FOLDER
    if kind is Kind.FOLDER:
        raise refused(member.path, "is a folder by its mode and a file by its name", REPACK)
    if member.method not in {_STORED, _DEFLATED}:
        raise refused(member.path, f"is packed with a method that few tools read ({member.method})", REPACK)
    most = member.packed * (_MOST_DEFLATE_RATIO if member.method == _DEFLATED else 1)
    if member.size > most:
        raise refused(member.path, f"claims {amount(member.size)} and cannot hold more than {amount(most)}", REPACK)
    return Kind.FILE


def _content(data: bytes, member: Member, path: str, meter: Meter) -> bytes:
    """The unpacked content; one byte more than allowed at most, so that nothing is unpacked in vain."""
    start = content_start(data, member)
    packed = memoryview(data)[start : start + member.packed]
    if member.method == _STORED:
        return bytes(packed[: meter.room() + 1])
    by_ratio = max(RATIO_FROM, member.packed * meter.limits.max_ratio)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(packed, min(meter.room(), by_ratio) + 1)
    except zlib.error as error:
        raise refused(path, "is damaged and cannot be unpacked", "Pack the files again") from error
    if len(content) > by_ratio:
        problem = f"unpacks to more than {meter.limits.max_ratio} times its size in the archive"
        raise refused(path, problem, "Leave it out, or send it without packing")
    if len(content) <= meter.room() and (not unpacker.eof or unpacker.unused_data):
        raise refused(path, "is damaged: its packed data ends too early or too late", "Pack the files again")
    return content


def _check_content(member: Member, path: str, content: bytes) -> None:
    if len(content) != member.size:
        problem = f"has {len(content)} bytes, and the archive says {member.size}"
        raise refused(path, problem, "Pack the files again")
    if zlib.crc32(content) != member.crc:
        raise refused(path, "is damaged: its checksum is wrong", "Pack the files again")
