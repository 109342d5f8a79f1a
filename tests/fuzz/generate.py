"""Hostile archives at random: true ones with lying fields, and mutations that keep the structure readable."""

from __future__ import annotations

import gzip
import lzma
import random
import struct
import tarfile
import zipfile
import zlib

from tests.fuzz.archives import FILES, Part, deflated, make_tar, make_zip, pax, tar_entry, usual_tar, usual_zip

NAMES = [
    b"a.py", b"A.py", b"b/c.md", b"b", b"b/", b"b/c.md/d", b"top/a.py", b"top/x/y", b"./a", b".", b"./", b"", b"/",
    b"//", b"/etc/x", b"../x", b"a/../b", b"..", b"a//b", b"a\\b", b"C:/x", b"c:x", b"a\0b", b"a\nb", b"\x1b[2J",
    b"\xff\xfe", b"caf\xe9", "é".encode(), "e\u0301".encode(), "\u202ex".encode(), "a\u200db".encode(), "ﬁ".encode(),
    b".git/x", b"node_modules/a/b", b"x/node_modules/../../y", b"__MACOSX/._a", b"._a", b".DS_Store", b"e/pyvenv.cfg",
    b"e/x.py", b"pyvenv.cfg", b"venv/bin/python", b"x" * 201, b"x/" * 21 + b"y", b"x/" * 120 + b"y", b"y" * 5_000,
    b" ", b"-rf", b"a.py ", b"nul", b"__pycache__", b"%s%n", b"'\"<b>",
]  # fmt: skip
CONTENTS = [b"", b"x", b"print(1)\n" * 30, b"\0" * 4_000, b"PK\x03\x04" * 9, bytes(range(256)) * 8]
BOMB = b"\0" * 1_500_000
NUMBERS = [0, 1, 2, 7, 8, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF]
_ZIP_SIGNATURES = [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"]
_KINDS = [bytes([kind]) for kind in b"01234567LKxgXSVMDN\0\xff"]
_SIZES = [
    b"",
    b"0",
    b"77777777777",
    b"7" * 12,
    b"\x80" + b"\xff" * 11,
    b"\xff" * 12,
    b"00000001000",
    b"-1",
    b"8",
    b" 12 ",
]
_PAX = [b"path", b"size", b"linkpath", b"GNU.sparse.major", b"hdrcharset", b"mtime", b"comment", b"", b"path\0"]
_PAX_VALUES = [b"", b"0", b"5", b"99999999999999999999", b"-1", b"../x", b"a/b.py", b"\0", b"\xff", b"x" * 600, b"\n"]


def seeds() -> list[bytes]:
    """Archives that are accepted, of every form that is read."""
    content = b"late " * 50
    late = Part(name=b"late.py", content=content, deflate=True, flags=8, local={"crc": 0, "packed": 0, "size": 0})
    late.descriptor = b"PK\x07\x08" + struct.pack("<3L", zlib.crc32(content), len(late.data()), len(content))
    wide = {"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": struct.pack("<2H2Q", 1, 16, 1, 1)}
    files = FILES | {"node_modules/x/y.js": b"1", "env/pyvenv.cfg": b"", "env/x": b"2", "é.md": b"3"}
    found = [usual_zip(files, method) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)]
    found.append(make_zip([late, Part(name=b"w", content=b"1", local=wide, central=wide)], zip64={}))
    found += [usual_tar(files, mode) for mode in ("", "gz", "xz")]
    long = FILES | {"long" * 20 + "/" + "x" * 90: b"1", "é" * 40: b"2"}
    found += [usual_tar(long, "", form) for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT)]
    found.append(gzip.compress(b"") + gzip.compress(usual_tar(FILES)))
    return found


def hostile(rng: random.Random) -> bytes:
    """An archive made from parts that lie: hardly, now and then, or often."""
    lies = rng.choice([0.02, 0.1, 0.4])
    return rng.choice([hostile_zip, hostile_tar])(rng, lies)


