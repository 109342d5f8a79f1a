"""What crosses from a candidate's process is plain JSON or nothing."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader_verifier import wire

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=plain, compact=st.booleans())
def test_plain_values_come_through_as_they_are(value: Any, compact: bool) -> None:
    raw = json.dumps(value, ensure_ascii=compact).encode()
    assert wire.parse(raw) == value


@given(raw=st.binary(max_size=80) | st.text(alphabet='{}[]",:0123456789.eE-+ntfaul\\ud8 ', max_size=60).map(str.encode))
def test_any_bytes_are_a_value_or_one_kind_of_error(raw: bytes) -> None:
    try:
        value = wire.parse(raw)
    except wire.BadReplyError:
        return
    assert json.loads(json.dumps(value, allow_nan=False)) == value


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"NaN", "NaN is not a number"),
        (b"[Infinity]", "Infinity is not a number"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b"1e999", "too large to be finite"),
        (b"[-1e400]", "too large to be finite"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "twice"),
        (b'"\\ud800"', "half a character"),
        (b'{"\\udfff": 1}', "half a character"),
        (b'["\\ude00\\ud83d"]', "half a character"),
        (b'"\xff"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"", "not JSON"),
        (b"{}{}", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"'a'", "not JSON"),
        (b'"\n"', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"9" * 5000, "too large to be finite"),
        (b"[%d]" % 10**309, "too large to be finite"),
        (b"%d" % -(10**400), "too large to be finite"),
        (json.dumps([n * (2**61 - 1) for n in range(1, 102)]).encode(), "hash"),
        (json.dumps([n * -(2**61 - 1) for n in range(1, 102)]).encode(), "hash"),
        (b"[" * 100_000, "nested deeper"),
        (b"[" * 65 + b"]" * 65, "nested deeper"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested deeper"),
    ],
)
def test_what_is_not_plain_json_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(wire.BadReplyError) as caught:
        wire.parse(raw)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"1e-999", 0.0),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'"\\u0000"', "\x00"),
        (b"%d" % 10**308, 10**308),
        (b"[%s]" % b",".join([b"%d" % 2**80] * 500), [2**80] * 500),
        (b' {"a": [1, 2.50]} ', {"a": [1, 2.5]}),
        (b'{"__class__": "x", "__proto__": {}}', {"__class__": "x", "__proto__": {}}),
    ],
)
def test_odd_but_plain_json_is_taken(raw: bytes, value: Any) -> None:
    assert wire.parse(raw) == value


def test_nesting_is_counted_exactly() -> None:
    value = wire.parse(b"[" * 64 + b"]" * 64)
    depth = 0
    while isinstance(value, list):
        value, depth = (value[0] if value else None), depth + 1
    assert depth == wire.MAX_DEPTH == 64


@pytest.mark.slow
def test_a_request_is_its_length_and_its_text() -> None:
    framed = wire.frame({"id": 1, "args": ["ä"]})
    assert struct.unpack(">I", framed[:4])[0] == len(framed) - 4
    assert json.loads(framed[4:]) == {"id": 1, "args": ["ä"]}
    with pytest.raises(ValueError, match="JSON compliant"):
        wire.frame({"args": [float("nan")]})
