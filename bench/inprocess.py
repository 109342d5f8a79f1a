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

import pytest

SUBMISSION = "/bench/submission"


class CandidateError(Exception):
    def __init__(self, problem: BaseException) -> None:
        super().__init__(f"{type(problem).__name__}: {problem}")
        self.type, self.message = type(problem).__name__, str(problem)


class Files(dict):
    def text(self, path: str) -> str:
        return self[path].decode("utf-8-sig", "replace")

    def yaml(self, path: str, *, most: int = 1 << 20):
        from grader_tests import read_yaml

        return read_yaml(self[path], path, most)

    def json(self, path: str, *, most: int = 1 << 20):
        from grader_tests import read_json

        return read_json(self[path], path, most)


class InProcess:
    def __init__(self) -> None:
        own = {name.partition(".")[0] for name in os.listdir(SUBMISSION)}
        for name in own & sys.modules.keys():
            del sys.modules[name]
        self.module = os.environ["BENCH_MODULE"]
        self.seconds, self.last_seconds = 0.0, []
        self.files = Files({name: open(f"{SUBMISSION}/{name}", "rb").read() for name in own_files()})

    def call(self, function, *args, limit=None, **kwargs):
        began = time.monotonic()
        try:
            plain = [arg.value if isinstance(arg, Local) else arg for arg in args]
            result = getattr(importlib.import_module(self.module), function)(*plain, **kwargs)
            return asyncio.run(result) if inspect.iscoroutine(result) else result
        except Exception as problem:
            raise CandidateError(problem) from problem
        finally:
            self.seconds = time.monotonic() - began

    def map(self, function, items, *, limit=None, errors="raise"):
        results, self.last_seconds = [], []
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

    def make(self, name, *args, limit=None, **kwargs):
        return Local(getattr(importlib.import_module(self.module), name)(*args, **kwargs))

    def run(self, argv, *, stdin="", limit=None, env=None):
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, cwd=SUBMISSION, check=False)
        done.exit_code = done.returncode
        return done

    def start(self, argv, port, *, limit=None, env=None):
        service = subprocess.Popen(argv, cwd=SUBMISSION, stderr=subprocess.DEVNULL)
        atexit.register(service.kill)
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
                return f"http://127.0.0.1:{port}"
            time.sleep(0.02)

    def peak_memory(self):
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class Local:
    def __init__(self, value) -> None:
        self.value = value

    def call(self, method, *args, **kwargs):
        return getattr(self.value, method)(*args, **kwargs)

    def get(self, attribute):
        return getattr(self.value, attribute)


def own_files():
    return [name for name in os.listdir(SUBMISSION) if os.path.isfile(f"{SUBMISSION}/{name}")]


def pytest_configure(config):
    sys.path.insert(0, SUBMISSION)
    sys.path.append("/opt/grader")
    config.addinivalue_line("markers", "points(n, group=…)")
    config.addinivalue_line("markers", "group(name)")


@pytest.fixture
def candidate():
    return InProcess()


@pytest.fixture
def metric():
    def record(name, value, *, floor, target, unit=""):
        return min(1.0, max(0.0, (value - floor) / (target - floor)))

    return record


@pytest.fixture
def seed():
    return 42


@pytest.fixture(scope="session")
def gateway():
    """The scripted model of the pack, as the verifier runs it; in the same process here."""
    from grader_verifier.gateway.process import Gateway

    made = Gateway(json.loads(os.environ["BENCH_MODEL"]), 42)
    os.environ.update(made.listen())
    yield made
    made.close()


@pytest.fixture
def model(gateway):
    from grader_verifier.gateway.control import Model

    gateway.reset()
    return Model(gateway)