def _name(rng: random.Random, lies: float) -> bytes:
    if rng.random() < 3 * lies:
        return rng.choice(NAMES)
    folders = rng.choice(
        [b"", b"", b"src/", b"a/b/", b"A/", b"node_modules/", b"x%d/__pycache__/" % rng.randrange(300)]
    )
    return folders + rng.choice([b"m%d.py" % rng.randrange(999), b"a", b"A", "é".encode(), "e\u0301".encode()])


def _content(rng: random.Random) -> bytes:
    return rng.choice(CONTENTS) if rng.random() < 0.98 else BOMB


def hostile_zip(rng: random.Random, lies: float) -> bytes:
    """A zip archive; `lies` is the share of its fields that are untrue."""
    parts = [_hostile_part(rng, lies) for _ in range(rng.choice([0, 1, 2, 2, 3, 5, 40, 600 if lies < 0.1 else 1]))]
    end: dict[str, int] = {}
    if rng.random() < lies:
        key = rng.choice(["here", "count", "size", "start", "disk"])
        end[key] = rng.choice(NUMBERS) & (0xFFFFFFFF if key in {"size", "start"} else 0xFFFF)
        end |= {"here": end["count"]} if "count" in end else {}
    zip64 = {rng.choice(["length", "count", "at", "start"]): rng.choice(NUMBERS)} if rng.random() < lies else None
    return make_zip(parts, end=end, zip64=zip64, gap=b"gap" if rng.random() < lies / 4 else b"")


def _hostile_part(rng: random.Random, lies: float) -> Part:
    part = Part(name=_name(rng, lies), content=_content(rng), deflate=rng.random() < 0.5)
    if rng.random() < lies:
        part.mode = rng.choice([0, 0o120777, 0o040755, 0o010644, 0o020644, 0o060644, 0o140644, 0o170000])
    if rng.random() < lies:
        part.flags = rng.choice([1, 8, 64, 2048, 8192, 2056, 0xFFFF])
        part.descriptor = rng.choice([b"", b"PK\x07\x08", bytes(12), bytes(24)])
    if rng.random() < lies:
        good = part.data()
        part.stored = rng.choice([good[:-1], good + b"x", b"\xff" * len(good), deflated(part.content + b"x")])
    for _ in range(2 if rng.random() < lies else 0):
        lie = _lie(rng)
        for changes in rng.choice([(part.local,), (part.central,), (part.local, part.central)]):
            changes.update(lie)
    if rng.random() < lies / 2:
        part.central["offset"] = rng.choice(NUMBERS)
    part.hidden, part.ghost = rng.random() < lies / 8, rng.random() < lies / 8
    return part


def _lie(rng: random.Random) -> dict[str, object]:
    """A field of a zip header and something that it may hold."""
    key = rng.choice(["crc", "packed", "size", "method", "name", "extra"])
    values: dict[str, list[object]] = {
        "method": [0, 8, 9, 12, 14, 99],
        "name": list(NAMES),
        "extra": [_extra(rng)],
    }
    return {key: rng.choice(values.get(key, list(NUMBERS)))}


def _extra(rng: random.Random) -> bytes:
    raw = rng.randbytes(rng.choice([0, 4, 8, 16, 24])) if rng.random() < 0.5 else b"\xff" * rng.choice([8, 16])
    return struct.pack("<2H", rng.choice([1, 0x7075, 0x5455]), rng.choice([len(raw), len(raw), 0xFFFF])) + raw


def hostile_tar(rng: random.Random, lies: float) -> bytes:
    """A tar archive, in about half of the cases compressed; `lies` is the share of its fields that are untrue."""
    entries = []
    for _ in range(rng.choice([0, 1, 2, 3, 6, 30, 600 if lies < 0.1 else 1])):
        if rng.random() < lies:
            records = {
                rng.choice(_PAX).decode("latin-1"): rng.choice(_PAX_VALUES) for _ in range(rng.choice([1, 1, 3]))
            }
            entries.append(pax(records, kind=rng.choice([b"x", b"x", b"g", b"X"])))
        kind = rng.choice(_KINDS) if rng.random() < lies else b"0"
        content = _content(rng) if kind in b"07LKxg" else b""
        size = rng.choice(_SIZES) if rng.random() < lies / 3 else None
        prefix = rng.choice(NAMES)[:155] if rng.random() < lies / 3 else b""
        magic = rng.choice([b"ustar\x0000", b"ustar  \0", bytes(8)])
        entries.append(tar_entry(_name(rng, lies), content, kind=kind, size=size, prefix=prefix, magic=magic))
    data = make_tar(entries, rng.choice([bytes(1024)] * 9 + [b"", bytes(512), bytes(9_000), bytes(1024) + b"x"]))
    return packed(rng, data)


