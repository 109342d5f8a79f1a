"""About how many seconds the longest units of tests take (tests/units.py), so that they are begun first: where several
processes test, whoever comes last with a long one keeps the others waiting. Rough is good enough.

As a plugin (`pytest -p tests.weights`, as in `make test`) it writes what each unit took to build/seconds.json, beside
what earlier runs found of others; `python -m tests.weights` takes that into tests/weights.json, and says what each file
took."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.units import unit

ROOT = Path(__file__).parent.parent
WEIGHTS = Path(__file__).with_suffix(".json")
LAST = ROOT / "build" / "seconds.json"
LEAST = 3.0
"""Seconds from which a unit is worth a line."""
SECONDS: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
_spent: Counter[str] = Counter()


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _spent[report.nodeid] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or not _spent:
        return  # one of several processes: the one that started them is told of every test
    run = {_file(name) for name in _spent}
    others = {name: seconds for name, seconds in _last().items() if _file(name) not in run}
    LAST.parent.mkdir(exist_ok=True)
    LAST.write_text(json.dumps({**others, **_spent}, indent=0), encoding="utf-8")


def _last() -> dict[str, float]:
    return dict(json.loads(LAST.read_text(encoding="utf-8"))) if LAST.is_file() else {}


def main() -> int:
    """Writes tests/weights.json anew; 2 where no run has left anything."""
    tests = {name: seconds for name, seconds in _last().items() if (ROOT / _file(name)).is_file()}
    if not tests:
        print(f"Nothing is in {LAST}: run `make test` first.", file=sys.stderr)
        return 2
    units, files = Counter[str](), Counter[str]()
    for name, seconds in tests.items():
        units[unit(name)] += seconds
        files[_file(name)] += seconds
    kept = {name: round(seconds) for name, seconds in units.most_common() if seconds >= LEAST}
    WEIGHTS.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")
    for name, seconds in files.most_common():
        print(f"{seconds:8.1f} s  {name}")
    print(f"{files.total():8.1f} s  all {len(tests)} tests; {len(kept)} units are in {WEIGHTS.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
