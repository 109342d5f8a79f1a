"""What each hidden test of a pack draws and sends: `python -m tests.draws PACK [--seeds 20] [--ask NAME]`.

A change of a pack's code that is to change no grade leaves every line as it was; run it before and after, and compare.
A line is a seed, a test, and a digest of all that the test sent to the candidate and of every source of draws made
meanwhile: what it was seeded with, and its state at the end, which tells how much was drawn. Functions that are named
with `--ask` are answered by the reference, in this process; all others end in an error. No Docker, and no model
behind the gateway.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
MARKS = ("points(n, group)", "group(name)", "in_order")


class Noted(random.Random):
    """A source of draws that is remembered with what it was seeded with."""

    made: list[Noted] = []

    def __init__(self, seeded_with: Any = None) -> None:
        super().__init__(seeded_with)
        self.seeded_with = seeded_with
        Noted.made.append(self)

    def noted(self) -> tuple[str, str]:
        return repr(self.seeded_with), hashlib.sha256(repr(self.getstate()).encode()).hexdigest()


class Asked:
    """In the candidate's place: notes what is sent, and has the reference answer `by_reference`."""

    def __init__(self, sent: list[Any], folder: Path, module: str, by_reference: Sequence[str]) -> None:
        self.sent, self.folder, self.module, self.by_reference = sent, folder, module, by_reference
        self.seconds, self.last_seconds = 0.01, [0.01] * 10_000
        self.files = SimpleNamespace(
            text=lambda name: (folder / name).read_text("utf-8"), yaml=self._yaml, json=self._json
        )

    def _yaml(self, name: str, most: int = 0) -> Any:
        from grader_tests import read_yaml

        return read_yaml((self.folder / name).read_bytes())

    def _json(self, name: str, most: int = 0) -> Any:
        return json.loads((self.folder / name).read_bytes())

    def call(self, name: str, *given: Any, **_limits: Any) -> Any:
        self.sent.append([name, *given])
        return self._answer(name, *given)

    def map(self, name: str, items: Sequence[Any], *, errors: str = "raise", **_more: Any) -> list[Any]:
        from grader_tests import CandidateError

        items = list(items)
        self.sent.append([name, items])
        replies: list[Any] = []
        for item in items:
            try:
                replies.append(self._answer(name, item))
            except CandidateError as problem:
                if errors == "raise":
                    raise
                replies.append(problem)
        return replies

    def make(self, name: str, *given: Any, **_limits: Any) -> Any:
        return self.call(name, *given)

    def run(self, *given: Any, **_more: Any) -> Any:
        return self.call("run", *given)

    def afresh(self) -> None:
        self.sent.append(["afresh"])

    def peak_memory(self) -> int:
        return 1_000_000

    def _answer(self, name: str, *given: Any) -> Any:
        from grader_tests import CandidateError

        if name not in self.by_reference:
            raise CandidateError("NotAsked", f"{name} is not answered here")
        try:
            return getattr(importlib.import_module(self.module), name)(*copy.deepcopy(given))
        except Exception as problem:
            raise CandidateError(type(problem).__name__, str(problem)) from problem


class Recorder:
    """The fixtures of hidden tests, and a digest for each of these."""

    def __init__(self, seed: int, solution: Path, module: str, by_reference: Sequence[str]) -> None:
        self.drawn_with = seed
        self.sent: list[Any] = []
        self.asked = Asked(self.sent, solution, module, by_reference)
        self.digests: dict[str, str] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        for mark in MARKS:
            config.addinivalue_line("markers", mark)

    @pytest.fixture
    def candidate(self) -> Asked:
        return self.asked

    @pytest.fixture
    def metric(self) -> Any:
        return lambda *_given, **_more: None

    @pytest.fixture
    def model(self) -> Any:
        scripted = lambda lines, **_more: self.sent.append(["script", len(lines)])  # noqa: E731
        faulty = lambda *given, **more: self.sent.append(["fault", given, more])  # noqa: E731
        return SimpleNamespace(calls=[], tokens=0, cost=0.0, script=scripted, fault=faulty)

    @pytest.fixture
    def seed(self) -> int:
        return self.drawn_with

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.sent.clear()
        Noted.made.clear()
        result = yield
        noted = sorted(source.noted() for source in Noted.made)
        said = json.dumps([self.sent, noted], default=repr, sort_keys=True, ensure_ascii=False)
        self.digests[item.nodeid] = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return result


def record(pack: Path, seed: int, by_reference: Sequence[str]) -> dict[str, str]:
    """Test → digest, for one seed. Changes this process: modules, working folder, `random`."""
    from grader.challenge import load_pack

    loaded = load_pack(pack)
    sys.path[:0] = [str(ROOT / "sandbox"), str(pack / "solution")]
    with tempfile.TemporaryDirectory(prefix="draws-") as folder:
        for name, content in getattr(loaded, "laid", loaded.tests).items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.chdir(folder)
        sys.path.insert(0, folder)
        random.Random = Noted  # type: ignore[misc]
        recorder = Recorder(seed, pack / "solution", loaded.interface.module, by_reference)
        options = ["-pno:terminal", "-pno:cacheprovider", "-c", os.devnull, "--rootdir", folder, "."]
        pytest.main(options, [recorder])
    return recorder.digests


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("pack", type=Path)
    arguments.add_argument("--seeds", type=int, default=20)
    arguments.add_argument("--ask", action="append", default=[])
    arguments.add_argument("--one", type=int, help="only this seed")
    given = arguments.parse_args()
    os.environ.pop("PYTEST_ADDOPTS", None)  # which is for whoever runs tests, and says nothing of a pack's
    if given.one is not None:
        for test, digest in sorted(record(given.pack.resolve(), given.one, given.ask).items()):
            print(given.one, test, digest)
        return 0
    asked = [part for name in given.ask for part in ("--ask", name)]
    for seed in range(given.seeds):
        command = [sys.executable, "-m", "tests.draws", given.pack, "--one", str(seed * 7919 + 1), *asked]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
