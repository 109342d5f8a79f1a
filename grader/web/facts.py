"""What a file of data holds, in counts: so that nobody scrolls through it to learn its size and its slices. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.pages.text import count

DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
MOST_BYTES = 8_000_000
"""Of a file that is counted; of a larger one only its size is told."""
MOST_SLICES = 4
"""Fields whose values are counted."""
_MOST_VALUES = 6
_LONGEST_VALUE = 20


def facts(path: str, content: bytes) -> tuple[str, ...]:
    """`120 records`, then the fields that part them: `channel: chat 40, email 50, form 30`. Empty for a file of another
    kind, or one that is not what its name says."""
    if not path.lower().endswith(DATA) or len(content) > MOST_BYTES:
        return ()
    try:
        rows = _rows(path.lower(), content.decode("utf-8-sig"))
    except (ValueError, RecursionError, csv.Error):
        return ()
    return (count(len(rows), "record"), *_slices(rows)) if rows else ()


def _rows(path: str, text: str) -> Sequence[Any]:
    if path.endswith((".jsonl", ".ndjson")):
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    if path.endswith((".csv", ".tsv")):
        return list(csv.DictReader(io.StringIO(text), delimiter="\t" if path.endswith(".tsv") else ","))
    data = json.loads(text)
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        return lists[0] if len(lists) == 1 else ()
    return data if isinstance(data, list) else ()


def _slices(rows: Sequence[Any]) -> list[str]:
    """Fields with few values, each often enough that a reader thinks in them."""
    seen: dict[str, Counter[str]] = {}
    for row in rows:
        for name, value in _fields(row):
            values = seen.setdefault(name, Counter())
            if len(values) <= _MOST_VALUES:
                values[_value(value)] += 1
    found = [f"{name}: {_listed(values)}" for name, values in seen.items() if _parts(values, len(rows))]
    return found[:MOST_SLICES]


def _parts(values: Mapping[str, int], rows: int) -> bool:
    return 1 < len(values) <= _MOST_VALUES and "" not in values and 2 * len(values) <= sum(values.values()) <= rows


def _fields(row: Any, inside: str = "") -> Iterable[tuple[str, Any]]:
    """A record's fields, and those of the records in it."""
    for name, value in row.items() if isinstance(row, dict) else ():
        if isinstance(value, dict) and not inside:
            yield from _fields(value, f"{str(name)[:40]}.")
        else:
            yield f"{inside}{str(name)[:40]}", value


def _value(value: Any) -> str:
    """A value as a slice is called; empty for what is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value) if isinstance(value, str | int) else "none" if value is None else ""
    return text if len(text) <= _LONGEST_VALUE and "\n" not in text else ""


def _listed(values: Counter[str]) -> str:
    return ", ".join(f"{name} {amount:,}" for name, amount in sorted(values.items(), key=lambda one: (-one[1], one[0])))
