"""Compressed tar archives as a stream of bytes that is counted while it is unpacked, a small piece at a time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Protocol

from grader.errors import UsageError
from grader.submission.limits import RATIO_FROM, IntakeLimits, amount, unreadable

PIECE = 1 << 16
_MOST_PARTS = 10_000
"""Compressed parts in a row; tools that pack in parallel write one for each 64 kB or more."""
_MOST_MEMORY = 1 << 27
"""Bytes that unpacking may ask for (`xz -9` takes 65 MiB)."""

GZIP, XZ, ZSTD = b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"


class Unpacker(Protocol):
    """What lzma and zstd offer, and zlib through `_Gunzip`."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Stream:
    """The bytes of a tar archive, whatever it is compressed with; read once, from its start."""

    def __init__(self, data: bytes, limits: IntakeLimits) -> None:
        self._pieces = _pieces(data)
        self._packed = len(data)
        self._limits = limits
        self._unpacked = 0
        self._held = b""
        self._at = 0

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._unpacked - len(self._held) + self._at

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer only at the end."""
        if self._at + size <= len(self._held):
            self._at += size
            return self._held[self._at - size : self._at]
        found = [self._held[self._at :]]
        missing = size - len(found[0])
        self._at = len(self._held)
        while missing and self._next():
            found.append(self._held[:missing])
            self._at = len(found[-1])
            missing -= self._at
        return b"".join(found)

    def skip_to(self, position: int) -> bool:
        """Goes on to `position`; False when the stream ends before."""
        while self._unpacked < position:
            if not self._next():
                return False
        self._at = len(self._held) - (self._unpacked - position)
        return True

    def rest_is_zero(self) -> bool:
        """Whether nothing but zeros is left; reads to the end, where the checksums of the compression are."""
        zero = not self._held[self._at :].strip(b"\0")
        while zero and self._next():
            zero = not self._held.strip(b"\0")
        return zero

    def _next(self) -> bool:
        piece = next(self._pieces, b"")
        self._held, self._at = piece, 0
        self._unpacked += len(piece)
        if self._unpacked > max(RATIO_FROM, self._packed * self._limits.max_ratio):
            problem = f"The archive unpacks to more than {self._limits.max_ratio} times its size"
            raise unreadable(problem, "Leave out what was not asked for")
        if self._unpacked > self._limits.max_unpacked_bytes:
            problem = f"The archive unpacks to more than {amount(self._limits.max_unpacked_bytes)}"
            raise unreadable(problem, "Leave out installed packages and data")
        return bool(piece)


def _pieces(data: bytes) -> Iterator[bytes]:
    """The unpacked bytes of `data`, never empty pieces."""
    if data.startswith(GZIP):
        return _unpacked(data, _Gunzip, zlib.error)
    if data.startswith(XZ):
        import lzma

        return _unpacked(data, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY), lzma.LZMAError)
    if data.startswith(ZSTD):
        return _unpacked(data, *_zstd())
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))


def _unpacked(data: bytes, new: Callable[[], Unpacker], error: type[Exception]) -> Iterator[bytes]:
    """All compressed parts in `data`, one after the other; zeros may follow them, nothing else."""
    position = 0
    for _ in range(_MOST_PARTS):
        try:
            position = yield from _part(data, position, new())
        except (error, MemoryError) as damage:
            raise unreadable("The archive is damaged and cannot be unpacked") from damage
        if not data[position : position + 1].strip(b"\0"):
            break
    if data[position:].strip(b"\0"):
        raise unreadable("The archive has data after its end, or more than 10,000 parts")


def _part(data: bytes, position: int, unpacker: Unpacker) -> Generator[bytes, None, int]:
    """The part that starts at `position`; returns where it ends."""
    while not unpacker.eof:
        packed = b""
        if unpacker.needs_input:
            packed = data[position : position + PIECE]
            position += len(packed)
            if not packed:
                raise unreadable("The archive is truncated", "Send the whole file")
        if piece := unpacker.decompress(packed, PIECE):
            yield piece
    return position - len(unpacker.unused_data)


class _Gunzip:
    """zlib with the manners of lzma: what could not be unpacked yet is kept inside."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._full

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        self._full = len(piece) == max_length or bool(self._zlib.unconsumed_tail)
        return piece


def _zstd() -> tuple[Callable[[], Unpacker], type[Exception]]:
    """The decompressor of Python 3.14, or its backport. Raises UsageError where neither is installed."""
    import functools
    import importlib

    for name in ("compression.zstd", "backports.zstd"):
        try:
            zstd = importlib.import_module(name)
        except ImportError:
            continue
        options = {zstd.DecompressionParameter.window_log_max: _MOST_MEMORY.bit_length() - 1}
        return functools.partial(zstd.ZstdDecompressor, options=options), zstd.ZstdError
    fix = "pip install backports.zstd"
    raise UsageError("This Python cannot read zstd archives. Send a .tar.gz, or install backports.zstd.", fix=fix)