def packed(rng: random.Random, data: bytes) -> bytes:
    """`data` as it is, or compressed, now and then twice, in parts or cut off."""
    how = rng.randrange(8)
    if how < 3:
        return data
    if how == 3:
        middle = len(data) // 2
        return gzip.compress(data[:middle], 1) + gzip.compress(data[middle:], 1)
    done = gzip.compress(data, 1) if how < 6 else lzma.compress(data, preset=0)
    if rng.random() < 0.2:
        done = rng.choice([done[:-5], done + b"x", done + bytes(8), gzip.compress(done, 1), done + done])
    return done


def mutated(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """`data` with one to four changes; what is compressed is changed inside as often as outside."""
    inner = _unpacked(data) if rng.random() < 0.5 else None
    if inner is not None:
        return packed(rng, mutated(rng, inner, other))
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4])):
        rng.choice(_MUTATIONS)(rng, changed, other)
    if changed[257:262] == b"ustar" and rng.random() < 0.9:
        _mend_checksums(changed)
    return bytes(changed)


def _unpacked(data: bytes) -> bytes | None:
    try:
        if data.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31).decompress(data, 1 << 20)
        if data.startswith(b"\xfd7zXZ"):
            return lzma.LZMADecompressor(memlimit=1 << 27).decompress(data, 1 << 20)
    except (zlib.error, lzma.LZMAError):
        return None
    return None


def _place(rng: random.Random, data: bytearray) -> int:
    """Anywhere, but more often where a header is."""
    if rng.random() < 0.6:
        signature = rng.choice(_ZIP_SIGNATURES)
        at = data.find(signature, rng.randrange(len(data) + 1))
        if at >= 0:
            return at + rng.randrange(48)
        if data[257:262] == b"ustar":
            return rng.randrange(len(data) // 512 + 1) * 512 + rng.choice([0, 5, 100, 124, 130, 135, 156, 257, 345])
    return rng.randrange(len(data) + 1)


def _flip(rng: random.Random, data: bytearray, _other: bytes) -> None:
    at = _place(rng, data)
    if at < len(data):
        data[at] ^= 1 << rng.randrange(8)


def _number(rng: random.Random, data: bytearray, _other: bytes) -> None:
    at, width = _place(rng, data), rng.choice([1, 2, 4, 8])
    data[at : at + width] = (rng.choice(NUMBERS) & (1 << 8 * width) - 1).to_bytes(width, "little")


def _text(rng: random.Random, data: bytearray, _other: bytes) -> None:
    at, text = _place(rng, data), rng.choice(NAMES + _SIZES + _KINDS)[:100]
    data[at : at + len(text)] = text


def _cut(rng: random.Random, data: bytearray, _other: bytes) -> None:
    at = _place(rng, data)
    del data[at : at + rng.choice([1, 2, 512, len(data)])]


def _insert(rng: random.Random, data: bytearray, other: bytes) -> None:
    at = _place(rng, data)
    start = rng.randrange(len(other) + 1)
    data[at:at] = rng.choice([other[start : start + 512], rng.randbytes(3), bytes(512)])


def _repeat(rng: random.Random, data: bytearray, _other: bytes) -> None:
    at = _place(rng, data) // 512 * 512
    data[at:at] = data[at : at + 512 * rng.randrange(1, 4)]


_MUTATIONS = [_flip, _flip, _number, _number, _text, _cut, _insert, _repeat]


def _mend_checksums(data: bytearray) -> None:
    """Writes true checksums into all blocks that look like tar headers: a false one hides every other lie."""
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            data[at + 148 : at + 156] = b" " * 8
            data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])
