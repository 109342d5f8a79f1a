"""A JSON export, read so that what is wrong is said with its place in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader import csv_files
from grader.analytics.tables import LONGEST_CELL, MOST_BYTES, moment
from grader.errors import UsageError, visible
from grader.store.store import moment as written

Object = Mapping[str, Any]


class Document:
    """The file, and the faults that were found in it so far."""

    def __init__(self, path: Path, content: Any) -> None:
        self.path, self.content = path, content
        self.faults: list[str] = []

    @classmethod
    def read(cls, path: Path) -> Document:
        """Raises UsageError for what is no JSON, or too large."""
        shown = visible(str(path))
        try:
            if path.stat().st_size > MOST_BYTES:
                raise UsageError(f"{shown}: more than {MOST_BYTES / 1e6:,.0f} MB; export it in parts.")
            return cls(path, json.loads(path.read_bytes()))
        except OSError as problem:
            raise UsageError(f"{shown}: cannot be read: {problem.strerror}.") from None
        except json.JSONDecodeError as problem:
            raise UsageError(
                f"{shown}: line {problem.lineno}, column {problem.colno}: no JSON: {problem.msg}."
            ) from None
        except (UnicodeDecodeError, RecursionError, ValueError):
            raise UsageError(f"{shown}: no JSON in UTF-8, or nested too deeply.") from None

    def objects(self, *names: str) -> Iterator[tuple[str, Object]]:
        """(place, object) of the list under the first of `names` that is there, or of the file if it is a list."""
        found, place = self.content, ""
        if isinstance(found, dict):
            place = next((name for name in names if name in found), names[0])
            found = found.get(place)
        yield from self.each(found, place or "the file")

    def each(self, found: Any, place: str) -> Iterator[tuple[str, Object]]:
        if not isinstance(found, list):
            self.faults.append(f"{place}: no list")
            return
        for at, one in enumerate(found):
            if isinstance(one, dict):
                yield f"{place}[{at}]", one
            else:
                self.faults.append(f"{place}[{at}]: no object")

    def text(self, place: str, one: Object, name: str, *, needed: bool = True) -> str:
        """A text or a number as text; empty where there is none and none is needed."""
        value = one.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) <= LONGEST_CELL:
            return str(value)
        if needed or value not in {None, ""}:
            self.faults.append(f"{place}.{name}: no text of 1 to {LONGEST_CELL} characters")
        return ""

    def inner(self, place: str, one: Object, name: str) -> Object:
        """The object below `name`; an empty one where there is none."""
        value = one.get(name)
        if value is not None and not isinstance(value, dict):
            self.faults.append(f"{place}.{name}: no object")
        return value if isinstance(value, dict) else {}

    def time(self, place: str, one: Object, name: str, *, needed: bool = False) -> str:
        """An ISO time, or milliseconds since 1970, as the store writes it; empty where there is none."""
        value = one.get(name)
        if value is None or value == "":
            if needed:
                self.faults.append(f"{place}.{name}: no time")
            return ""
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                return written(datetime.fromtimestamp(value / 1000, UTC))
            return written(moment(value))
        except (ValueError, TypeError, OverflowError, OSError):
            self.faults.append(f"{place}.{name}: {visible(str(value), 40)!r} is no time")
            return ""

    def check(self) -> None:
        """Raises UsageError where there were faults."""
        if self.faults:
            raise UsageError(csv_files.report(self.path, self.faults))
