"""Gates that are closed although their calibration accepts: by drift, in a file beside the calibration, and by falling
agreement on new reviews, in the store. Whoever grades with the pack and the store sees them, and emptying a cache opens
none. A new calibration has another id, and begins with open gates.

calibration/closed.jsonl   a line for each: calibration, criterion, reason, since
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader import files
from grader.errors import visible
from grader.judge.cache import Cache
from grader.records import Closed

_MOST_BYTES = 20_000_000


class ClosedGates:
    """The closed gates of the pack in `root`. Where its folder cannot be written, as when it is mounted for reading,
    `cache` keeps them, for this machine only. `followed`: criterion → those that agreement on reviews has closed under
    the calibration `under`, as the store has them. Safe for several processes at once."""

    def __init__(self, root: Path, cache: Cache, *, under: str = "", followed: Mapping[str, Closed] | None = None):
        self.path, self._cache = root / "calibration" / "closed.jsonl", cache
        self._under, self._followed = under, followed or {}

    def closed(self, calibration: str, criterion: str) -> Closed | None:
        """Why the gate of `criterion` is closed under a calibration, and since when; None while it is open. Where the
        file cannot be read nobody knows what is closed, so everything is."""
        wanted = (calibration, criterion)
        try:
            rows = [row for row in self._rows() if (row["calibration"], row["criterion"]) == wanted]
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
            said = f"{self.path} cannot be read ({type(problem).__name__}: {visible(str(problem), 120)})"
            return Closed(
                reason=f"Which gates are closed is not known: {said}. Mend its line, or calibrate anew.", since=""
            )
        own = next((Closed(reason=row["reason"], since=row["since"]) for row in rows), None)
        by_people = self._followed.get(criterion) if calibration == self._under else None
        return own or by_people or self._cache.closed(calibration, criterion)

    def close(self, calibration: str, criterion: str, reason: str) -> None:
        """Closes it, unless it is closed. Raises InfrastructureError."""
        if self.closed(calibration, criterion):
            return
        since = datetime.now(UTC).isoformat(timespec="seconds")
        row = {"calibration": calibration, "criterion": criterion, "reason": reason, "since": since}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            with os.fdopen(handle, "wb") as file:  # one write, so that lines of several processes do not mix
                file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        except OSError:
            self._cache.close(calibration, criterion, reason)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Raises OSError, ValueError, KeyError, TypeError, RecursionError."""
        try:
            content = files.read(self.path, _MOST_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            if self.path.is_symlink():
                raise
            return
        if len(content) > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
        for line in content.decode().splitlines():
            row = json.loads(line)
            yield {name: str(row[name]) for name in ("calibration", "criterion", "reason", "since")}
