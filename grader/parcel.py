"""Values packed for another process as plain JSON, and read back as what they were expected to be.

Nothing in a parcel says what it is: the reader knows, by the type that it asks for, and builds only that. So whoever
sends something else, a helper that was taken over by the text it read, gets no code to run and no object made that was
not asked for. Types: text, numbers, truth, None, bytes; lists, tuples, sets and mappings by text of them; `X | None`;
literals; frozen records (dataclasses and named tuples) of them.
"""

from __future__ import annotations

import dataclasses
import json
import math
import struct
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

_SIZE = struct.Struct("!I")
_MOST_BLOBS = 200_000
_PLAIN = (str, int, bool, type(None))

Build = Callable[[Any, Sequence[bytes]], Any]


class ParcelError(ValueError):
    """What came is not what was asked for."""


def packed(value: object) -> bytes:
    """`value` for `unpacked`. Bytes stand behind the JSON as they are."""
    blobs: list[bytes] = []

    def plain(other: object) -> object:
        if isinstance(other, bytes | bytearray):
            blobs.append(bytes(other))
            return len(blobs) - 1
        if isinstance(other, Mapping):
            return dict(other)
        if isinstance(other, set | frozenset):
            return sorted(other)
        if dataclasses.is_dataclass(other) and not isinstance(other, type):
            return [getattr(other, item.name) for item in dataclasses.fields(other)]
        raise TypeError(f"{type(other).__name__} does not fit into a parcel")

    text = json.dumps(value, default=plain, separators=(",", ":")).encode("ascii")
    head = json.dumps([len(blob) for blob in blobs]).encode("ascii")
    return b"".join((_SIZE.pack(len(head)), head, _SIZE.pack(len(text)), text, *blobs))


def unpacked(parcel: bytes, wanted: Any) -> Any:
    """The value in `parcel`, of the type `wanted`. Raises ParcelError for anything else."""
    try:
        sizes, rest = _part(memoryview(parcel))
        text, rest = _part(rest)
        value = json.loads(bytes(text), parse_constant=_refuse)
        return builder(wanted)(value, _blobs(json.loads(bytes(sizes)), rest))
    except ParcelError:
        raise
    except (ValueError, TypeError, RecursionError, struct.error) as problem:
        raise ParcelError(f"not a parcel ({type(problem).__name__})") from None


def _part(rest: memoryview) -> tuple[memoryview, memoryview]:
    (size,) = _SIZE.unpack(rest[: _SIZE.size])
    end = _SIZE.size + size
    if end > len(rest):
        raise ParcelError("cut short")
    return rest[_SIZE.size : end], rest[end:]


def _blobs(sizes: Any, rest: memoryview) -> list[bytes]:
    """The bytes behind the JSON, parted by their sizes, which account for all of them."""
    if not _all(sizes, int) or len(sizes) > _MOST_BLOBS or min(sizes, default=0) < 0 or sum(sizes) != len(rest):
        raise ParcelError("bytes of other sizes than it says")
    found, at = [], 0
    for size in sizes:
        found.append(bytes(rest[at : at + size]))
        at += size
    return found


def _refuse(name: str) -> float:
    raise ParcelError(f"{name} is no number")


def _all(value: Any, kind: type) -> bool:
    return type(value) is list and set(map(type, value)) <= {kind}


# ---------------------------------------------------------------------------------------------- by type


@lru_cache(maxsize=512)
def builder(wanted: Any) -> Build:
    """What makes a value of the type `wanted` out of JSON. Raises TypeError for a type that no parcel holds."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if wanted in _PLAIN or wanted is None:
        return _scalar(type(None) if wanted is None else wanted)
    if wanted is float:
        return _float
    if wanted is bytes:
        return _bytes
    if origin is typing.Literal:
        return _literal(inner)
    if origin in {types.UnionType, typing.Union}:
        return _optional(inner)
    if origin is tuple and not (len(inner) == 2 and inner[1] is Ellipsis):
        return _row(tuple, tuple(builder(one) for one in inner))
    if isinstance(origin, type) and issubclass(origin, Mapping) and inner[0] is str:
        return _mapping(inner[1])
    if isinstance(origin, type) and issubclass(origin, Collection) and not issubclass(origin, Mapping):
        return _many(inner[0], frozenset if issubclass(origin, frozenset) else list if origin is list else tuple)
    return _record(wanted)


def _record(wanted: Any) -> Build:
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        names = [item.name for item in dataclasses.fields(wanted)]
        make: Callable[[list[Any]], Any] = lambda row: wanted(**dict(zip(names, row, strict=True)))  # noqa: E731
    elif isinstance(wanted, type) and issubclass(wanted, tuple) and hasattr(wanted, "_fields"):
        names = list(wanted._fields)
        make = lambda row: wanted(*row)  # noqa: E731
    else:
        raise TypeError(f"{wanted} does not fit into a parcel")
    hints = typing.get_type_hints(wanted)
    return _row(make, tuple(builder(hints[name]) for name in names))


def _scalar(kind: type) -> Build:
    def build(value: Any, _blobs: Sequence[bytes]) -> Any:
        if type(value) is not kind:
            raise ParcelError(f"{type(value).__name__} where {kind.__name__} is due")
        return value

    return build


def _float(value: Any, _blobs: Sequence[bytes]) -> float:
    if type(value) not in {int, float} or not math.isfinite(value):
        raise ParcelError(f"{type(value).__name__} where a number is due")
    return float(value)


def _bytes(value: Any, blobs: Sequence[bytes]) -> bytes:
    if type(value) is not int or not 0 <= value < len(blobs):
        raise ParcelError("no bytes where some are due")
    return blobs[value]


def _literal(known: tuple[Any, ...]) -> Build:
    def build(value: Any, _blobs: Sequence[bytes]) -> Any:
        found = [one for one in known if type(one) is type(value) and one == value]
        if not found:
            raise ParcelError("none of the words that are due")
        return found[0]

    return build


def _optional(kinds: tuple[Any, ...]) -> Build:
    (other,) = [kind for kind in kinds if kind is not type(None)]  # more would have to be told apart by guessing
    if len(kinds) != 2:
        raise TypeError("a union of one type and None fits into a parcel, and no other")
    inner = builder(other)
    return lambda value, blobs: None if value is None else inner(value, blobs)


def _many(kind: Any, collect: Callable[[Any], Any]) -> Build:
    inner = builder(kind)

    def build(value: Any, blobs: Sequence[bytes]) -> Any:
        if type(value) is not list:
            raise ParcelError(f"{type(value).__name__} where a list is due")
        if kind in _PLAIN and _all(value, kind):  # long lists of lines and numbers, at the speed of C
            return collect(value)
        return collect([inner(one, blobs) for one in value])

    return build


def _mapping(kind: Any) -> Build:
    inner = builder(kind)

    def build(value: Any, blobs: Sequence[bytes]) -> dict[str, Any]:
        if type(value) is not dict:
            raise ParcelError(f"{type(value).__name__} where a mapping is due")
        return {name: inner(one, blobs) for name, one in value.items()}

    return build


def _row(make: Callable[[list[Any]], Any], inner: tuple[Build, ...]) -> Build:
    def build(value: Any, blobs: Sequence[bytes]) -> Any:
        if type(value) is not list or len(value) != len(inner):
            raise ParcelError(f"{type(value).__name__} where a record of {len(inner)} is due")
        return make([one(part, blobs) for one, part in zip(inner, value, strict=True)])

    return build
