"""About how many seconds the longest units of tests take (tests/units.py), so that they are begun first: where several
processes test, whoever comes last with a long one keeps the others waiting. Rough is good enough.

As a plugin (`pytest -p tests.weights`, as in `make test`) it writes what each unit took to build/seconds.json, beside
what earlier runs found of others; `python -m tests.weights` takes that into tests/weights.json, and into
tests/slow.json which tests without Docker, a browser or Postgres are too slow for `make test-quick`; and it says what
each file took."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.units import unit

ROOT = Path(__file__).parent.parent
WEIGHTS = Path(__file__).with_suffix(".json")
LAST = ROOT / "build" / "seconds.json"
LEAST = 3.0
"""Seconds from which a unit is worth a line."""
SLOW = WEIGHTS.with_name("slow.json")
QUICK = 0.5
"""Seconds, beside other tests, up to which one is for `make test-quick`."""
SECONDS: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
TOO_SLOW = frozenset(json.loads(SLOW.read_text(encoding="utf-8")))
"""Marked `slow` by tests/conftest.py."""
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


def _plain() -> set[str]:
    """Names of all tests that need no Docker, no browser and no Postgres."""
    which = "not (docker or browser or postgres or packs)"
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", which]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def _write_slow(tests: Mapping[str, float]) -> int:
    slow = sorted({name for name, seconds in tests.items() if seconds >= QUICK} & _plain())
    SLOW.write_text(json.dumps(slow, indent=0) + "\n", encoding="utf-8")
    return len(slow)


def main() -> int:
    """Writes tests/weights.json and tests/slow.json anew; 2 where no run has left anything."""
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
    print(f"{_write_slow(tests)} of them are not for `make test-quick`: {SLOW.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
