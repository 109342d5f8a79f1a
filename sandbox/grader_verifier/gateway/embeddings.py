"""POST /v1/embeddings: hashed bags of words. Each content word is hashed to a place and a sign, its letter triples to
others at a third of the weight; the vector has length 1. Texts that share words are near each other, in any order, and
forms of a word are nearer than different words."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from functools import lru_cache
from typing import Any

from . import tokens, words
from .checking import check, wrong_type, wrong_value
from .records import ApiError

KNOWN: dict[str, tuple[Any, ...]] = {
    "model": ("string",), "input": ("any",), "dimensions": ("integer", 1, 4096), "encoding_format": ("string",),
    "user": ("string",),
}  # fmt: skip
MOST_INPUTS, MOST_TOKENS = 512, 8192
_TRIPLE = 0.33


def parse(body: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The request, checked, and its texts. Raises ApiError."""
    given = check(body, KNOWN, ("model", "input"))
    if given.setdefault("encoding_format", "float") not in ("float", "base64"):
        raise wrong_value("encoding_format", "'float' and 'base64'", given["encoding_format"])
    value = given["input"]
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise wrong_type("input", "a string or an array of strings", value)
    if not texts or not all(texts):
        raise ApiError(400, "Invalid 'input': input cannot be an empty string.", param="input")
    if len(texts) > MOST_INPUTS:
        raise ApiError(
            400, f"Invalid 'input': maximum number of inputs is {MOST_INPUTS}, but got {len(texts)}.", param="input"
        )
    for text in texts:
        if (size := tokens.count(text)) > MOST_TOKENS:
            raise ApiError(
                400,
                f"Invalid 'input': maximum input length is {MOST_TOKENS} tokens, but one input has {size}.",
                param="input",
            )
    return given, tuple(texts)


def vector(text: str, dimensions: int) -> list[float]:
    """The embedding of `text`; a text without a content word has that of its characters."""
    found = [0.0] * dimensions
    for word in words.content(text) or [text.strip() or "blank"]:
        for part, weight in _parts(word):
            place, sign = _hashed(part)
            found[place % dimensions] += weight * sign
    length = math.sqrt(sum(value * value for value in found))
    if not length:
        found[0] = length = 1.0
    return [value / length for value in found]


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[tuple[str, float], ...]:
    padded = f"^{word[:40]}$"
    triples = [padded[at : at + 3] for at in range(len(padded) - 2)]
    return ((word, 1.0), *((triple, _TRIPLE / len(triples) ** 0.5) for triple in triples))


@lru_cache(maxsize=20_000)
def _hashed(part: str) -> tuple[int, float]:
    number = int.from_bytes(hashlib.blake2b(part.encode("utf-8", "replace"), digest_size=8).digest(), "big")
    return number >> 1, 1.0 if number & 1 else -1.0


def answer(model: str, texts: tuple[str, ...], dimensions: int, encoding: str, prompt: int) -> dict[str, Any]:
    data = []
    for at, text in enumerate(texts):
        found = vector(text, dimensions)
        packed = base64.b64encode(struct.pack(f"<{dimensions}f", *found)).decode()
        data.append({"object": "embedding", "index": at, "embedding": packed if encoding == "base64" else found})
    return {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": prompt, "total_tokens": prompt}}
