"""The floor's pytest plugin: the same hidden tests with candidate code in their own process, as graders commonly do.

Nothing is isolated here; that is the point of comparing. Each test still gets the module imported anew.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import importlib
import inspect
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader_verifier.gateway.control import Model
    from grader_verifier.gateway.process import Gateway

SUBMISSION = "/bench/submission"


class CandidateError(Exception):
    def __init__(self, problem: BaseException) -> None:
        super().__init__(f"{type(problem).__name__}: {problem}")
        self.type, self.message = type(problem).__name__, str(problem)


class Files(dict[str, bytes]):
    def text(self, path: str) -> str:
        return self[path].decode("utf-8-sig", "replace")

    def yaml(self, path: str, *, most: int = 1 << 20) -> Any:
        from grader_tests import read_yaml

        return read_yaml(self[path], path, most)

    def json(self, path: str, *, most: int = 1 << 20) -> Any:
        from grader_tests import read_json

        return read_json(self[path], path, most)


class Done(subprocess.CompletedProcess[str]):
    """As the verifier's reply to `run` names it."""

    @property
    def exit_code(self) -> int:
        return self.returncode


class InProcess:
    def __init__(self) -> None:
        self.afresh()
        self.module = os.environ["BENCH_MODULE"]
        self.seconds = 0.0
        self.last_seconds: list[float] = []
        self.files = Files({name: open(f"{SUBMISSION}/{name}", "rb").read() for name in own_files()})

    def afresh(self) -> None:
        """From here on the submission is imported anew, as in a process that has seen nothing yet."""
        own = {name.partition(".")[0] for name in os.listdir(SUBMISSION)}
        for name in own & sys.modules.keys():
            del sys.modules[name]

    def call(self, function: str, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        began = time.monotonic()
        try:
            plain = [arg.value if isinstance(arg, Local) else arg for arg in args]
            result = getattr(importlib.import_module(self.module), function)(*plain, **kwargs)
            return asyncio.run(result) if inspect.iscoroutine(result) else result
        except Exception as problem:
            raise CandidateError(problem) from problem
        finally:
            self.seconds = time.monotonic() - began

    def map(
        self, function: str, items: Iterable[Any], *, limit: float | None = None, errors: str = "raise"
    ) -> list[Any]:
        results: list[Any] = []
        self.last_seconds = []
        for item in items:
            try:
                results.append(self.call(function, item))
            except CandidateError as problem:
                if errors == "raise":
                    raise
                results.append(problem)
            self.last_seconds.append(self.seconds)
        self.seconds = sum(self.last_seconds)
        return results

    def make(self, name: str, *args: Any, limit: float | None = None, **kwargs: Any) -> Local:
        return Local(getattr(importlib.import_module(self.module), name)(*args, **kwargs))

    def run(
        self, argv: Sequence[str], *, stdin: str = "", limit: float | None = None, env: Mapping[str, str] | None = None
    ) -> Done:
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, cwd=SUBMISSION, check=False)
        return Done(done.args, done.returncode, done.stdout, done.stderr)

    def start(
        self, argv: Sequence[str], port: int, *, limit: float | None = None, env: Mapping[str, str] | None = None
    ) -> str:
        service = subprocess.Popen(argv, cwd=SUBMISSION, stderr=subprocess.DEVNULL)
        atexit.register(service.kill)
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
                return f"http://127.0.0.1:{port}"
            time.sleep(0.02)

    def peak_memory(self) -> int:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class Local:
    def __init__(self, value: Any) -> None:
        self.value = value

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(self.value, method)(*args, **kwargs)

    def get(self, attribute: str) -> Any:
        return getattr(self.value, attribute)


def own_files() -> list[str]:
    return [name for name in os.listdir(SUBMISSION) if os.path.isfile(f"{SUBMISSION}/{name}")]


def pytest_configure(config: pytest.Config) -> None:
    sys.path.insert(0, SUBMISSION)
    sys.path.append("/opt/grader")
    config.addinivalue_line("markers", "points(n, group=…)")
    config.addinivalue_line("markers", "group(name)")


@pytest.fixture
def candidate() -> InProcess:
    return InProcess()


@pytest.fixture
def metric() -> Callable[..., float]:
    def record(name: str, value: float, *, floor: float, target: float, unit: str = "") -> float:
        return min(1.0, max(0.0, (value - floor) / (target - floor)))

    return record


@pytest.fixture
def seed() -> int:
    return 42


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    """The scripted model of the pack, as the verifier runs it; in the same process here."""
    from grader_verifier.gateway.process import Gateway

    made = Gateway(json.loads(os.environ["BENCH_MODEL"]), 42)
    os.environ.update(made.listen())
    yield made
    made.close()


@pytest.fixture
def model(gateway: Gateway) -> Model:
    from grader_verifier.gateway.control import Model

    gateway.reset()
    return Model(gateway)
