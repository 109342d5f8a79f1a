"""Archives written byte by byte, so that every field can lie."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FILES = {
    "triage.py": b"def triage(ticket):\n    return {}\n" * 20,
    "DECISIONS.md": "Why: because — naïve.\n".encode(),
    "src/pkg/data.json": b'{"a": [1, 2, 3]}',
    "src/pkg/empty.txt": b"",
}


@dataclass(kw_only=True)
class Part:
    """An entry of a zip archive. `local` and `central` replace fields of the two headers (name, flags, method, crc,
    packed, size, extra; offset, attributes, disk, comment in the central one)."""

    name: bytes
    content: bytes = b""
    deflate: bool = False
    flags: int = 0
    mode: int = 0o100644
    local: dict[str, Any] = field(default_factory=dict)
    central: dict[str, Any] = field(default_factory=dict)
    descriptor: bytes = b""
    stored: bytes | None = None
    """What lies in the archive instead of the content."""
    hidden: bool = False
    """Not in the central directory."""
    ghost: bool = False
    """Only in the central directory."""

    def data(self) -> bytes:
        """What lies in the archive."""
        if self.stored is not None:
            return self.stored
        return deflated(self.content) if self.deflate else self.content

    def fields(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a header."""
        true: dict[str, Any] = {
            "name": self.name,
            "flags": self.flags,
            "method": 8 if self.deflate else 0,
            "crc": zlib.crc32(self.content),
            "packed": len(self.data()),
            "size": len(self.content),
            "extra": b"",
        }
        return true | dict(changes)


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def make_zip(
    parts: Sequence[Part],
    *,
    prefix: bytes = b"",
    gap: bytes = b"",
    after: bytes = b"",
    end: Mapping[str, Any] | None = None,
    zip64: Mapping[str, int] | None = None,
    before_end: bytes = b"",
) -> bytes:
    """A zip archive of `parts`; `end` and `zip64` replace fields of the end records."""
    body = bytearray(prefix)
    directory = bytearray()
    for part in parts:
        offset = len(body)
        if not part.ghost:
            f = part.fields(part.local)
            body += struct.pack(
                "<4s5H3L2H", b"PK\x03\x04", 20, f["flags"], f["method"], 0, 33, f["crc"], f["packed"], f["size"],
                len(f["name"]), len(f["extra"]),
            )  # fmt: skip
            body += f["name"] + f["extra"] + part.data() + part.descriptor
        if not part.hidden:
            more = {"offset": offset, "attributes": part.mode << 16, "disk": 0, "comment": b"", **part.central}
            f = part.fields(more)
            directory += struct.pack(
                "<4s6H3L5H2L", b"PK\x01\x02", 0x0314, 20, f["flags"], f["method"], 0, 33, f["crc"], f["packed"],
                f["size"], len(f["name"]), len(f["extra"]), len(f["comment"]), f["disk"], 0, f["attributes"],
                f["offset"],
            )  # fmt: skip
            directory += f["name"] + f["extra"] + f["comment"]
    body += gap
    count = sum(not part.hidden for part in parts)
    last: dict[str, Any] = {"disk": 0, "first": 0, "here": count, "count": count, "size": len(directory)}
    last |= {"start": len(body), "comment": b"", **(end or {})}
    last.setdefault("comment_length", len(last["comment"]))
    record = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", last["disk"], last["first"], last["here"], last["count"], last["size"],
        last["start"], last["comment_length"],
    )  # fmt: skip
    wide = _zip64_end(len(body), len(directory), count, zip64) if zip64 is not None else b""
    return bytes(body + directory + wide + before_end + record + last["comment"] + after)


def _zip64_end(start: int, size: int, count: int, changes: Mapping[str, int]) -> bytes:
    f = {"length": 44, "here": count, "count": count, "size": size, "start": start, "at": start + size} | dict(changes)
    end = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", f["length"], 45, 45, 0, 0, f["here"], f["count"], f["size"], f["start"]
    )
    return end + struct.pack("<4sLQL", b"PK\x06\x07", 0, f["at"], 1)


def tar_entry(
    name: bytes,
    content: bytes = b"",
    *,
    kind: bytes = b"0",
    size: bytes | None = None,
    prefix: bytes = b"",
    target: bytes = b"",
    magic: bytes = b"ustar\x0000",
    checksum: bytes | None = None,
) -> bytes:
    """A header and its padded content; `size` and `checksum` are the raw fields."""
    header = bytearray(512)
    for at, value in ((0, name[:100]), (100, b"0000644"), (108, b"0000000"), (116, b"0000000"), (157, target[:100])):
        header[at : at + len(value)] = value
    raw_size = b"%011o" % len(content) if size is None else size
    header[124 : 124 + len(raw_size)] = raw_size
    header[136:147] = b"00000000000"
    header[156:157] = kind
    header[257:265] = magic
    header[345 : 345 + len(prefix)] = prefix
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header) if checksum is None else checksum
    return bytes(header) + content + bytes(-len(content) % 512)


def pax(records: Mapping[str, bytes] | bytes, *, kind: bytes = b"x", **fields: Any) -> bytes:
    """A pax header, of records or of raw bytes."""
    if not isinstance(records, bytes):
        records = b"".join(pax_record(key, value) for key, value in records.items())
    return tar_entry(b"PaxHeader/x", records, kind=kind, **fields)


def pax_record(key: str, value: bytes) -> bytes:
    rest = b" " + key.encode() + b"=" + value + b"\n"
    length = len(rest)
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return str(length).encode() + rest


def make_tar(entries: Iterable[bytes], end: bytes = bytes(1024)) -> bytes:
    return b"".join(entries) + end


def usual_zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """What Python's zipfile makes of `files`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def usual_tar(files: Mapping[str, bytes], mode: str = "", form: int = tarfile.PAX_FORMAT) -> bytes:
    """What Python's tarfile makes of `files`; `mode` is '', 'gz' or 'xz'."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{mode}", format=form) as archive:  # type: ignore[call-overload]
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
