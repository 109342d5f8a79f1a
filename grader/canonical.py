"""Plain data in one form, whatever order it came in, and a digest of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def key_of(parts: Mapping[str, Any]) -> str:
    """`sha256` over all of `parts`, as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
